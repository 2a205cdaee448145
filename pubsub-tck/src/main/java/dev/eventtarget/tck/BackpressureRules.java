package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

abstract class BackpressureRules extends Rules {
    /** How many events wait in line at least when a buffer that blocks is full. */
    private static final int LINE = 1024;

    BackpressureRules(EventTargetContract suite) {
        super(suite);
    }

    private Subscription listenPaused(Place place, Recorder<Integer> recorder, int buffer, OverflowPolicy overflow)
            throws Exception {
        return listen(place, NUMBER, recorder, options().buffer(buffer, overflow))
                .pause();
    }

    // ---- demand

    @Everywhere
    void aPausedSubscriptionIsNotCalled(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, recorder, options());
        publish(NUMBER, 1);
        assertHears(recorder, 1);
        subscription.pause();
        publishNumbers(2, 10);
        settle(place);
        assertHears(recorder, 1);
        assertTrue(subscription.isActive());
        subscription.resume();
        assertHearsNumbers(recorder, 1, 10);
        publish(NUMBER, 11);
        assertHearsNumbers(recorder, 1, 11);
    }

    @Everywhere
    void fetchDeliversSoManyMore(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, recorder, options()).pause();
        publishNumbers(1, 10);
        subscription.fetch(2);
        assertHears(recorder, 1, 2);
        settle(place);
        assertHears(recorder, 1, 2);
        subscription.fetch(0);
        subscription.fetch(1);
        subscription.fetch(2);
        assertHearsNumbers(recorder, 1, 5);
        settle(place);
        assertHearsNumbers(recorder, 1, 5);
        subscription.resume();
        assertHearsNumbers(recorder, 1, 10);
    }

    @Everywhere
    void whatIsFetchedAheadIsDeliveredWhenItComes(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription =
                listen(place, NUMBER, recorder, options()).pause().fetch(3);
        publishNumbers(1, 5);
        assertHearsNumbers(recorder, 1, 3);
        settle(place);
        assertHearsNumbers(recorder, 1, 3);
        subscription.fetch(1);
        assertHearsNumbers(recorder, 1, 4);
        subscription.resume();
        assertHearsNumbers(recorder, 1, 5);
    }

    @Test
    void fetchRefusesNegativeNumbers() {
        Subscription subscription = listen(NUMBER, new Recorder<>());
        assertThrows(IllegalArgumentException.class, () -> subscription.fetch(-1));
    }

    @Everywhere
    void aListenerMayPauseItsOwnSubscription(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        CompletableFuture<Subscription> own = new CompletableFuture<>();
        EventListener<Integer> listener = event -> {
            recorder.handle(event);
            own.join().pause();
        };
        own.complete(listen(place, NUMBER, listener, options()));
        publishNumbers(1, 3);
        assertHears(recorder, 1);
        settle(place);
        assertHears(recorder, 1);
        own.join().resume();
        assertHears(recorder, 1, 2);
        settle(place);
        assertHears(recorder, 1, 2);
        own.join().fetch(1);
        assertHears(recorder, 1, 2, 3);
    }

    @Everywhere
    void anEventBeingHandledDoesNotCountAsWaiting(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        Subscription subscription = listenAsync(place, NUMBER, gate, options().buffer(2, OverflowPolicy.DROP_NEWEST));
        publish(NUMBER, 1);
        eventually(() -> assertEquals(1, gate.held()));
        publishNumbers(2, 4);
        eventually(() -> assertEquals(1, subscription.dropped()));
        gate.open();
        assertHears(gate, 1, 2, 3);
    }

    // ---- BLOCK

    @Everywhere
    @InProcess
    void aFullBufferHoldsThePublisher(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listenPaused(place, recorder, 2, OverflowPolicy.BLOCK);
        publishNumbers(1, 2);
        Future<Void> third = dispatch(NUMBER, 3);
        Future<Void> fourth = dispatch(NUMBER, 4);
        settle(place);
        assertFalse(third.isComplete());
        assertFalse(fourth.isComplete());
        subscription.fetch(1);
        result(third);
        settle(place);
        assertFalse(fourth.isComplete());
        subscription.resume();
        result(fourth);
        assertHears(recorder, 1, 2, 3, 4);
        assertEquals(0, subscription.dropped());
    }

    @Everywhere
    void blockingLosesNothing(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listenAsync(
                place(where),
                NUMBER,
                event -> {
                    recorder.handle(event);
                    return event.detail() % 10 == 0 ? vertx().timer(1) : Future.succeededFuture();
                },
                options().buffer(1, OverflowPolicy.BLOCK));
        publishNumbers(1, 300);
        assertHearsNumbers(recorder, 1, 300);
        assertEquals(0, subscription.dropped());
    }

    @Everywhere
    void blockingLosesNothingFromManyPublishers(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options().buffer(1, OverflowPolicy.BLOCK));
        onThreads(6, publisher -> publishNumbers(1000 * publisher, 1000 * publisher + 199));
        eventually(() -> assertEquals(6 * 200, recorder.count()));
        assertEquals(6 * 200, recorder.details().stream().distinct().count());
    }

    @Test
    @InProcess
    void whoOverrunsTheLineIsRefused() throws Exception {
        Place place = place(Where.OUTSIDE);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listenPaused(place, recorder, 1, OverflowPolicy.BLOCK);
        publish(NUMBER, 0);
        List<Future<Void>> line = new ArrayList<>();
        for (int i = 1; i <= LINE; i++) {
            line.add(dispatch(NUMBER, i));
        }
        EventTargetException refused = failure(dispatch(NUMBER, LINE + 1));
        assertInstanceOf(BackpressureException.class, refused);
        assertEquals(EventTargetException.Reason.BACKPRESSURE, refused.reason());
        assertTrue(refused.isRetryable());
        assertTrue(line.stream().noneMatch(Future::isComplete));
        subscription.resume();
        line.forEach(this::result);
        assertHearsNumbers(recorder, 0, LINE);
        publish(NUMBER, LINE + 1);
        assertHearsNumbers(recorder, 0, LINE + 1);
    }

    @Everywhere
    @InProcess
    void aListenerThatGoesReleasesItsPublishers(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listenPaused(place, recorder, 1, OverflowPolicy.BLOCK);
        publish(NUMBER, 1);
        List<Future<Void>> waiting = List.of(dispatch(NUMBER, 2), dispatch(NUMBER, 3));
        result(where == Where.OUTSIDE ? subscription.close() : place.undeploy());
        waiting.forEach(this::result);
        assertHears(recorder);
    }

    // ---- the other policies

    @Everywhere
    void dropOldestKeepsTheNewest(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listenPaused(place(where), recorder, 3, OverflowPolicy.DROP_OLDEST);
        publishNumbers(1, 3);
        assertEquals(0, subscription.dropped());
        publishNumbers(4, 10);
        eventually(() -> assertEquals(7, subscription.dropped()));
        subscription.resume();
        assertHears(recorder, 8, 9, 10);
        publish(NUMBER, 11);
        assertHears(recorder, 8, 9, 10, 11);
        assertEquals(7, subscription.dropped());
    }

    @Everywhere
    void dropNewestKeepsTheOldest(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = listenPaused(place(where), recorder, 3, OverflowPolicy.DROP_NEWEST);
        publishNumbers(1, 3);
        assertEquals(0, subscription.dropped());
        publishNumbers(4, 10);
        eventually(() -> assertEquals(7, subscription.dropped()));
        subscription.resume();
        assertHears(recorder, 1, 2, 3);
        publish(NUMBER, 11);
        assertHears(recorder, 1, 2, 3, 11);
        assertEquals(7, subscription.dropped());
    }

    @Everywhere
    @InProcess
    void failRefusesThePublisher(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> full = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        Subscription subscription = listenPaused(place, full, 2, OverflowPolicy.FAIL);
        listen(place, NUMBER, other, options());
        publishNumbers(1, 2);
        EventTargetException refused = failure(dispatch(NUMBER, 3));
        assertInstanceOf(BackpressureException.class, refused);
        assertTrue(refused.isRetryable());
        assertHears(other, 1, 2, 3);
        subscription.resume();
        assertHears(full, 1, 2);
        publish(NUMBER, 4);
        assertHears(full, 1, 2, 4);
        assertHears(other, 1, 2, 3, 4);
    }

    @Test
    void eachSubscriptionHasItsOwnBuffer() throws Exception {
        Recorder<Integer> small = new Recorder<>();
        Recorder<Integer> large = new Recorder<>();
        Recorder<Integer> flowing = new Recorder<>();
        Subscription first = listenPaused(place(Where.OUTSIDE), small, 2, OverflowPolicy.DROP_OLDEST);
        Subscription second = listenPaused(place(Where.EVENT_LOOP), large, 5, OverflowPolicy.DROP_NEWEST);
        Subscription third = listen(NUMBER, flowing);
        publishNumbers(1, 10);
        eventually(() -> assertEquals(8, first.dropped()));
        eventually(() -> assertEquals(5, second.dropped()));
        assertHearsNumbers(flowing, 1, 10);
        first.resume();
        second.resume();
        assertHears(small, 9, 10);
        assertHearsNumbers(large, 1, 5);
        assertEquals(0, third.dropped());
    }

    @Test
    void aDroppedEventIsAccepted() throws Exception {
        Subscription full = listenPaused(place(Where.OUTSIDE), new Recorder<>(), 1, OverflowPolicy.DROP_NEWEST);
        Recorder<Integer> other = new Recorder<>();
        listen(NUMBER, other);
        publishNumbers(1, 20);
        assertHearsNumbers(other, 1, 20);
        full.resume();
    }
}
