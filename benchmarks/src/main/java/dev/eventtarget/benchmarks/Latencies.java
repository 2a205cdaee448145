package dev.eventtarget.benchmarks;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** From the call that publishes an event to the consumer's code; events are to arrive in order. */
final class Latencies {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1) / 5000;

    /** What comes first is not counted: it compiles. */
    private static final double WARM_UP = 0.25;

    private final AtomicLongArray nanos;
    private final CountDownLatch missing;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private int sent;
    private int received;

    Latencies(int events) {
        nanos = new AtomicLongArray(events);
        missing = new CountDownLatch(events);
    }

    /** Notes the time; returns the event's number. */
    int sent() {
        nanos.set(sent, System.nanoTime());
        return sent++;
    }

    void received() {
        nanos.set(received, System.nanoTime() - nanos.get(received));
        received++;
        missing.countDown();
    }

    void failed(Throwable error) {
        failure.compareAndSet(null, error);
    }

    /** Publishes 5,000 a second and waits until all have arrived. */
    void pace(Runnable publish) throws Exception {
        long due = System.nanoTime();
        for (int i = 0; i < nanos.length(); i++) {
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            publish.run();
            due += PERIOD_NANOS;
        }
        if (!missing.await(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException(missing.getCount() + " events have not arrived");
        }
        Throwable error = failure.get();
        if (error != null) {
            throw new IllegalStateException("Publishing failed", error);
        }
    }

    /** The latency, in nanoseconds, that this part of the events did not exceed. */
    long quantile(double part) {
        long[] sorted = new long[nanos.length() - (int) (nanos.length() * WARM_UP)];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = nanos.get(nanos.length() - sorted.length + i);
        }
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * part)];
    }
}
