package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

abstract class IsolationRules extends Rules {
    IsolationRules(EventTargetContract suite) {
        super(suite);
    }

    @Everywhere
    void aSlowListenerDoesNotStopAFastOne(Where where) throws Exception {
        Place place = place(where);
        Gate<Integer> slow = gate();
        Recorder<Integer> fast = new Recorder<>();
        listenAsync(place, NUMBER, slow, options());
        listen(place, NUMBER, fast, options());
        publishNumbers(1, 500);
        assertHearsNumbers(fast, 1, 500);
        eventually(() -> assertEquals(1, slow.held()));
        assertHears(slow, 1);
        slow.open();
        assertHears(slow::details, numbers(1, 500));
    }

    @Test
    void aListenerThatBlocksItsWorkerStopsNoOther() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        suite().finallyDo(latch::countDown);
        Recorder<Integer> blocked = new Recorder<>();
        listen(
                place(Where.WORKER),
                NUMBER,
                event -> {
                    latch.await();
                    blocked.handle(event);
                },
                options());
        List<Recorder<Integer>> others = new ArrayList<>();
        for (Where where : everywhere()) {
            Recorder<Integer> other = new Recorder<>();
            others.add(other);
            listen(place(where), NUMBER, other, options());
        }
        publishNumbers(1, 100);
        for (Recorder<Integer> other : others) {
            assertHearsNumbers(other, 1, 100);
        }
        assertHears(blocked);
        latch.countDown();
        assertHearsNumbers(blocked, 1, 100);
    }

    @Everywhere
    void aFullBufferDoesNotStopOtherListeners(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> full = new Recorder<>();
        Recorder<Integer> other = new Recorder<>();
        Subscription paused = listen(place, NUMBER, full, options().buffer(1, OverflowPolicy.BLOCK))
                .pause();
        listen(place, NUMBER, other, options());
        List<Future<Void>> accepted = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            accepted.add(dispatch(NUMBER, i));
        }
        assertHearsNumbers(other, 1, 100);
        assertHears(full);
        paused.resume();
        accepted.forEach(this::result);
        assertHearsNumbers(full, 1, 100);
    }

    @Test
    @Needs(Capability.GROUPS)
    void aSlowGroupDoesNotStopAnother() {
        Gate<Integer> slow = gate();
        Recorder<Integer> fast = new Recorder<>();
        listenAsync(NUMBER, slow, options().group("slow"));
        listen(NUMBER, fast, options().group("fast"));
        publishNumbers(1, 200);
        assertHearsNumbers(fast, 1, 200);
        assertHears(slow, 1);
    }

    @Test
    @Needs(Capability.GROUPS)
    void aSlowMemberDoesNotStopItsGroup() {
        Gate<Integer> slow = gate();
        Recorder<Integer> fast = new Recorder<>();
        listenAsync(NUMBER, slow, options().group("billing").buffer(1, OverflowPolicy.BLOCK));
        publish(NUMBER, 0);
        eventually(() -> assertEquals(1, slow.held()));
        listen(NUMBER, fast, options().group("billing").buffer(1, OverflowPolicy.BLOCK));
        List<Future<Void>> accepted = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            accepted.add(dispatch(NUMBER, i));
        }
        // a transport may have fetched one for the slow member ahead of time
        eventually(() -> assertTrue(fast.count() >= 99));
        slow.open();
        accepted.forEach(this::result);
        eventually(() -> assertEquals(101, fast.count() + slow.details().size()));
    }

    @Everywhere
    @Needs(Capability.GROUPS)
    void aPausedMemberDoesNotStopItsGroup(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> paused = new Recorder<>();
        Recorder<Integer> flowing = new Recorder<>();
        Subscription subscription = listen(
                        place, NUMBER, paused, options().group("billing").buffer(1, OverflowPolicy.BLOCK))
                .pause();
        listen(place, NUMBER, flowing, options().group("billing").buffer(1, OverflowPolicy.BLOCK));
        List<Future<Void>> accepted = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            accepted.add(dispatch(NUMBER, i));
        }
        // a transport may have fetched one for the paused member ahead of time
        eventually(() -> assertTrue(flowing.count() >= 99));
        assertHears(paused);
        subscription.resume();
        accepted.forEach(this::result);
        eventually(() -> assertEquals(100, flowing.count() + paused.count()));
    }
}
