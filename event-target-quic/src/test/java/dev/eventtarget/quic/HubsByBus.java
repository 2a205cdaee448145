package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.link.Hub;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A hub for each bus of a contract test, each with a target of its own. They can be killed and started again. */
final class HubsByBus {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Bus(TypedEventTarget target, int port, String url) {}

    private final UnaryOperator<String> targetUri;
    private final String options;
    private final Path identity;
    private final Vertx targets = Vertx.vertx();
    private final Map<String, Bus> buses = new ConcurrentHashMap<>();
    private @Nullable Vertx hubs = Vertx.vertx();

    /** With the URI of the target for a bus. */
    HubsByBus(UnaryOperator<String> targetUri) {
        this(targetUri, "");
    }

    /** And with options of the hubs' addresses. */
    HubsByBus(UnaryOperator<String> targetUri, String options) {
        this.targetUri = targetUri;
        this.options = options;
        try {
            identity = Files.createTempDirectory("hubs").resolve("hub.pem");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Where the hub of a bus listens. */
    synchronized String url(String name) throws Exception {
        if (hubs == null) {
            // a test has failed between kill and restart
            restart();
        }
        Bus bus = buses.get(name);
        if (bus == null) {
            bus = listenSomewhere(EventTargets.open(targets, targetUri.apply(name)));
            buses.put(name, bus);
        }
        return bus.url();
    }

    private Bus listenSomewhere(TypedEventTarget target) throws Exception {
        while (true) {
            int port = Ports.free();
            try {
                return new Bus(target, port, listen(target, port));
            } catch (AssertionError e) {
                if (!(e.getCause() instanceof ConfigurationException)) {
                    throw e;
                }
            }
        }
    }

    private String listen(TypedEventTarget target, int port) throws Exception {
        return result(Hub.create(hubs, target).listen("quic://127.0.0.1:" + port + "?identity=" + identity + options));
    }

    private static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    /** Ends all hubs, without a goodbye. */
    synchronized void kill() throws Exception {
        Vertx dying = hubs;
        hubs = null;
        // a spoke that comes back while the servers close may hold that up until its heartbeats stop
        result(dying.close());
    }

    synchronized void restart() {
        hubs = Vertx.vertx();
        buses.values().forEach(bus -> Outcomes.eventually(() -> listen(bus.target(), bus.port()), PATIENCE));
    }

    synchronized void close() throws Exception {
        if (hubs != null) {
            result(hubs.close());
        }
        result(targets.close());
        Files.deleteIfExists(identity);
        Files.deleteIfExists(identity.getParent());
    }
}
