package dev.eventtarget.link;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spoke.Spokes;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Spokes whose links are within this JVM: {@code local:name}. */
public final class LocalProvider implements EventTargetProvider {
    private static final Map<String, Connector> CONNECTORS = new ConcurrentHashMap<>();

    /** Gives a connector a name; gives the URI to open a spoke with. */
    static String uri(Connector connector) {
        String name = UUID.randomUUID().toString();
        CONNECTORS.put(name, connector);
        return "local://" + name + "/";
    }

    @Override
    public Set<String> transports() {
        return Set.of("local");
    }

    @Override
    public Map<String, String> options() {
        Map<String, String> options = Spokes.options();
        options.put("host", "the connector's name");
        return options;
    }

    @Override
    public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        String name = config.string("host", "");
        return Spokes.open(vertx, config, "local:" + name, Objects.requireNonNull(CONNECTORS.get(name)), interceptors);
    }
}
