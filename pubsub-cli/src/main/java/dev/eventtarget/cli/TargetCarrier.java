package dev.eventtarget.cli;

import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** A target, with a connection for each publisher and each listener where it has connections. */
final class TargetCarrier implements Carrier {
    private static final EventType<Ping> PING = EventType.of("pubsub.bench", Ping.class);

    private final String name;
    private final long run = new SecureRandom().nextLong();
    private final List<TypedEventTarget> opened = new ArrayList<>();
    private final List<TypedEventTarget> publishers = new ArrayList<>();
    private final List<TypedEventTarget> listeners = new ArrayList<>();
    private final String padding;
    private int next;

    /** What is published: whose it is, and the number. */
    record Ping(long run, long number, String padding) {}

    TargetCarrier(Vertx vertx, TypedEventTarget target, String url, int publishers, int listeners, int size) {
        name = target.toString();
        padding = "x".repeat(size);
        boolean connects = target.capabilities().contains(Capability.CROSS_PROCESS);
        for (int i = 0; i < publishers + listeners; i++) {
            TypedEventTarget one = target;
            if (connects) {
                // those of one name share a connection
                one = EventTargets.open(vertx, new JsonObject().put("url", url).put("name", "bench-" + i));
                opened.add(one);
            }
            (i < publishers ? this.publishers : this.listeners).add(one);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Future<?> listen(LongConsumer heard) {
        return Future.all(listeners.stream()
                .map(target -> {
                    EventListener<Ping> listener = event -> {
                        Ping ping = event.detail();
                        if (ping.run == run) {
                            heard.accept(ping.number);
                        }
                    };
                    return target.addEventListener(PING, listener).ready();
                })
                .toList());
    }

    @Override
    public Future<?> publish(long number) {
        next = (next + 1) % publishers.size();
        return publishers.get(next).dispatchEvent(TypedEvent.of(PING, new Ping(run, number, padding)));
    }

    @Override
    public void close() {
        Future.join(opened.stream().map(TypedEventTarget::close).toList())
                .otherwiseEmpty()
                .await();
    }
}
