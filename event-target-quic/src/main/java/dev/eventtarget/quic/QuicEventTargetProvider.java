package dev.eventtarget.quic;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spoke.Spokes;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens {@code quic://…}: spokes of a hub. */
public final class QuicEventTargetProvider implements EventTargetProvider {
    /** Called by the service loader. */
    public QuicEventTargetProvider() {}

    @Override
    public Set<String> transports() {
        return Set.of("quic");
    }

    @Override
    public Map<String, String> options() {
        Map<String, String> help = Spokes.options();
        help.putAll(Options.ofNode("spoke"));
        help.put("user", "the hub's NodeId: what stands before the @ of a URI");
        help.put("host", "the hub's host; localhost by default");
        help.put("port", "the hub's UDP port; 4433 by default");
        help.put(
                "listen",
                "whether to listen at host and port for the hub, which then dials the spoke; false by default");
        help.put("idleTimeout", "after how long a silence a connection is lost; 10s by default");
        help.put("maxMessage", "the most bytes of a message of the hub's; 67108864 by default");
        return help;
    }

    @Override
    public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        if (config.bool("listen", false)) {
            ListeningConnector connector = new ListeningConnector(vertx, config);
            return Spokes.open(vertx, config, connector.address(), connector, interceptors);
        }
        QuicConnector connector = new QuicConnector(vertx, config);
        return Spokes.open(vertx, config, connector.address(), connector, interceptors);
    }
}
