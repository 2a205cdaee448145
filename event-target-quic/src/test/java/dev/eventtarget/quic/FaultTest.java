package dev.eventtarget.quic;

import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.HubsAndSpokes;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** What tests of hubs and spokes over datagrams have in common. */
@NeedsNativeQuic
abstract class FaultTest extends HubsAndSpokes {
    private static final int BURST = 10;

    @TempDir
    Path home;

    /** Listens at a free port. */
    final String listen(Hub hub) {
        return listen(hub, 0);
    }

    /** Listens at a port, as the same node each time. */
    final String listen(Hub hub, int port) {
        return result(hub.listen(address(port)));
    }

    /** Where a hub of this test listens. */
    final String address(int port) {
        return "quic://127.0.0.1:" + port + "?identity=" + home.resolve("hub.pem");
    }

    /** A proxy before a hub; the same seed treats the same datagrams alike. */
    final UdpProxy proxy(String url, long seed) throws IOException {
        return use(UdpProxy.start(port(url), seed));
    }

    static int port(String url) {
        return URI.create(url).getPort();
    }

    /** The same hub, at another port. */
    static String at(int port, String url) {
        return url.replaceFirst(":\\d+$", ":" + port);
    }

    /** A spoke of its own. */
    final TypedEventTarget spoke(String url, String... options) {
        return spoke(url, Duration.ofMinutes(5), options);
    }

    /** A spoke of its own, which gives up what was not confirmed in time. */
    final TypedEventTarget spoke(String url, Duration publishTimeout, String... options) {
        return spoke(url, publishTimeout, Duration.ofSeconds(10), options);
    }

    /** A spoke of its own, whose closing is as patient as the test: for one that has a hub when it closes. */
    final TypedEventTarget patientSpoke(String url) {
        return spoke(url, Duration.ofMinutes(5), PATIENCE);
    }

    private TypedEventTarget spoke(String url, Duration publishTimeout, Duration closeTimeout, String... options) {
        String more = "closeTimeout=" + closeTimeout.toSeconds() + "s&connectTimeout=20s&publishTimeout="
                + publishTimeout.toMillis() + "ms&name=" + UUID.randomUUID();
        return target(vertx, url + (url.contains("?") ? "&" : "?") + more, options);
    }

    /** Publishes no faster than an audience hears it. */
    final Traffic.Publisher publisher(TypedEventTarget target, String name, Traffic.Reader... audience) {
        return new Traffic.Publisher(vertx, target, name, BURST, List.of(audience));
    }
}
