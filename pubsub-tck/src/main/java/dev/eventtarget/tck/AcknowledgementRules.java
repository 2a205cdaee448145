package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.DeliveryException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

@Needs(Capability.ACKNOWLEDGED)
abstract class AcknowledgementRules extends Rules {
    AcknowledgementRules(EventTargetContract suite) {
        super(suite);
    }

    /** Records, and refuses the first deliveries of each even number. */
    private static EventListener<Integer> refusing(Recorder<Integer> recorder, int times) {
        return event -> {
            recorder.handle(event);
            long deliveries =
                    recorder.details().stream().filter(event.detail()::equals).count();
            if (event.detail() % 2 == 0 && deliveries <= times) {
                throw new IllegalStateException("refused");
            }
        };
    }

    @Everywhere
    void toReturnAcknowledges(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        listen(place, NUMBER, recorder, options().retry(QUICKLY));
        publishNumbers(1, 20);
        assertHearsNumbers(recorder, 1, 20);
        settle(place);
        assertHearsNumbers(recorder, 1, 20);
    }

    @Everywhere
    void aCompletedFutureAcknowledges(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        listenAsync(place, NUMBER, gate, options().retry(QUICKLY));
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        eventually(() -> assertEquals(1, gate.held()));
        gate.release();
        assertHears(gate, 1, 2);
        gate.open();
        settle(place);
        assertHears(gate, 1, 2);
    }

    @Everywhere
    void anEventRefusedByThrowingIsDeliveredAgain(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        listen(place, NUMBER, refusing(recorder, 2), options().retry(QUICKLY));
        publish(NUMBER, 2);
        assertHears(recorder, 2, 2, 2);
        settle(place);
        assertHears(recorder, 2, 2, 2);
    }

    @Everywhere
    void anEventRefusedByAFutureIsDeliveredAgain(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        listenAsync(place, NUMBER, gate, options().retry(QUICKLY));
        publish(NUMBER, 1);
        for (int i = 0; i < 3; i++) {
            eventually(() -> assertEquals(1, gate.held()));
            gate.refuse();
        }
        eventually(() -> assertEquals(1, gate.held()));
        gate.release();
        settle(place);
        assertHears(gate, 1, 1, 1, 1);
    }

    @Everywhere
    void anAsyncListenerThatThrowsRefuses(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listenAsync(
                place(where),
                NUMBER,
                event -> {
                    recorder.handle(event);
                    if (recorder.count() == 1) {
                        throw new IllegalStateException("refused");
                    }
                    return Future.succeededFuture();
                },
                options().retry(QUICKLY));
        publish(NUMBER, 1);
        assertHears(recorder, 1, 1);
    }

    @Everywhere
    void withoutRetryAnEventIsDeliveredOnce(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        listen(place, NUMBER, refusing(recorder, 99), options().onError(errors::add));
        publishNumbers(1, 4);
        assertHearsNumbers(recorder, 1, 4);
        eventually(() -> assertEquals(2, errors.size()));
        for (EventTargetException error : errors) {
            assertEquals(1, assertInstanceOf(DeliveryException.class, error).attempts());
        }
    }

    @Everywhere
    void attemptsEndWithTheErrorHandler(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        IllegalStateException refusal = new IllegalStateException("refused");
        listen(
                place,
                NUMBER,
                event -> {
                    recorder.handle(event);
                    throw refusal;
                },
                options().retry(RetryPolicy.immediately(3)).onError(errors::add));
        publish(TypedEvent.of(NUMBER, 1).withId("event-1"));
        eventually(() -> assertEquals(1, errors.size()));
        settle(place);
        assertHears(recorder, 1, 1, 1);
        DeliveryException error = assertInstanceOf(DeliveryException.class, errors.remove());
        assertEquals(3, error.attempts());
        assertEquals(EventTargetException.Reason.LISTENER_FAILED, error.reason());
        assertEquals(1, error.event().detail());
        assertEquals("event-1", error.event().id());
        assertSame(refusal, error.getCause());
        assertTrue(errors.isEmpty());
    }

    @Everywhere
    @Needs(Capability.ORDERED)
    void laterEventsWaitForARetry(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(
                place(where),
                NUMBER,
                refusing(recorder, 2),
                options().retry(RetryPolicy.backoff(5, Duration.ofMillis(5), Duration.ofMillis(10))));
        publishNumbers(1, 6);
        assertHears(recorder, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 6);
    }

    @Test
    void retriesWaitForTheirDelays() {
        List<Long> times = new CopyOnWriteArrayList<>();
        listen(
                NUMBER,
                event -> {
                    times.add(System.nanoTime());
                    throw new IllegalStateException("refused");
                },
                options()
                        .retry(RetryPolicy.backoff(6, Duration.ofMillis(40), Duration.ofMillis(80)))
                        .onError(error -> {}));
        publish(NUMBER, 1);
        eventually(() -> assertEquals(6, times.size()));
        // of so many, a busy machine alone will not hold up every one
        List<Long> least = List.of(30L, 60L, 60L, 60L, 60L);
        for (int i = 0; i < least.size(); i++) {
            long waited = Duration.ofNanos(times.get(i + 1) - times.get(i)).toMillis();
            // a timer of milliseconds may be early by one
            assertTrue(waited >= least.get(i) - 1, "retry " + (i + 1) + " came after " + waited + " ms");
        }
    }

    @Everywhere
    void theNextEventWaitsForTheAcknowledgement(Where where) throws Exception {
        Gate<Integer> gate = gate();
        listenAsync(place(where), NUMBER, gate, options());
        publishNumbers(1, 20);
        for (int i = 1; i <= 20; i++) {
            eventually(() -> assertEquals(1, gate.held()));
            assertEquals(i, gate.details().size());
            gate.release();
        }
        assertEquals(1, gate.most());
        assertHears(gate::details, numbers(1, 20));
    }

    @Everywhere
    void deliveryGoesOnAfterErrors(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        listen(
                place(where),
                NUMBER,
                refusing(recorder, 99),
                options().retry(RetryPolicy.immediately(2)).onError(errors::add));
        publishNumbers(1, 100);
        eventually(() -> assertEquals(50, errors.size()));
        eventually(() -> assertEquals(150, recorder.count()));
        assertTrue(recorder.details().containsAll(numbers(1, 100)));
    }

    @Everywhere
    void anErrorHandlerThatThrowsDoesNotStopDelivery(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, refusing(recorder, 99), options().onError(error -> {
            throw new IllegalStateException("the handler's own");
        }));
        publishNumbers(1, 10);
        assertHearsNumbers(recorder, 1, 10);
    }

    @Test
    void aRefusalConcernsItsSubscriptionAlone() throws Exception {
        Recorder<Integer> refuses = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        listen(NUMBER, refusing(refuses, 3), options().retry(QUICKLY));
        listen(NUMBER, other);
        publish(NUMBER, 2);
        assertHears(refuses, 2, 2, 2, 2);
        settle();
        assertHears(other, 2);
    }

    @Everywhere
    void anEventIsTheSameInEachAttempt(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, refusing(recorder, 3), options().retry(QUICKLY));
        publish(TypedEvent.of(NUMBER.withId("42"), 2).withId("event-2").withHeader("trace", "abc"));
        assertHears(recorder, 2, 2, 2, 2);
        for (TypedEvent<Integer> event : recorder.events()) {
            assertEquals("event-2", event.id());
            assertEquals("abc", event.headers().get("trace"));
            assertEquals("42", event.type().id());
            assertEquals(recorder.events().get(0).position(), event.position());
        }
    }

    @Everywhere
    void closingASubscriptionEndsItsRetries(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listen(
                place,
                NUMBER,
                refusing(recorder, 99),
                options().retry(RetryPolicy.backoff(9, Duration.ofHours(1), Duration.ofHours(1))));
        publish(NUMBER, 2);
        assertHears(recorder, 2);
        result(subscription.close());
        result(subscription.ended());
        assertFalse(subscription.isActive());
        settle(place);
        assertHears(recorder, 2);
    }

    @Test
    void aRetryDelaysItsSubscriptionAlone() throws Exception {
        List<Recorder<Integer>> others = new ArrayList<>();
        Recorder<Integer> refuses = new Recorder<>();
        List<Subscription> retrying = new ArrayList<>();
        for (Where where : everywhere()) {
            Place place = place(where);
            retrying.add(listen(
                    place,
                    NUMBER,
                    event -> {
                        refuses.handle(event);
                        throw new IllegalStateException("refused");
                    },
                    options().retry(RetryPolicy.backoff(9, Duration.ofHours(1), Duration.ofHours(1)))));
            Recorder<Integer> other = new Recorder<>();
            others.add(other);
            listen(place, NUMBER, other, options());
        }
        publishNumbers(1, 50);
        for (Recorder<Integer> other : others) {
            assertHearsNumbers(other, 1, 50);
        }
        eventually(() -> assertEquals(retrying.size(), refuses.count()));
        retrying.forEach(subscription -> result(subscription.close()));
    }

    @Test
    void onceWithRetryHearsOneEventUntilItIsHandled() {
        Recorder<Integer> recorder = new Recorder<>();
        EventType<Integer> type = NUMBER;
        Subscription subscription =
                listen(type, refusing(recorder, 2), options().once().retry(QUICKLY));
        publish(type, 2);
        publish(type, 3);
        result(subscription.ended());
        assertHears(recorder, 2, 2, 2);
    }
}
