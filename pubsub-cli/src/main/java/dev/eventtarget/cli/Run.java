package dev.eventtarget.cli;

import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Publishes a workload to a target, and keeps a {@link Ledger} for each listener. */
final class Run {
    /** The header that says which event of which run an event is. */
    static final String HEADER = "pubsub-run";

    private static final long POLL_MILLIS = 2;
    private static final long SPIN_NANOS = 100_000;

    private final TypedEventTarget target;
    private final Workload workload;
    private final Consumer<? super Throwable> onError;
    private final String prefix = Long.toHexString(new SecureRandom().nextLong()) + "/";
    private final List<Ledger> ledgers = new ArrayList<>();
    private final AtomicLongArray sentAt;
    private final Set<Integer> refused = ConcurrentHashMap.newKeySet();
    private int sent;

    /**
     * Prepares a run.
     *
     * @param target where to publish and listen
     * @param workload what to publish
     * @param onError is told of events that could not be published or delivered, on any thread
     */
    Run(TypedEventTarget target, Workload workload, Consumer<? super Throwable> onError) {
        this.target = target;
        this.workload = workload;
        this.onError = onError;
        this.sentAt = new AtomicLongArray(workload.size());
        boolean ordered = target.capabilities().contains(Capability.ORDERED);
        workload.types().forEach(type -> ledgers.add(new Ledger(type, workload, ordered)));
        if (target.capabilities().contains(Capability.WILDCARDS)) {
            ledgers.add(new Ledger(workload.everything(), workload, ordered));
        }
    }

    /** {@return the listeners' ledgers: one for each type, and one for all where the target has wildcards} */
    List<Ledger> ledgers() {
        return ledgers;
    }

    /** {@return completes when every listener is ready, each in a verticle of its own} */
    Future<?> listen(Vertx vertx) {
        return Future.all(ledgers.stream()
                .map(ledger -> vertx.deployVerticle(new Listening<>(ledger.type(), ledger)))
                .toList());
    }

    private final class Listening<T extends @Nullable Object> extends VerticleBase {
        private final EventType<T> type;
        private final Ledger ledger;

        Listening(EventType<T> type, Ledger ledger) {
            this.type = type;
            this.ledger = ledger;
        }

        @Override
        public Future<?> start() {
            EventListener<T> listener = this::arrived;
            return target.addEventListener(
                            type, listener, ListenerOptions.defaults().onError(onError))
                    .ready();
        }

        private void arrived(TypedEvent<T> event) {
            long now = System.nanoTime();
            int sequence = sequence(event);
            if (sequence >= 0) {
                ledger.enter(sequence, event, sentAt.getAcquire(sequence), now);
            }
        }
    }

    private int sequence(TypedEvent<?> event) {
        String header = event.headers().get(HEADER);
        if (header == null || !header.startsWith(prefix)) {
            return -1; // somebody else's
        }
        return Integer.parseInt(header, prefix.length(), header.length(), 10);
    }

    /**
     * Publishes everything, one event after another.
     *
     * @param rate how many events a second; 0 for as many as the target takes
     * @param progress is told now and then how many have been published
     * @throws InterruptedException if interrupted; what was published until then counts
     */
    void publish(int rate, IntConsumer progress) throws InterruptedException {
        Publisher publisher = new Publisher(target);
        long start = System.nanoTime();
        while (sent < workload.size()) {
            int sequence = sent;
            long due = rate == 0 ? System.nanoTime() : start + (long) (sequence * 1e9 / rate);
            awaitNanoTime(due);
            sentAt.setRelease(sequence, due);
            publisher.publish(workload.event(sequence).withHeader(HEADER, prefix + sequence), e -> {
                refused.add(sequence);
                onError.accept(e);
            });
            sent++;
            if (sent % 1024 == 0) {
                progress.accept(sent);
            }
        }
        publisher.drain();
    }

    /** Sleeps and then spins: to sleep alone would be late by more than what is measured. */
    static void awaitNanoTime(long due) throws InterruptedException {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /** {@return the numbers of the events that were published} */
    BitSet published() {
        BitSet published = new BitSet();
        published.set(0, sent);
        refused.forEach(published::clear);
        return published;
    }

    /**
     * Waits until everything that was published has arrived everywhere.
     *
     * @param limit gives up when for so long nothing has arrived
     * @throws InterruptedException if interrupted
     */
    void awaitArrival(Duration limit) throws InterruptedException {
        BitSet published = published();
        long expected = ledgers.stream()
                .mapToLong(ledger -> ledger.expected(published).cardinality())
                .sum();
        long before = -1;
        Patience patience = new Patience(limit);
        while (true) {
            long arrived = ledgers.stream().mapToLong(Ledger::distinct).sum();
            if (arrived >= expected) {
                return;
            }
            if (arrived > before) {
                before = arrived;
                patience.renew();
            } else if (patience.isOver()) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
