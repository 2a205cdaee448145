package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

abstract class ClosingRules extends Rules {
    ClosingRules(EventTargetContract suite) {
        super(suite);
    }

    // ---- a target

    @Everywhere
    void closeDeliversWhatWasAccepted(Where where) throws Exception {
        Gate<Integer> gate = gate();
        Recorder<Integer> recorder = new Recorder<>();
        Place place = place(where);
        listenAsync(place, NUMBER, gate, options());
        listen(place, NUMBER, recorder, options());
        publishNumbers(1, 200);
        eventually(() -> assertEquals(1, gate.held()));
        Future<Void> closed = target().close();
        assertFalse(closed.isComplete());
        gate.open();
        result(closed);
        assertEquals(200, gate.details().size());
        assertEquals(200, recorder.count());
        assertHears(gate::details, numbers(1, 200));
    }

    @Test
    void closeRefusesWhatComesAfterAtOnce() {
        Gate<Integer> gate = gate();
        Recorder<Integer> recorder = new Recorder<>();
        listenAsync(NUMBER, gate);
        publish(NUMBER, 1);
        eventually(() -> assertEquals(1, gate.held()));
        Future<Void> closed = target().close();
        assertRefused(recorder);
        gate.open();
        result(closed);
        assertRefused(recorder);
        assertHears(gate, 1);
        assertHears(recorder);
    }

    private void assertRefused(Recorder<Integer> recorder) {
        EventTargetException refused = failure(dispatch(NUMBER, 2));
        assertInstanceOf(ClosedException.class, refused);
        assertEquals(EventTargetException.Reason.CLOSED, refused.reason());
        assertThrows(ClosedException.class, () -> target().addEventListener(NUMBER, recorder));
        assertThrows(ClosedException.class, () -> target().addAsyncEventListener(NUMBER, recorder::handleAsync));
    }

    @Everywhere
    void closeWhilePublishingLosesNothingAccepted(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        Set<Integer> accepted = ConcurrentHashMap.newKeySet();
        Queue<EventTargetException> refusals = new ConcurrentLinkedQueue<>();
        var publishers = startThreads(4, publisher -> {
            Queue<Future<Void>> open = new ArrayDeque<>();
            int number = publisher * 10_000_000;
            boolean refused = false;
            while (!refused || !open.isEmpty()) {
                if (!refused) {
                    int published = number++;
                    open.add(dispatch(NUMBER, published).onSuccess(done -> accepted.add(published)));
                }
                if (refused || open.size() == 64) {
                    Future<Void> oldest = open.remove();
                    result(oldest.otherwiseEmpty());
                    if (oldest.failed()) {
                        refusals.add(failure(oldest));
                        refused = true;
                    }
                }
            }
        });
        eventually(() -> assertTrue(recorder.count() > 500));
        Future<Void> closed = target().close();
        finish(publishers);
        result(closed);
        Set<Integer> heard = new HashSet<>(recorder.details());
        List<Integer> lost = accepted.stream()
                .filter(number -> !heard.contains(number))
                .sorted()
                .toList();
        assertEquals(List.of(), lost);
        assertEquals(heard.size(), recorder.count());
        assertTrue(refusals.stream().allMatch(ClosedException.class::isInstance), () -> "refused with " + refusals);
    }

    @Test
    void closingTwiceIsOneClosing() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER, 1);
        result(target().close());
        result(target().close());
        assertHears(recorder, 1);
    }

    @Test
    void manyMayCloseAtOnce() {
        List<Subscription> subscriptions = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 20; i++) {
            subscriptions.add(listen(NUMBER, new Recorder<>()));
        }
        publishNumbers(1, 20);
        onThreads(8, thread -> {
            for (Subscription subscription : subscriptions) {
                result(subscription.close());
            }
            result(target().close());
        });
        assertTrue(subscriptions.stream().noneMatch(Subscription::isActive));
    }

    @Everywhere
    void closeEndsItsSubscriptions(Where where) throws Exception {
        Subscription subscription = listen(place(where), NUMBER, new Recorder<>(), options());
        assertTrue(subscription.isActive());
        assertFalse(subscription.ended().isComplete());
        result(target().close());
        assertFalse(subscription.isActive());
        result(subscription.ended());
        result(subscription.close());
    }

    @Everywhere
    void aListenerMayCloseItsTarget(Where where) throws Exception {
        Promise<Void> closed = Promise.promise();
        Recorder<Integer> recorder = new Recorder<>();
        EventListener<Integer> listener = event -> {
            recorder.handle(event);
            target().close().onComplete(closed);
        };
        listen(place(where), NUMBER, listener, options());
        // it may be too late to tell the publisher of success
        result(dispatch(NUMBER, 1).otherwiseEmpty());
        result(closed.future());
        assertHears(recorder, 1);
    }

    @Test
    void closeGivesUpWhenItsTimeIsUp() {
        Duration timeout = suite().closeTimeout();
        suite().assume(
                        timeout.compareTo(suite().patience()) < 0,
                        "its closeTimeout of " + timeout + " is not shorter than the suite's patience");
        Gate<Integer> gate = gate();
        listenAsync(NUMBER, gate);
        publishNumbers(1, 5);
        eventually(() -> assertEquals(1, gate.held()));
        EventTargetException gaveUp = failure(target().close());
        assertEquals(EventTargetException.Reason.TIMEOUT, gaveUp.reason());
    }

    @Everywhere
    void closeDoesNotWaitForPublishersThatAreHeld(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription =
                listen(place(where), NUMBER, recorder, options().buffer(1, OverflowPolicy.BLOCK));
        subscription.pause();
        List<Future<Void>> outcomes = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            outcomes.add(dispatch(NUMBER, i));
        }
        Future<Void> closed = target().close();
        subscription.resume();
        result(closed);
        for (int i = 0; i < outcomes.size(); i++) {
            result(outcomes.get(i).otherwiseEmpty());
            if (outcomes.get(i).succeeded()) {
                assertTrue(recorder.details().contains(i + 1), "accepted and lost: " + (i + 1));
            }
        }
    }

    @Test
    void closingOneTargetLeavesTheOthersOfItsBus() throws Exception {
        TypedEventTarget another = anotherTarget();
        Recorder<Integer> here = new Recorder<>();
        Recorder<Integer> there = new Recorder<>();
        listen(NUMBER, here);
        ready(another.addEventListener(NUMBER, there));
        publish(NUMBER, 1);
        assertHears(here, 1);
        assertHears(there, 1);
        result(target().close());
        result(another.dispatchEvent(TypedEvent.of(NUMBER, 2)));
        assertHears(there, 1, 2);
        assertHears(here, 1);
    }

    @Test
    void aTargetMayBeOpenedAgain() throws Exception {
        Recorder<Integer> before = new Recorder<>();
        Subscription old = listen(NUMBER, before);
        publish(NUMBER, 1);
        assertHears(before, 1);
        result(target().close());
        TypedEventTarget again = anotherTarget();
        Recorder<Integer> after = new Recorder<>();
        ready(again.addEventListener(NUMBER, after));
        result(again.dispatchEvent(TypedEvent.of(NUMBER, 2)));
        assertHears(after, 2);
        assertHears(before, 1);
        assertFalse(old.isActive());
        assertInstanceOf(ClosedException.class, failure(dispatch(NUMBER, 3)));
    }

    // ---- a subscription

    @Everywhere
    void aClosedSubscriptionIsNotCalled(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> closed = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, closed, options());
        listen(place, NUMBER, other, options());
        publish(NUMBER, 1);
        assertHears(closed, 1);
        result(subscription.close());
        assertFalse(subscription.isActive());
        result(subscription.ended());
        result(subscription.close());
        publishNumbers(2, 20);
        assertHearsNumbers(other, 1, 20);
        settle(place);
        assertHears(closed, 1);
        assertFalse(target().removeEventListener(NUMBER, closed));
    }

    @Everywhere
    void closingASubscriptionWaitsForWhatItHandles(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        Subscription subscription = listenAsync(place, NUMBER, gate, options());
        publishNumbers(1, 5);
        eventually(() -> assertEquals(1, gate.held()));
        Future<Void> closed = subscription.close();
        assertFalse(subscription.isActive());
        settle(place);
        assertFalse(closed.isComplete());
        assertFalse(subscription.ended().isComplete());
        gate.open();
        result(closed);
        result(subscription.ended());
        settle(place);
        assertHears(gate, 1);
    }

    @Everywhere
    void aListenerMayCloseItsSubscription(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        CompletableFuture<Subscription> own = new CompletableFuture<>();
        EventListener<Integer> listener = event -> {
            recorder.handle(event);
            own.join().close();
        };
        own.complete(listen(place, NUMBER, listener, options()));
        listen(place, NUMBER, other, options());
        publishNumbers(1, 10);
        assertHearsNumbers(other, 1, 10);
        result(own.join().ended());
        assertHears(recorder, 1);
    }

    @Test
    void closingASubscriptionWhilePublishingLosesNobodyElsesEvents() throws Exception {
        Recorder<Integer> steady = new Recorder<>();
        listen(place(Where.EVENT_LOOP), NUMBER, steady, options());
        Place place = place(Where.EVENT_LOOP);
        List<Subscription> passing = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            passing.add(listen(place, NUMBER, new Recorder<>(), options()));
        }
        var publisher = startThreads(1, index -> publishNumbers(1, 2000));
        for (Subscription subscription : passing) {
            result(subscription.close());
        }
        finish(publisher);
        assertHearsNumbers(steady, 1, 2000);
    }

    @Everywhere
    void drainingHandlesWhatWaits(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        Recorder<Integer> other = new Recorder<>();
        Subscription subscription = listenAsync(place, NUMBER, gate, options());
        listen(place, NUMBER, other, options());
        publishNumbers(1, 50);
        eventually(() -> assertEquals(1, gate.held()));
        assertHearsNumbers(other, 1, 50);
        // a transport may still have the last of them on their way to this listener
        eventually(() -> assertEquals(50, unsettled()));
        Future<Void> drained = subscription.drain();
        assertFalse(drained.isComplete());
        assertFalse(subscription.isActive());
        publishNumbers(51, 60);
        assertHearsNumbers(other, 1, 60);
        gate.open();
        result(drained);
        result(subscription.ended());
        settle(place);
        assertHears(gate::details, numbers(1, 50));
        assertFalse(target().removeAsyncEventListener(NUMBER, gate));
    }

    /** How many events wait for listeners of the target, or are being handled. */
    private int unsettled() {
        return result(target().status()).subscriptions().stream()
                .mapToInt(one -> one.queued() + one.inFlight())
                .sum();
    }

    @Everywhere
    void closingASubscriptionDropsWhatWaits(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> closed = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, closed, options()).pause();
        listen(place, NUMBER, other, options());
        publishNumbers(1, 20);
        assertHearsNumbers(other, 1, 20);
        result(subscription.close());
        subscription.resume();
        settle(place);
        assertHears(closed);
    }

    @Test
    void aDrainedSubscriptionMayBeClosedAtOnce() {
        Gate<Integer> gate = gate();
        Subscription subscription = listenAsync(NUMBER, gate);
        publishNumbers(1, 20);
        eventually(() -> assertEquals(1, gate.held()));
        Future<Void> drained = subscription.drain();
        Future<Void> closed = subscription.close();
        gate.open();
        result(closed);
        result(drained.otherwiseEmpty());
        result(subscription.ended());
        assertHears(gate, 1);
    }

    @Test
    @Needs(Capability.GROUPS)
    void aMemberThatDrainsLeavesWhatWaitsToTheOthers() {
        Gate<Integer> leaving = gate();
        Recorder<Integer> staying = new Recorder<>();
        Subscription subscription = listenAsync(NUMBER, leaving, options().group("billing"));
        publishNumbers(1, 20);
        eventually(() -> assertEquals(1, leaving.held()));
        Subscription second =
                listen(NUMBER, staying, options().group("billing")).pause();
        Future<Void> drained = subscription.drain();
        second.resume();
        assertHearsInAnyOrder(staying, 2, 20);
        leaving.open();
        result(drained);
        assertHears(leaving, 1);
    }

    @Everywhere
    void closingOneOfSeveralTargetsDeliversWhatWaits(Where where) throws Exception {
        TypedEventTarget another = anotherTarget();
        Place place = place(where);
        Gate<Integer> gate = gate();
        Recorder<Integer> other = new Recorder<>();
        listenAsync(place, NUMBER, gate, options());
        ready(another.addEventListener(NUMBER, other));
        publishNumbers(1, 50);
        eventually(() -> assertEquals(1, gate.held()));
        assertHearsNumbers(other, 1, 50);
        Future<Void> closed = target().close();
        gate.open();
        result(closed);
        assertHears(gate::details, numbers(1, 50));
        result(another.dispatchEvent(TypedEvent.of(NUMBER, 51)));
        assertHearsNumbers(other, 1, 51);
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void aTargetOpenedInAVerticleClosesWithIt(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> inside = new Recorder<>();
        Recorder<Integer> outside = new Recorder<>();
        TypedEventTarget opened = place.call(this::anotherTarget);
        Subscription subscription = ready(opened.addEventListener(NUMBER, inside));
        listen(NUMBER, outside);
        result(opened.dispatchEvent(TypedEvent.of(NUMBER, 1)));
        assertHears(inside, 1);
        result(place.undeploy());
        result(subscription.ended());
        assertInstanceOf(ClosedException.class, failure(opened.dispatchEvent(TypedEvent.of(NUMBER, 2))));
        publish(NUMBER, 3);
        assertHears(outside, 1, 3);
        assertHears(inside, 1);
    }
}
