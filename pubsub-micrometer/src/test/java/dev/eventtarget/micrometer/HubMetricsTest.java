package dev.eventtarget.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Tags;
import org.junit.jupiter.api.Test;

/** A hub and its spokes, over WebSocket. */
class HubMetricsTest extends MetricsTest {
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);

    private double counted(String name) {
        return registry.find("eventtarget.hub." + name).functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    @Test
    void aHubAndASpokeAreMeasuredEachForItself() {
        TypedEventTarget backend = EventTargets.open(vertx, "memory:");
        Hub hub = Hub.create(vertx, backend);
        new HubMetrics(hub, Tags.of("hub", "north")).bindTo(registry);
        String url = result(hub.listen("ws://127.0.0.1:0/events"));
        TypedEventTarget spoke = open(url + "?closeTimeout=1s&connectTimeout=60s");
        ready(spoke.addEventListener(PLACED, event -> {}));
        result(spoke.dispatchEvent(TypedEvent.of(PLACED, 1).withId("a")));
        result(spoke.dispatchEvent(TypedEvent.of(PLACED, 1).withId("a")));

        eventually(() -> {
            assertEquals(1, gauge("eventtarget.hub.links", "hub", "north"));
            assertEquals(2, counted("published"));
            assertEquals(1, counted("delivered"));
            assertEquals(1, counted("duplicates"));
            assertEquals(0, gauge("eventtarget.hub.queued"));
        });
        assertEquals(1, counted("opened"));
        assertEquals(0, counted("resumed") + counted("refused") + counted("slow") + counted("dropped"));
        assertEquals(0, gauge("eventtarget.hub.sessions"));

        assertEquals(2, count("eventtarget.published", "transport", "ws", "outcome", "success"));
        eventually(() -> assertEquals(1, count("eventtarget.delivered", "transport", "ws", "outcome", "acked")));
        assertEquals(1, count("eventtarget.connections", "transport", "ws", "target", spoke.toString()));
        eventually(() -> assertEquals(1, gauge("eventtarget.health", "transport", "ws", "state", "up")));

        result(hub.close());
        eventually(() -> assertEquals(1, gauge("eventtarget.health", "transport", "ws", "state", "degraded")));
        eventually(() -> assertEquals(1, count("eventtarget.disconnections", "transport", "ws")));
        eventually(() -> assertEquals(0, gauge("eventtarget.hub.links")));
        result(backend.close());
    }

    @Test
    void aHubsOwnTargetMayBeMeasuredToo() {
        TypedEventTarget backend = memory();
        Hub hub = Hub.create(vertx, backend);
        String url = result(hub.listen("ws://127.0.0.1:0/events"));
        TypedEventTarget spoke = EventTargets.open(vertx, url);
        result(spoke.dispatchEvent(TypedEvent.of(PLACED, 1)));
        assertEquals(1, count("eventtarget.published", "transport", "memory", "type", "order.placed"));
        assertTrue(times("eventtarget.publish", "transport", "memory") > 0);
        result(spoke.close());
        result(hub.close());
    }
}
