package dev.eventtarget.websocket;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.link.Hub;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A hub for each bus of a contract test, each with a target of its own. They can be killed and started again. */
final class HubsByBus {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private record Bus(TypedEventTarget target, int port) {}

    private final UnaryOperator<String> targetUri;
    private final Vertx targets = Vertx.vertx();
    private final Map<String, Bus> buses = new ConcurrentHashMap<>();
    private @Nullable Vertx hubs = Vertx.vertx();

    /** With the URI of the target for a bus. */
    HubsByBus(UnaryOperator<String> targetUri) {
        this.targetUri = targetUri;
    }

    /** Where the hub of a bus listens. */
    synchronized String url(String name) throws Exception {
        if (hubs == null) {
            // a test has failed between kill and restart
            restart();
        }
        Bus bus = buses.get(name);
        if (bus == null) {
            TypedEventTarget target = EventTargets.open(targets, targetUri.apply(name));
            bus = new Bus(target, listenSomewhere(target));
            buses.put(name, bus);
        }
        return "ws://127.0.0.1:" + bus.port() + "/events";
    }

    private int listenSomewhere(TypedEventTarget target) throws Exception {
        while (true) {
            int port = Ports.free();
            try {
                listen(target, port);
                return port;
            } catch (AssertionError e) {
                if (!(e.getCause() instanceof ConfigurationException)) {
                    throw e;
                }
            }
        }
    }

    private void listen(TypedEventTarget target, int port) throws Exception {
        LinkTest.result(
                Hub.create(hubs, target).listen("ws://127.0.0.1:" + port + "/events?instances=2&compression=true"));
    }

    /** Ends all hubs, without a goodbye. */
    synchronized void kill() throws Exception {
        Vertx dying = hubs;
        hubs = null;
        // a spoke that comes back while the servers close may hold that up until its heartbeats stop
        LinkTest.result(dying.close());
    }

    synchronized void restart() {
        hubs = Vertx.vertx();
        buses.values().forEach(bus -> Outcomes.eventually(() -> listen(bus.target(), bus.port()), PATIENCE));
    }

    synchronized void close() throws Exception {
        if (hubs != null) {
            LinkTest.result(hubs.close());
        }
        LinkTest.result(targets.close());
    }
}
