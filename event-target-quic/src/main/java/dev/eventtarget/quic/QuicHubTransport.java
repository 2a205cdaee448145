package dev.eventtarget.quic;

import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.HubTransport;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;

/** Lets a hub listen at {@code quic://…}, and connect to spokes that listen there. */
public final class QuicHubTransport implements HubTransport {
    /** Called by the service loader. */
    public QuicHubTransport() {}

    @Override
    public Set<String> schemes() {
        return Set.of("quic");
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "host",
                "the address to listen at; 127.0.0.1 by default, 0.0.0.0 for all of the machine's",
                "port",
                "the UDP port; 0 for a free one; 4433 by default",
                "identity",
                "the file with the hub's key, made where there is none; without it the hub is another node each time",
                "allow",
                "the file that lists who may come, a NodeId a line; read again when it changes",
                "deny",
                "the file that lists who may not come; read again when it changes",
                "allowAny",
                "whether every node may come that proves who it is; false by default, but for an address of this machine alone",
                "alpn",
                "the protocol's name in the TLS handshake; eventtarget/1 by default",
                "idleTimeout",
                "after how long a silence a connection is lost; three times the hub's heartbeat by default");
    }

    @Override
    public Map<String, String> dialOptions() {
        return Map.of(
                "user",
                "the spoke's NodeId: what stands before the @ of a URI",
                "host",
                "the spoke's host; localhost by default",
                "port",
                "the spoke's UDP port; 4433 by default",
                "identity",
                "the file with the hub's key, made where there is none; without it the hub is another node each time",
                "alpn",
                "the protocol's name in the TLS handshake; eventtarget/1 by default",
                "idleTimeout",
                "after how long a silence a connection is lost; three times the hub's heartbeat by default",
                "connectTimeout",
                "how long the spoke may take to answer; 5s by default");
    }

    @Override
    public Future<Listening> listen(Vertx vertx, Hub hub, EventTargetConfig config) {
        return HubListening.open(vertx, hub, config);
    }

    @Override
    public Future<Listening> dial(Vertx vertx, Hub hub, EventTargetConfig config) {
        return vertx.executeBlocking(() -> new HubDialing(vertx, hub, config), false)
                .map(dialing -> {
                    dialing.begin();
                    return dialing;
                });
    }
}
