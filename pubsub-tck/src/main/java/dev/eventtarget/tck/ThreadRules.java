package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

abstract class ThreadRules extends Rules {
    ThreadRules(EventTargetContract suite) {
        super(suite);
    }

    /** On which thread and context something was called. */
    private record Call(
            Thread thread,
            @Nullable String deployment,
            @Nullable ThreadingModel model,
            boolean eventLoop) {
        static Call here() {
            Context context = Vertx.currentContext();
            return new Call(
                    Thread.currentThread(),
                    context == null ? null : context.deploymentID(),
                    context == null ? null : context.threadingModel(),
                    Context.isOnEventLoopThread());
        }
    }

    private static void assertCalledIn(Place place, Iterable<Call> calls) throws Exception {
        Call home = place.call(Call::here);
        for (Call call : calls) {
            assertEquals(home.deployment, call.deployment);
            assertEquals(home.model, call.model);
            assertEquals(home.eventLoop, call.eventLoop);
            if (home.eventLoop) {
                assertSame(home.thread, call.thread);
            }
        }
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void aListenerIsCalledOnItsContext(Where where) throws Exception {
        Place place = place(where);
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        listen(place, NUMBER, event -> calls.add(Call.here()), options());
        listenAsync(
                place,
                NUMBER,
                event -> {
                    calls.add(Call.here());
                    return Future.succeededFuture();
                },
                options());
        publishNumbers(1, 10);
        for (Where publisher : everywhere()) {
            place(publisher).call(() -> dispatch(NUMBER, 11));
        }
        eventually(() -> assertEquals(2 * (10 + everywhere().size()), calls.size()));
        assertCalledIn(place, calls);
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void whateverWakesItAListenerIsCalledOnItsContext(Where where) throws Exception {
        Place place = place(where);
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        Gate<Integer> gate = gate();
        Subscription subscription = listenAsync(
                place,
                NUMBER,
                event -> {
                    calls.add(Call.here());
                    return gate.handle(event);
                },
                options());
        publishNumbers(1, 4);
        eventually(() -> assertEquals(1, gate.held()));
        gate.release();
        eventually(() -> assertEquals(1, gate.held()));
        subscription.pause();
        gate.release();
        settle(place);
        subscription.fetch(1);
        eventually(() -> assertEquals(1, gate.held()));
        subscription.resume();
        gate.release();
        eventually(() -> assertEquals(1, gate.held()));
        gate.release();
        eventually(() -> assertEquals(4, calls.size()));
        assertCalledIn(place, calls);
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    @Needs(Capability.ACKNOWLEDGED)
    void retriesAndErrorsComeOnTheListenersContext(Where where) throws Exception {
        Place place = place(where);
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        EventListener<Integer> listener = event -> {
            calls.add(Call.here());
            throw new IllegalStateException("refused");
        };
        listen(place, NUMBER, listener, options().retry(QUICKLY).onError(error -> {
            calls.add(Call.here());
            errors.add(error);
        }));
        publish(NUMBER, 1);
        publish(EventType.of(NUMBER.topic(), String.class), "no number");
        eventually(() -> assertEquals(2, errors.size()));
        assertEquals(QUICKLY.attempts() + 2, calls.size());
        assertCalledIn(place, calls);
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"WORKER", "VIRTUAL_THREAD"})
    void listenersThereMayBlock(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        EventListener<Integer> listener = event -> {
            TimeUnit.MILLISECONDS.sleep(1);
            recorder.handle(event);
        };
        listen(place, NUMBER, listener, options());
        publishNumbers(1, 20);
        assertHearsNumbers(recorder, 1, 20);
    }

    @Test
    void onAVirtualThreadAListenerMayAwaitAFuture() throws Exception {
        Place place = place(Where.VIRTUAL_THREAD);
        Recorder<Integer> recorder = new Recorder<>();
        EventListener<Integer> listener = event -> {
            vertx().timer(1).await();
            recorder.handle(event);
        };
        listen(place, NUMBER, listener, options());
        publishNumbers(1, 20);
        assertHearsNumbers(recorder, 1, 20);
    }

    @Test
    void listenersOfSeveralVerticlesAreCalledEachOnItsOwn() throws Exception {
        List<Place> places = new ArrayList<>();
        List<Queue<Call>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Place place = place(i % 2 == 0 ? Where.EVENT_LOOP : Where.WORKER);
            Queue<Call> called = new ConcurrentLinkedQueue<>();
            places.add(place);
            calls.add(called);
            listen(place, NUMBER, event -> called.add(Call.here()), options());
        }
        publishNumbers(1, 50);
        for (int i = 0; i < 4; i++) {
            Queue<Call> called = calls.get(i);
            eventually(() -> assertEquals(50, called.size()));
            assertCalledIn(places.get(i), called);
        }
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void subscriptionsEndWithTheirVerticle(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        Recorder<Integer> outside = new Recorder<>();
        Subscription subscription = listen(place, NUMBER, recorder, options());
        Subscription async = listenAsync(place, NUMBER, recorder::handleAsync, options());
        listen(NUMBER, outside);
        publish(NUMBER, 1);
        assertHears(recorder, 1, 1);
        result(place.undeploy());
        result(subscription.ended());
        result(async.ended());
        assertFalse(subscription.isActive());
        assertFalse(async.isActive());
        publish(NUMBER, 2);
        assertHears(outside, 1, 2);
        settle();
        assertHears(recorder, 1, 1);
        assertFalse(target().removeEventListener(NUMBER, recorder));
    }

    @Everywhere
    void eventsMayBePublishedFromAnywhere(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        result(place(where).call(() -> dispatch(NUMBER, 1)));
        assertHears(recorder, 1);
    }

    @Test
    @InProcess
    void outsideAContextThePublishersThreadCallsTheListener() {
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        listen(NUMBER, event -> calls.add(Call.here()));
        Future<Void> accepted = dispatch(NUMBER, 1);
        assertEquals(1, calls.size());
        assertTrue(accepted.succeeded());
        assertSame(Thread.currentThread(), Objects.requireNonNull(calls.peek()).thread());
    }

    @Test
    void onAContextListenersAreCalledAfterTheDispatch() throws Exception {
        Place place = place(Where.EVENT_LOOP);
        List<String> steps = Collections.synchronizedList(new ArrayList<>());
        listen(place, NUMBER, event -> steps.add("heard"), options());
        place.call(() -> {
            Future<Void> accepted = dispatch(NUMBER, 1);
            steps.add("dispatched");
            return accepted;
        });
        eventually(() -> assertEquals(List.of("dispatched", "heard"), List.copyOf(steps)));
    }

    @Test
    void anEventLoopIsNotBlockedByAPublisherThatIsHeld() throws Exception {
        Place place = place(Where.EVENT_LOOP);
        Subscription subscription = listen(NUMBER, new Recorder<>(), options().buffer(1, OverflowPolicy.BLOCK))
                .pause();
        Duration patience = suite().patience();
        List<Future<Void>> held = place.call(() -> {
            List<Future<Void>> futures = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                futures.add(dispatch(NUMBER, i));
            }
            return futures;
        });
        assertEquals("still turning", place.call(() -> "still turning"));
        subscription.resume();
        held.forEach(future -> Outcome.of(future, patience));
    }
}
