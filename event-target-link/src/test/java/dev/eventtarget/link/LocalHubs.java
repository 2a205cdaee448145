package dev.eventtarget.link;

import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A hub on memory for each bus of a contract test. */
final class LocalHubs {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Map<String, String> uris = new ConcurrentHashMap<>();
    private final List<Hub> hubs = new ArrayList<>();
    private final int largeFrom;

    LocalHubs() {
        this(Integer.MAX_VALUE);
    }

    /** Over links that send events of so many bytes beside the messages. */
    LocalHubs(int largeFrom) {
        this.largeFrom = largeFrom;
    }

    private final List<TypedEventTarget> targets = new ArrayList<>();

    /** Opens a spoke, over which the suite's rules go; the memory's options and the spoke's as in a URI. */
    TypedEventTarget spoke(Vertx on, String bus, String memory, String options, Interceptor... interceptors) {
        String uri = uris.computeIfAbsent(bus, name -> hub(name, memory));
        return EventTargets.open(on, uri + "?" + options, interceptors);
    }

    private synchronized String hub(String bus, String memory) {
        TypedEventTarget target = EventTargets.open(vertx, "memory:" + bus + "?" + memory);
        targets.add(target);
        Hub hub = Hub.create(vertx, target);
        hubs.add(hub);
        return LocalProvider.uri(new LocalConnector(vertx, hub).largeFrom(largeFrom));
    }

    synchronized void close() {
        LinkTest.result(Future.join(hubs.stream().map(Hub::close).toList())
                .eventually(() -> Future.join(
                        targets.stream().map(TypedEventTarget::close).toList()))
                .eventually(vertx::close)
                .otherwiseEmpty());
    }
}
