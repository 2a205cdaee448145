package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.Health;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TargetStatus.SubscriptionStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class StatusRules extends Rules {
    StatusRules(EventTargetContract suite) {
        super(suite);
    }

    private TargetStatus status() {
        return result(target().status());
    }

    private SubscriptionStatus only() {
        List<SubscriptionStatus> all = status().subscriptions();
        assertEquals(1, all.size(), all::toString);
        return all.get(0);
    }

    @Test
    void anOpenTargetIsUp() {
        eventually(() -> assertEquals(Health.up(), status().health()));
        listen(NUMBER, new Recorder<>());
        publish(NUMBER, 1);
        assertEquals(Health.up(), status().health());
    }

    @Test
    void aClosedTargetIsDown() {
        result(target().close());
        Health health = status().health();
        assertEquals(Health.State.DOWN, health.state());
        assertFalse(health.reason().isEmpty(), "the reason says what to do");
    }

    @Test
    void statusTellsWhatWaitsAndWhatIsBeingHandled() {
        Gate<Integer> gate = gate();
        listenAsync(NUMBER, gate, options().concurrency(2));
        publishNumbers(1, 10);
        eventually(() -> {
            SubscriptionStatus status = only();
            assertEquals(2, status.inFlight());
            assertEquals(8, status.queued());
        });
        SubscriptionStatus status = only();
        assertEquals(NUMBER.topic(), status.topic());
        assertNull(status.group());
        assertEquals(0, status.dropped());
        assertTrue(status.behind() >= -1, status::toString);
        gate.open();
        eventually(() -> assertEquals(0, only().queued() + only().inFlight()));
    }

    @Test
    @Needs(Capability.GROUPS)
    void statusTellsTheGroup() {
        listen(NUMBER, new Recorder<>(), options().group("billing"));
        assertEquals("billing", only().group());
    }

    @Test
    void statusTellsWhatWasDropped() {
        Subscription subscription = listen(NUMBER, new Recorder<>(), options().buffer(4, OverflowPolicy.DROP_OLDEST));
        subscription.pause();
        suite().finallyDo(subscription::resume);
        publishNumbers(1, 10);
        eventually(() -> assertEquals(6, only().dropped()));
        assertEquals(4, only().queued());
    }

    @Test
    void whatHasEndedIsNotInTheStatus() {
        Subscription subscription = listen(NUMBER, new Recorder<>());
        assertEquals(1, status().subscriptions().size());
        result(subscription.close());
        eventually(() -> assertEquals(List.of(), status().subscriptions()));
    }
}
