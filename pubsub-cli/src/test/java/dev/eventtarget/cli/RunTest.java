package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A run must find out what goes wrong between publisher and listeners. */
class RunTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final int SIZE = 4000;

    /** After so long without an event no more come. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    /** The faults that each of the listeners found, and all of them alike. */
    private Set<Ledger.Fault> faults(Interceptor interceptor) throws InterruptedException {
        TypedEventTarget target = EventTargets.open(VERTX, "memory:" + UUID.randomUUID(), interceptor);
        Run run = new Run(target, Workload.orders(SIZE), errors::add);
        run.listen(VERTX).await();
        long start = System.nanoTime();
        run.publish(0, published -> {});
        run.awaitArrival(PATIENCE);
        target.close().await();

        Set<Ledger.Fault> faults = EnumSet.noneOf(Ledger.Fault.class);
        run.ledgers()
                .forEach(ledger -> faults.addAll(ledger.judge(run.published()).keySet()));
        StringWriter report = new StringWriter();
        assertEquals(faults.isEmpty(), new RunReport(new PrintWriter(report)).print(run, start, true));
        assertEquals(faults.isEmpty(), report.toString().contains("OK: "));
        assertEquals(!faults.isEmpty(), report.toString().contains("FAILED: "));
        return faults;
    }

    /** Does something else with the event of one number. */
    private static Interceptor publishing(
            int number, BiFunction<TypedEvent<?>, Function<TypedEvent<?>, Future<Void>>, Future<Void>> fault) {
        return new Interceptor() {
            @Override
            public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
                return event.headers().get(Run.HEADER).endsWith("/" + number)
                        ? fault.apply(event, next)
                        : next.apply(event);
            }
        };
    }

    @Test
    void findsNothingWrongWithATargetThatKeepsItsPromises() throws InterruptedException {
        assertEquals(Set.of(), faults(publishing(17, (event, next) -> next.apply(event))));
        assertTrue(errors.isEmpty());
    }

    @Test
    void findsTheEventThatTheTargetLost() throws InterruptedException {
        assertEquals(Set.of(Ledger.Fault.LOST), faults(publishing(17, (event, next) -> Future.succeededFuture())));
    }

    @Test
    void findsTheEventThatTheTargetDeliveredTwice() throws InterruptedException {
        assertEquals(
                Set.of(Ledger.Fault.DUPLICATED),
                faults(publishing(17, (event, next) -> next.apply(event).compose(accepted -> next.apply(event)))));
    }

    @Test
    void findsTheEventsThatPassedEachOther() throws InterruptedException {
        AtomicReference<TypedEvent<?>> held = new AtomicReference<>();
        Interceptor swap = new Interceptor() {
            @Override
            public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
                String header = event.headers().get(Run.HEADER);
                if (header.endsWith("/17")) {
                    held.set(event);
                    return Future.succeededFuture();
                }
                return header.endsWith("/3017") // the next one of the same topic
                        ? next.apply(event).compose(accepted -> next.apply(held.get()))
                        : next.apply(event);
            }
        };

        assertEquals(Set.of(Ledger.Fault.OUT_OF_ORDER), faults(swap));
    }

    @Test
    void findsTheEventThatTheTargetChanged() throws InterruptedException {
        assertEquals(
                Set.of(Ledger.Fault.CHANGED),
                faults(publishing(17, (event, next) -> next.apply(event.withHeader("more", "than was sent")))));
    }

    @Test
    void findsTheEventThatCameUnderAnotherType() throws InterruptedException {
        Set<Ledger.Fault> faults = faults(publishing(
                17,
                (event, next) -> next.apply(
                        event.with(EventType.of("order.placed:17", Object.class), (Object) event.detail()))));

        assertTrue(faults.containsAll(Set.of(Ledger.Fault.CHANGED, Ledger.Fault.LOST)), faults.toString());
    }

    @Test
    void findsTheEventThatOneListenerDidNotGet() throws InterruptedException {
        Interceptor deaf = new Interceptor() {
            @Override
            public Future<?> deliver(
                    TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
                return event.headers().get(Run.HEADER).endsWith("/17")
                                && subscription.type().isPattern()
                        ? Future.succeededFuture()
                        : next.apply(event);
            }
        };

        assertEquals(Set.of(Ledger.Fault.LOST), faults(deaf));
    }

    @Test
    void doesNotMissWhatWasRefused() throws InterruptedException {
        assertEquals(
                Set.of(),
                faults(publishing(17, (event, next) -> Future.failedFuture(new BackpressureException("no room")))));
        assertEquals(1, errors.size());
        assertFalse(errors.get(0).getMessage().isEmpty());
    }
}
