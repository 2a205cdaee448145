package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.Subscription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

abstract class ConcurrencyRules extends Rules {
    ConcurrencyRules(EventTargetContract suite) {
        super(suite);
    }

    /** Counts how many calls run at a time. */
    private static final class Overlap {
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        void enter() {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
        }

        void exit() {
            running.decrementAndGet();
        }
    }

    // ---- how many events a subscription handles at once

    @Everywhere
    void concurrencyOpensSoManyFutures(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        listenAsync(place, NUMBER, gate, options().concurrency(4));
        publishNumbers(1, 20);
        for (int handled = 0; handled < 16; handled++) {
            int expected = handled + 4;
            eventually(() -> assertEquals(expected, gate.details().size()));
            assertEquals(4, gate.held());
            gate.release();
        }
        settle(place);
        assertEquals(4, gate.most());
        gate.open();
        assertHears(gate::details, numbers(1, 20));
    }

    @Everywhere
    void withoutConcurrencyOneFutureIsOpen(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> gate = gate();
        listenAsync(place, NUMBER, gate, options());
        onThreads(4, publisher -> publishNumbers(10 * publisher, 10 * publisher + 9));
        for (int handled = 1; handled <= 40; handled++) {
            eventually(() -> assertEquals(1, gate.held()));
            assertEquals(handled, gate.details().size());
            gate.release();
        }
        assertEquals(1, gate.most());
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"EVENT_LOOP", "WORKER", "VIRTUAL_THREAD"})
    void withoutConcurrencyCallsOnAContextDoNotOverlap(Where where) throws Exception {
        Place place = place(where);
        Overlap overlap = new Overlap();
        Recorder<Integer> recorder = new Recorder<>();
        EventListener<Integer> listener = event -> {
            overlap.enter();
            Thread.onSpinWait();
            recorder.handle(event);
            overlap.exit();
        };
        listen(place, NUMBER, listener, options());
        onThreads(4, publisher -> publishNumbers(1, 200));
        eventually(() -> assertEquals(800, recorder.count()));
        assertEquals(1, overlap.most.get());
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @EnumSource(names = {"WORKER", "VIRTUAL_THREAD"})
    void plainListenersRunInParallelWhereTheyMayBlock(Where where) throws Exception {
        Overlap overlap = new Overlap();
        Recorder<Integer> recorder = new Recorder<>();
        CyclicBarrier barrier = new CyclicBarrier(3);
        EventListener<Integer> listener = event -> {
            overlap.enter();
            barrier.await(suite().patience().toMillis(), TimeUnit.MILLISECONDS);
            recorder.handle(event);
            overlap.exit();
        };
        listen(place(where), NUMBER, listener, options().concurrency(3));
        publishNumbers(1, 30);
        eventually(() -> assertEquals(30, recorder.count()));
        assertEquals(numbers(1, 30), recorder.details().stream().sorted().toList());
        assertEquals(3, overlap.most.get());
    }

    @Test
    void anEventLoopHandlesOneAtATime() throws Exception {
        Overlap overlap = new Overlap();
        Recorder<Integer> recorder = new Recorder<>();
        EventListener<Integer> listener = event -> {
            overlap.enter();
            Thread.onSpinWait();
            recorder.handle(event);
            overlap.exit();
        };
        listen(place(Where.EVENT_LOOP), NUMBER, listener, options().concurrency(3));
        publishNumbers(1, 200);
        assertHearsNumbers(recorder, 1, 200);
        assertEquals(1, overlap.most.get());
    }

    // ---- calls from many threads

    @Test
    void manySubscribersOfOneTypeMayComeAtOnce() throws Exception {
        List<Recorder<Integer>> recorders = Collections.synchronizedList(new ArrayList<>());
        onThreads(8, thread -> {
            for (int i = 0; i < 10; i++) {
                Recorder<Integer> recorder = new Recorder<>();
                recorders.add(recorder);
                listen(NUMBER, recorder);
            }
        });
        publishNumbers(1, 10);
        for (Recorder<Integer> recorder : List.copyOf(recorders)) {
            assertHearsNumbers(recorder, 1, 10);
        }
    }

    @Test
    void subscribersOfManyTypesMayComeAtOnce() {
        onThreads(8, thread -> {
            for (int i = 0; i < 20; i++) {
                EventType<Integer> type = EventType.of("tck.type-" + thread + "." + i, Integer.class);
                Recorder<Integer> recorder = new Recorder<>();
                listen(type, recorder);
                publishNumbers(target(), type, 1, 5);
                assertHearsNumbers(recorder, 1, 5);
            }
        });
    }

    @Test
    void aListenerAddedByManyThreadsIsRegisteredOnce() {
        Recorder<Integer> recorder = new Recorder<>();
        Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
        onThreads(8, thread -> subscriptions.add(listen(NUMBER, recorder)));
        assertEquals(1, new HashSet<>(subscriptions).size());
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(recorder, 1, 2);
        AtomicInteger removed = new AtomicInteger();
        onThreads(8, thread -> {
            if (target().removeEventListener(NUMBER, recorder)) {
                removed.incrementAndGet();
            }
        });
        assertEquals(1, removed.get());
    }

    @Everywhere
    void listenersComeAndGoWhileOthersHearEverything(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> steady = new Recorder<>();
        listen(place, NUMBER, steady, options());
        AtomicBoolean done = new AtomicBoolean();
        var comingAndGoing = startThreads(3, thread -> {
            while (!done.get()) {
                Recorder<Integer> passing = new Recorder<>();
                Subscription subscription = listen(NUMBER, passing);
                if (thread == 0) {
                    assertTrue(target().removeEventListener(NUMBER, passing));
                } else {
                    result(subscription.close());
                }
                assertFalse(subscription.isActive());
            }
        });
        onThreads(3, publisher -> publishNumbers(10_000 * publisher, 10_000 * publisher + 999));
        done.set(true);
        finish(comingAndGoing);
        eventually(() -> assertEquals(3000, steady.count()));
        settle(place);
        List<Integer> heard = steady.details().stream().sorted().toList();
        List<Integer> expected = new ArrayList<>(numbers(0, 999));
        expected.addAll(numbers(10_000, 10_999));
        expected.addAll(numbers(20_000, 20_999));
        assertEquals(expected, heard);
    }

    @Test
    void aListenerThatIsReadyHearsWhatFollowsWhateverOthersDo() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        var noise = startThreads(2, publisher -> {
            while (!done.get()) {
                publishNumbers(target(), EventType.of("tck.noise", Integer.class), 1, 50);
            }
        });
        onThreads(4, thread -> {
            for (int i = 0; i < 50; i++) {
                EventType<Integer> type = NUMBER.withId(thread + "-" + i);
                Recorder<Integer> recorder = new Recorder<>();
                Subscription subscription = listen(type, recorder);
                publish(type, i);
                assertHears(recorder, i);
                result(subscription.close());
            }
        });
        done.set(true);
        finish(noise);
    }
}
