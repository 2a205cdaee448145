package dev.eventtarget.redis;

import dev.eventtarget.Capability;
import dev.eventtarget.CodecException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.AbstractEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Events go through Redis Streams, one or more for each type. */
final class RedisEventTarget extends AbstractEventTarget {
    private final RedisSettings settings;
    private final StreamPublisher publisher;
    private final TypeDirectory types;
    private final Map<ListenerSubscription, StreamReader> readers = new ConcurrentHashMap<>();
    private final Set<Future<Void>> leaving = ConcurrentHashMap.newKeySet();

    RedisEventTarget(
            Vertx vertx,
            RedisSettings settings,
            EventCodec codec,
            ProducerNonce nonce,
            List<Interceptor> interceptors) {
        super(vertx, codec, capabilities(settings), settings.closeTimeout(), interceptors);
        this.settings = settings;
        Context context = ((VertxInternal) vertx).createEventLoopContext();
        this.types = new TypeDirectory(vertx, context, settings);
        this.publisher = new StreamPublisher(
                vertx, context, settings, new StreamEntries(codec, EventCodecs::named), types, nonce);
    }

    private static Set<Capability> capabilities(RedisSettings settings) {
        EnumSet<Capability> capabilities = EnumSet.allOf(Capability.class);
        if (settings.shards() > 1) {
            capabilities.remove(Capability.ORDERED); // of a key only
        }
        if (!settings.idempotent()) {
            capabilities.remove(Capability.DEDUPLICATED);
        }
        return capabilities;
    }

    @Override
    protected Future<Void> publish(TypedEvent<?> event) {
        try {
            return publisher.publish(event);
        } catch (CodecException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    protected Future<Void> subscribe(ListenerSubscription subscription) {
        StreamReader reader = new StreamReader(
                vertx(), settings, new StreamEntries(codec(), EventCodecs::named), types, subscription);
        Future<Void> ready = reader.start();
        readers.put(subscription, reader);
        return ready;
    }

    @Override
    protected void unsubscribe(ListenerSubscription subscription) {
        StreamReader reader = readers.get(subscription);
        if (reader == null) {
            return;
        }
        reader.stop();
        // events being handled are acknowledged when they are
        Future<Void> left = subscription.ended().eventually(reader::close);
        leaving.add(left);
        left.onComplete(done -> {
            readers.remove(subscription);
            leaving.remove(left);
        });
    }

    @Override
    protected void settled(ListenerSubscription subscription, TypedEvent<?> event) {
        StreamReader reader = readers.get(subscription);
        if (reader != null && event.detail() instanceof StreamEntry entry) {
            reader.settled(entry);
        }
    }

    @Override
    protected Future<Void> disconnect() {
        return Future.join(new ArrayList<>(leaving))
                .<Void>mapEmpty()
                .eventually(publisher::close)
                .eventually(types::close);
    }

    @Override
    public String toString() {
        return settings.address();
    }
}
