package dev.eventtarget.quic;

import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.HubTransport;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;

/** Lets a hub listen at {@code quic://…}, and connect to spokes that listen there. */
public final class QuicHubTransport implements HubTransport {
    private static final String IDLE_TIMEOUT = "after how long a silence a connection is lost; 10s by default";

    /** Called by the service loader. */
    public QuicHubTransport() {}

    @Override
    public Set<String> schemes() {
        return Set.of("quic");
    }

    @Override
    public Map<String, String> options() {
        Map<String, String> help = Options.ofNode("hub");
        help.put("host", "the address to listen at; 127.0.0.1 by default, 0.0.0.0 for all of the machine's");
        help.put("port", "the UDP port; 0 for a free one; 4433 by default");
        help.put("allow", "the file that lists who may come, a NodeId a line; read again when it changes");
        help.put("deny", "the file that lists who may not come; read again when it changes");
        help.put(
                "allowAny",
                "whether every node may come that proves who it is; false by default, but for an address of this machine alone");
        help.put("idleTimeout", IDLE_TIMEOUT);
        return help;
    }

    @Override
    public Map<String, String> dialOptions() {
        Map<String, String> help = Options.ofNode("hub");
        help.put("user", "the spoke's NodeId: what stands before the @ of a URI");
        help.put("host", "the spoke's host; localhost by default");
        help.put("port", "the spoke's UDP port; 4433 by default");
        help.put("idleTimeout", IDLE_TIMEOUT);
        help.put("connectTimeout", "how long the spoke may take to answer; 5s by default");
        return help;
    }

    @Override
    public Future<Void> check(Vertx vertx, Hub hub, EventTargetConfig config) {
        return check(vertx, () -> HubListening.check(vertx, config));
    }

    @Override
    public Future<Void> checkDial(Vertx vertx, Hub hub, EventTargetConfig config) {
        return check(vertx, () -> HubDialing.check(config));
    }

    /** Files are read on a worker thread. */
    private static Future<Void> check(Vertx vertx, Runnable check) {
        return vertx.executeBlocking(Executors.callable(check, null), false);
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
