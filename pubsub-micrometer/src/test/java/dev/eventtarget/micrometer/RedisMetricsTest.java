package dev.eventtarget.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.EmbeddedRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On Redis, with a server that is stopped. */
class RedisMetricsTest extends MetricsTest {
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);
    private EmbeddedRedis server;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aServerThatGoesIsSeen() throws Exception {
        server = EmbeddedRedis.start();
        String url = server.url();
        // a machine that stands still for a while has not lost its server
        TypedEventTarget target = open(url + "?closeTimeout=1s&commandTimeout=60s");
        Subscription subscription = ready(target.addEventListener(
                PLACED, event -> {}, ListenerOptions.defaults().group("stock").buffer(10, OverflowPolicy.BLOCK)));
        subscription.pause();
        for (int number = 1; number <= 50; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, number)));
        }
        assertEquals(50, count("eventtarget.published", "transport", "redis", "outcome", "success"));
        assertTrue(count("eventtarget.connections", "transport", "redis", "target", url) >= 2);
        eventually(() -> {
            double queued = gauge("eventtarget.queued", "group", "stock");
            double inFlight = gauge("eventtarget.in.flight", "group", "stock");
            double behind = gauge("eventtarget.behind", "group", "stock");
            assertTrue(behind >= 30, () -> "behind by " + behind);
            assertEquals(50, queued + inFlight + behind);
        });
        eventually(() -> assertEquals(1, gauge("eventtarget.health", "state", "up")));
        subscription.resume();
        eventually(() -> assertEquals(50, count("eventtarget.delivered", "group", "stock", "outcome", "acked")));
        eventually(() -> assertEquals(0, gauge("eventtarget.behind", "group", "stock")));

        assertEquals(0, count("eventtarget.disconnections"));
        server.close();
        eventually(() -> assertEquals(1, gauge("eventtarget.health", "state", "degraded")));
        eventually(() -> assertTrue(count("eventtarget.disconnections", "transport", "redis", "target", url) >= 1));
    }
}
