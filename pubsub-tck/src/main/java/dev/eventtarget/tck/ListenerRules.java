package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The rules of the DOM's EventTarget. */
abstract class ListenerRules extends Rules {
    private static final EventType<Integer> OTHER = EventType.of("tck.other", Integer.class);

    ListenerRules(EventTargetContract suite) {
        super(suite);
    }

    /** Several listeners are called one after another only on one context, and in one process also outside one. */
    private Place commonPlace(Where where) {
        suite().assume(
                        where != Where.OUTSIDE || suite().isInProcess(),
                        "outside a context a transport may call listeners on several threads");
        return place(where);
    }

    @Everywhere
    void theSameListenerAddedTwiceIsRegisteredOnce(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription first = listen(place, NUMBER, recorder, options());
        Subscription second = listen(place, NUMBER, recorder, options());
        assertSame(first, second);
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(recorder, 1, 2);
        settle(place);
        assertHears(recorder, 1, 2);
    }

    @Everywhere
    void theSameAsyncListenerAddedTwiceIsRegisteredOnce(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        AsyncEventListener<Integer> listener = recorder::handleAsync;
        Subscription first = listenAsync(place, NUMBER, listener, options());
        assertSame(first, listenAsync(place, NUMBER, listener, options()));
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(recorder, 1, 2);
        assertTrue(target().removeAsyncEventListener(NUMBER, listener));
        assertFalse(first.isActive());
        assertFalse(target().removeAsyncEventListener(NUMBER, listener));
    }

    @Test
    void oneListenerOnTwoContextsIsTwoRegistrations() throws Exception {
        Place first = place(Where.EVENT_LOOP);
        Place second = place(Where.EVENT_LOOP);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription one = listen(first, NUMBER, recorder, options());
        Subscription two = listen(second, NUMBER, recorder, options());
        assertNotSame(one, two);
        publish(NUMBER, 1);
        assertHears(recorder, 1, 1);
    }

    @Test
    void onAContextThatContextsRegistrationIsRemoved() throws Exception {
        Place first = place(Where.EVENT_LOOP);
        Place second = place(Where.WORKER);
        Recorder<Integer> recorder = new Recorder<>();
        Subscription one = listen(first, NUMBER, recorder, options());
        Subscription two = listen(second, NUMBER, recorder, options());
        assertTrue(first.call(() -> target().removeEventListener(NUMBER, recorder)));
        assertFalse(one.isActive());
        assertTrue(two.isActive());
        publish(NUMBER, 1);
        assertHears(recorder, 1);
    }

    @Test
    void elsewhereAllRegistrationsOfAListenerAreRemoved() throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        Recorder<Integer> witness = new Recorder<>();
        Subscription one = listen(place(Where.EVENT_LOOP), NUMBER, recorder, options());
        Subscription two = listen(place(Where.WORKER), NUMBER, recorder, options());
        listen(NUMBER, witness);
        assertTrue(target().removeEventListener(NUMBER, recorder));
        assertFalse(one.isActive());
        assertFalse(two.isActive());
        publish(NUMBER, 1);
        assertHears(witness, 1);
        assertHears(recorder);
    }

    @Everywhere
    void aRemovedListenerIsNotCalled(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> removed = new Recorder<>();
        Recorder<Integer> witness = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, removed, options());
        listen(place, NUMBER, witness, options());
        publish(NUMBER, 1);
        assertHears(removed, 1);
        assertTrue(target().removeEventListener(NUMBER, removed));
        assertFalse(subscription.isActive());
        result(subscription.ended());
        publish(NUMBER, 2);
        publish(NUMBER, 3);
        assertHears(witness, 1, 2, 3);
        settle(place);
        assertHears(removed, 1);
    }

    @Test
    void aListenerAddedAgainAfterRemovalHears() {
        Recorder<Integer> recorder = new Recorder<>();
        Subscription first = listen(NUMBER, recorder);
        assertTrue(target().removeEventListener(NUMBER, recorder));
        publish(NUMBER, 1);
        Subscription second = listen(NUMBER, recorder);
        assertNotSame(first, second);
        assertTrue(second.isActive());
        publish(NUMBER, 2);
        assertHears(recorder, 2);
    }

    @Test
    void removingWhatWasNotAddedIsFalse() {
        Recorder<Integer> recorder = new Recorder<>();
        assertFalse(target().removeEventListener(NUMBER, recorder));
        listen(NUMBER, recorder);
        assertFalse(target().removeEventListener(OTHER, recorder));
        assertFalse(target().removeEventListener(NUMBER.withId("1"), recorder));
        assertFalse(target().removeEventListener(NUMBER, new Recorder<>()));
        assertTrue(target().removeEventListener(NUMBER, recorder));
        assertFalse(target().removeEventListener(NUMBER, recorder));
    }

    @Test
    void aListenerIsRemovedFromOneTypeAtATime() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        listen(OTHER, recorder);
        assertTrue(target().removeEventListener(NUMBER, recorder));
        publish(NUMBER, 1);
        publish(OTHER, 2);
        assertHears(recorder, 2);
    }

    @Everywhere
    void onceHearsOneEvent(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> once = new Recorder<>();
        Recorder<Integer> witness = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, once, options().once());
        listen(place, NUMBER, witness, options());
        publishNumbers(1, 50);
        assertHearsNumbers(witness, 1, 50);
        result(subscription.ended());
        assertFalse(subscription.isActive());
        assertHears(once, 1);
        assertFalse(target().removeEventListener(NUMBER, once));
    }

    @Everywhere
    void onceHearsOneEventAsynchronously(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> once = gate();
        Recorder<Integer> witness = new Recorder<>();
        Subscription subscription = listenAsync(place, NUMBER, once, options().once());
        listen(place, NUMBER, witness, options());
        publishNumbers(1, 50);
        assertHearsNumbers(witness, 1, 50);
        eventually(() -> assertEquals(1, once.held()));
        assertFalse(subscription.ended().isComplete());
        once.open();
        result(subscription.ended());
        assertFalse(subscription.isActive());
        assertHears(once, 1);
    }

    @Everywhere
    void onceHearsOneOfManyPublishersEvents(Where where) throws Exception {
        Place place = place(where);
        List<Recorder<Integer>> once = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Recorder<Integer> recorder = new Recorder<>();
            once.add(recorder);
            listen(place, NUMBER, recorder, options().once());
        }
        onThreads(6, publisher -> publishNumbers(1, 20));
        settle(place);
        for (Recorder<Integer> recorder : once) {
            eventually(() -> assertEquals(1, recorder.count()));
        }
    }

    @Everywhere
    void aListenerAddedDuringADispatchDoesNotHearThatEvent(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> first = new Recorder<>();
        Recorder<Integer> added = new Recorder<>();
        CompletableFuture<Subscription> addition = new CompletableFuture<>();
        listen(
                place,
                NUMBER,
                event -> {
                    first.handle(event);
                    if (!addition.isDone()) {
                        addition.complete(target().addEventListener(NUMBER, added));
                    }
                },
                options());
        publish(NUMBER, 1);
        assertHears(first, 1);
        ready(result(addition));
        publish(NUMBER, 2);
        assertHears(first, 1, 2);
        assertHears(added, 2);
    }

    @Everywhere
    void aListenerRemovedDuringADispatchIsNotCalled(Where where) throws Exception {
        Place place = commonPlace(where);
        Recorder<Integer> first = new Recorder<>();
        Recorder<Integer> removed = new Recorder<>();
        Recorder<Integer> last = new Recorder<>();
        EventListener<Integer> remover = event -> {
            first.handle(event);
            target().removeEventListener(NUMBER, removed);
        };
        listen(place, NUMBER, remover, options());
        listen(place, NUMBER, removed, options());
        listen(place, NUMBER, last, options());
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(first, 1, 2);
        assertHears(last, 1, 2);
        assertHears(removed);
    }

    @Everywhere
    void aListenerMayRemoveItself(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Recorder<Integer> witness = new Recorder<>();
        EventListener<Integer> listener = new EventListener<>() {
            @Override
            public void handle(TypedEvent<Integer> event) {
                recorder.handle(event);
                if (event.detail() == 2) {
                    assertTrue(target().removeEventListener(NUMBER, this));
                }
            }
        };
        Subscription subscription = listen(place, NUMBER, listener, options());
        listen(place, NUMBER, witness, options());
        publishNumbers(1, 10);
        assertHearsNumbers(witness, 1, 10);
        result(subscription.ended());
        assertHears(recorder, 1, 2);
    }

    @Everywhere
    void aListenerThatThrowsDoesNotStopTheOthers(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> before = new Recorder<>();
        Recorder<Integer> after = new Recorder<>();
        listen(place, NUMBER, before, options());
        listen(
                place,
                NUMBER,
                event -> {
                    throw new IllegalStateException("unchecked");
                },
                options().onError(error -> {}));
        listen(
                place,
                NUMBER,
                event -> {
                    throw new java.io.IOException("checked");
                },
                options().onError(error -> {}));
        listen(
                place,
                NUMBER,
                event -> {
                    throw new AssertionError("an Error");
                },
                options().onError(error -> {}));
        listenAsync(
                place,
                NUMBER,
                event -> {
                    throw new IllegalStateException("thrown");
                },
                options().onError(error -> {}));
        listenAsync(
                place, NUMBER, event -> Future.failedFuture("failed"), options().onError(error -> {}));
        listen(place, NUMBER, after, options());
        publishNumbers(1, 20);
        assertHearsNumbers(before, 1, 20);
        assertHearsNumbers(after, 1, 20);
    }

    @Everywhere
    void aListenerThatThrowsDoesNotFailThePublisher(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(
                place(where),
                NUMBER,
                event -> {
                    recorder.handle(event);
                    throw new IllegalStateException("refused");
                },
                options().onError(error -> {}));
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(recorder, 1, 2);
    }

    @Everywhere
    void listenersAreCalledInTheOrderTheyWereAdded(Where where) throws Exception {
        Place place = commonPlace(where);
        List<Integer> calls = Collections.synchronizedList(new ArrayList<>());
        for (int i = 1; i <= 20; i++) {
            int index = i;
            listen(place, NUMBER, event -> calls.add(index), options());
        }
        publish(NUMBER, 1);
        eventually(() -> assertEquals(numbers(1, 20), List.copyOf(calls)));
    }

    @Everywhere
    void aListenerMayPublish(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> numbers = new Recorder<>();
        Recorder<Integer> echoes = new Recorder<>();
        listen(
                place,
                NUMBER,
                event -> {
                    numbers.handle(event);
                    dispatch(OTHER, event.detail());
                    if (event.detail() < 50) {
                        dispatch(NUMBER, event.detail() + 1);
                    }
                },
                options());
        listen(place, OTHER, echoes, options());
        publish(NUMBER, 1);
        assertHears(() -> sorted(numbers.details()), sorted(numbers(1, 50)));
        assertHears(() -> sorted(echoes.details()), sorted(numbers(1, 50)));
    }
}
