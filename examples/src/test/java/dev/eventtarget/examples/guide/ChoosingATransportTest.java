package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.EventTargets;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnsupportedCapabilityException;
import dev.eventtarget.examples.Order;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChoosingATransportTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    @Test
    void aTargetThatLacksSomethingIsRefusedAtTheStart() {
        String url = "memory:";
        UnsupportedCapabilityException refused = assertThrows(UnsupportedCapabilityException.class, () -> {
            // snippet: choose-require
            Set<Capability> needed = EnumSet.of(Capability.PERSISTENT, Capability.GROUPS);
            TypedEventTarget target = EventTargets.open(vertx, url);
            if (!target.capabilities().containsAll(needed)) {
                throw new UnsupportedCapabilityException(
                        url + " has " + target.capabilities() + ", and not all of " + needed);
            }
            // end
        });
        assertTrue(refused.getMessage().contains("PERSISTENT"));
    }

    @Test
    void whatIsAskedForAndNotThereIsRefusedAtOnce() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        UnsupportedCapabilityException refused = assertThrows(
                UnsupportedCapabilityException.class,
                () -> target.addEventListener(
                        PLACED, event -> {}, ListenerOptions.defaults().from(StartFrom.earliest())));
        assertFalse(refused.isRetryable());
    }

    @Test
    void twoTransportsInOneProgram() {
        // snippet: choose-two
        TypedEventTarget inside = EventTargets.open(vertx, "memory:");
        TypedEventTarget outside = EventTargets.open(vertx, "memory:outside?history=1000"); // in production redis://…
        Subscription bridge = inside.addAsyncEventListener(PLACED, outside::dispatchEvent);
        // end
        PubSub.over(inside).publish(PLACED, new Order("42", 3)).await();
        bridge.drain().await();

        Order[] heard = new Order[1];
        outside.addEventListener(
                PLACED,
                event -> heard[0] = event.detail(),
                ListenerOptions.defaults().from(StartFrom.earliest()));
        outside.close().await();
        assertEquals(new Order("42", 3), heard[0]);
    }
}
