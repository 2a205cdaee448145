package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.link.Hub;
import io.vertx.core.Future;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands connect at once. */
class ManySpokesTest extends FaultTest {
    private static final int SPOKES = 5_000;

    /** What the server has no room for yet tries again after 1, 2, 4, 8, 16 and 32 seconds. */
    private static final Duration LONGER = Duration.ofMinutes(4);

    private static final EventType<Integer> NEWS = EventType.of("news", Integer.class);

    @Test
    @Timeout(600)
    void everybodyHearsTheNews() {
        assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                        && system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() > 2 * SPOKES + 500,
                "so many sockets are not allowed here: see ulimit -n");
        TypedEventTarget target = memory();
        Hub hub = hub(
                target, options().maxHandshakes(SPOKES).handshakeTimeout(LONGER).heartbeat(LONGER));
        URI url = URI.create(listen(hub));
        WebSocketClient client = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(SPOKES));
        AtomicInteger listening = new AtomicInteger();
        AtomicIntegerArray heard = new AtomicIntegerArray(SPOKES);
        List<Future<?>> connected = new ArrayList<>();
        for (int i = 0; i < SPOKES; i++) {
            int number = i;
            connected.add(client.connect(new WebSocketConnectOptions()
                            .setHost(url.getHost())
                            .setPort(url.getPort())
                            .setURI(url.getPath())
                            .setTimeout(LONGER.toMillis()))
                    .onSuccess(socket -> {
                        socket.textMessageHandler(text -> {
                            if (text.contains("$pong")) {
                                listening.incrementAndGet();
                            } else {
                                heard.incrementAndGet(number);
                            }
                        });
                        socket.writeTextMessage("{\"type\":\"$subscribe\",\"detail\":{\"types\":[\"news\"]}}");
                        socket.writeTextMessage("{\"type\":\"$ping\"}");
                    }));
        }
        Outcomes.result(Future.join(connected), LONGER);
        eventually(() -> assertEquals(SPOKES, listening.get()));
        assertEquals(SPOKES, hub.status().links().size());
        for (int times = 1; times <= 2; times++) {
            int expected = times;
            result(target.dispatchEvent(TypedEvent.of(NEWS, times)));
            eventually(() -> {
                for (int i = 0; i < SPOKES; i++) {
                    assertEquals(expected, heard.get(i));
                }
            });
        }
        result(client.close());
        eventually(() -> assertTrue(hub.status().links().isEmpty()));
    }
}
