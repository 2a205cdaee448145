package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.LogLines;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A log that a system in production can keep on. */
class LogTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order.placed", Integer.class);
    /** One for events and one beside it, for all and for each of two groups; one to publish, and one for types. */
    private static final int CONNECTIONS = 8;

    private static final EventType<Object> ANY = EventType.of("order.>", Object.class);

    @Test
    void aServerThatGoesIsOneLineAndOneThatIsBackIsAnother() throws Exception {
        RedisServer server = use(RedisServer.startDurable());
        AtomicInteger connections = new AtomicInteger();
        TypedEventTarget target = open(server.url(), new Interceptor[] {counting(connections)});
        ready(target.addEventListener(ORDER, event -> {}));
        ready(target.addEventListener(ANY, event -> {}));
        for (String group : List.of("billing", "stock")) {
            ready(target.addEventListener(
                    ORDER, event -> {}, ListenerOptions.defaults().group(group)));
        }
        result(target.dispatchEvent(TypedEvent.of(ORDER, 1)));
        // the last connections are those that wait: for events, for those of each group, and for types
        eventually(() -> assertEquals("4", server.info("blocked_clients")));
        int all = connections.get();

        try (LogLines log = new LogLines(server.url())) {
            for (int outage = 1; outage <= 2; outage++) {
                eventually(() -> assertEquals(all, connections.get()));
                server.kill();
                // else it might be back before the last one is gone, which is another outage
                eventually(() -> assertEquals(all - CONNECTIONS, connections.get()));
                assertEquals(Health.State.DEGRADED, health(target));
                server.restart();
                int lines = 2 * outage;
                eventually(() -> assertEquals(lines, log.lines().size(), log.lines()::toString));
                assertEquals(Health.State.UP, health(target));
            }
            for (int i = 0; i < log.lines().size(); i++) {
                String line = log.lines().get(i);
                assertTrue(
                        i % 2 == 0
                                ? line.startsWith("WARNING " + server.url() + ": not connected, trying again: ")
                                : line.equals("INFO " + server.url() + ": connected again"),
                        line);
            }
            assertEquals(List.of(), log.traces());
        }
    }

    private static Interceptor counting(AtomicInteger connections) {
        return new Interceptor() {
            @Override
            public void connected(String address) {
                connections.incrementAndGet();
            }

            @Override
            public void disconnected(String address, Throwable error) {
                connections.decrementAndGet();
            }
        };
    }

    private static Health.State health(TypedEventTarget target) {
        return result(target.status()).health().state();
    }
}
