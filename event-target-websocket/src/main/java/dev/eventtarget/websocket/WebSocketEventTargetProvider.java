package dev.eventtarget.websocket;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spoke.Spokes;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens {@code ws://…} and {@code wss://…}: spokes of a hub. */
public final class WebSocketEventTargetProvider implements EventTargetProvider {
    /** Called by the service loader. */
    public WebSocketEventTargetProvider() {}

    @Override
    public Set<String> transports() {
        return Set.of("ws", "wss");
    }

    @Override
    public Map<String, String> options() {
        Map<String, String> help = Spokes.options();
        help.put(
                "host",
                "the hub's host, localhost by default; or several hubs of one log, as host:port,host:port, to be tried in turn");
        help.put("port", "the hub's port; by default 80, for wss 443");
        help.put("path", "the hub's path; /events by default");
        help.put("token", "the bearer token to show");
        help.put("tokenFile", "the file that holds the bearer token; read at each connection");
        help.put("caFile", "PEM file with the certificates to trust, for wss; by default those of the JVM");
        help.put("verifyHost", "whether the hub's certificate must name the host, for wss; true by default");
        help.put("certFile", "PEM file with the certificate to show, for wss");
        help.put("keyFile", "PEM file with the private key of certFile");
        help.put("compression", "whether to ask for compressed messages; false by default");
        help.put("maxMessage", "the most bytes of a message of the hub's; 67108864 by default");
        return help;
    }

    @Override
    public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        WebSocketConnector connector = new WebSocketConnector(vertx, config);
        return Spokes.open(vertx, config, connector.address(), connector, interceptors);
    }
}
