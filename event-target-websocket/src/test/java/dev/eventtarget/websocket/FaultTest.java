package dev.eventtarget.websocket;

import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.HubsAndSpokes;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** What tests of hubs and spokes over sockets have in common. */
abstract class FaultTest extends HubsAndSpokes {
    private static final int BURST = 20;

    static String listen(Hub hub) {
        return result(hub.listen("ws://127.0.0.1:0/events"));
    }

    /** A spoke of its own, which is as patient as the test. */
    final TypedEventTarget spoke(String url, String... options) {
        return spoke(url, PATIENCE, options);
    }

    final TypedEventTarget spoke(String url, Duration publishTimeout, String... options) {
        return target(
                vertx,
                url + "?closeTimeout=60s&publishTimeout=" + publishTimeout.toSeconds() + "s&name=" + UUID.randomUUID(),
                options);
    }

    /** Publishes no faster than an audience hears it. */
    final Traffic.Publisher publisher(TypedEventTarget target, String name, Traffic.Reader... audience) {
        return new Traffic.Publisher(vertx, target, name, BURST, List.of(audience));
    }
}
