package dev.eventtarget.cli;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Measures a carrier: first its throughput, then its latency at a rate. What is carried is when it was due. */
final class Measurement {
    private static final int WINDOW = 1024;
    private static final int DIGITS = 3;
    private static final long PATIENCE_SECONDS = 10;
    private static final long PROGRESS_NANOS = 100_000_000;
    private static final int TIME_LEFT = 10;

    /** However short the time is: of nothing there is nothing to tell. */
    private static final int LEAST = 100;

    private final Carrier carrier;
    private final int listeners;
    private final long nanos;
    private final Semaphore room = new Semaphore(WINDOW);
    private final AtomicLong heard = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final LongAdder failures = new LongAdder();
    private volatile @Nullable Histogram arriving;
    private final Histogram arrived = new ConcurrentHistogram(DIGITS);
    private final Histogram accepted = new ConcurrentHistogram(DIGITS);
    private long begun;
    private long missing;
    private double throughput;
    private int rate;

    Measurement(Carrier carrier, int listeners, Duration time) {
        this.carrier = carrier;
        this.listeners = listeners;
        this.nanos = time.toNanos();
    }

    /** {@return how long it takes} */
    long millis() {
        return (nanos / 4 + nanos + nanos) / 1_000_000;
    }

    /** {@return completes when all listen, which has to be before it measures} */
    Future<?> listen() {
        return carrier.listen(this::heard);
    }

    /**
     * Measures.
     *
     * @param wanted events a second for the latency; null for a tenth of the throughput
     * @param progress is told now and then how many milliseconds have passed
     */
    void run(@Nullable Integer wanted, LongConsumer progress) throws InterruptedException {
        begun = System.nanoTime();
        flood(nanos / 4, progress);
        settle();
        long before = System.nanoTime();
        long count = flood(nanos, progress);
        settle();
        throughput = count * 1e9 / (System.nanoTime() - before);
        rate = wanted != null ? wanted : (int) Math.max(1, throughput / TIME_LEFT);
        arriving = arrived;
        pace(progress);
        settle();
        awaitOutcomes();
        arriving = null;
    }

    private void heard(long due) {
        Histogram histogram = arriving;
        if (histogram != null) {
            histogram.recordValue(Math.max(0, System.nanoTime() - due));
        }
        if (heard.incrementAndGet() % listeners == 0) {
            room.release();
        }
    }

    private void publish(long due) {
        Histogram histogram = arriving == null ? null : accepted;
        open.incrementAndGet();
        carrier.publish(due).onComplete(outcome -> {
            if (outcome.failed()) {
                failures.increment();
                room.release();
            } else if (histogram != null) {
                histogram.recordValue(Math.max(0, System.nanoTime() - due));
            }
            open.decrementAndGet();
        });
    }

    private long flood(long duration, LongConsumer progress) throws InterruptedException {
        long end = System.nanoTime() + duration;
        long told = 0;
        long count = 0;
        for (long now = System.nanoTime(); now < end || count < LEAST; now = System.nanoTime()) {
            if (!room.tryAcquire(Math.max(0, end - now), TimeUnit.NANOSECONDS)) {
                break;
            }
            publish(now);
            count++;
            told = tell(progress, told);
        }
        return count;
    }

    private void pace(LongConsumer progress) throws InterruptedException {
        long start = System.nanoTime();
        long told = 0;
        long count = Math.max(1, (long) (rate * (nanos / 1e9)));
        for (long i = 0; i < count; i++) {
            long due = start + (long) (i * 1e9 / rate);
            Run.awaitNanoTime(due);
            // one that is late for want of room counts as late
            if (!room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
            publish(due);
            told = tell(progress, told);
        }
    }

    private long tell(LongConsumer progress, long told) {
        long passed = System.nanoTime() - begun;
        if (passed - told < PROGRESS_NANOS) {
            return told;
        }
        progress.accept(passed / 1_000_000);
        return passed;
    }

    /** Waits until all has arrived; what has not by then is missing. */
    private void settle() throws InterruptedException {
        if (room.tryAcquire(WINDOW, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            room.release(WINDOW);
        } else {
            int lost = WINDOW - room.availablePermits();
            missing += lost;
            room.release(lost);
        }
    }

    /** Waits until of all that was published it is known whether it was accepted, which may be after it was heard. */
    private void awaitOutcomes() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (open.get() > 0 && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    long failures() {
        return failures.sum();
    }

    long missing() {
        return missing;
    }

    /** Adds a row for what was heard, and one for what was accepted. */
    void addTo(Table table) {
        row(table, carrier.name() + ", heard", arrived);
        row(table, carrier.name() + ", accepted", accepted);
    }

    private void row(Table table, String name, Histogram latency) {
        List<String> row = new ArrayList<>(List.of(name, Table.number(Math.round(throughput)), Table.number(rate)));
        row.addAll(RunReport.percentiles(latency));
        table.add(row);
    }
}
