package dev.eventtarget.redis;

import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.AbstractEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Events go through Redis Streams, one or more for each type. */
final class RedisEventTarget extends AbstractEventTarget {
    private final RedisSettings settings;
    private final Connections connections;
    private final StreamPublisher publisher;
    private final TypeDirectory types;
    private final Map<ListenerSubscription, Taker> takers = new ConcurrentHashMap<>();

    /** Readers that acknowledge what their listeners have handled, and leave. */
    private final Set<Future<Void>> leaving = ConcurrentHashMap.newKeySet();

    /** For all that listen to the latest events without a group and keep up. */
    private final StreamReader shared;

    RedisEventTarget(
            Vertx vertx,
            RedisSettings settings,
            EventCodec codec,
            ProducerNonce nonce,
            List<Interceptor> interceptors) {
        super(vertx, codec, capabilities(settings), settings.closeTimeout(), interceptors);
        this.settings = settings;
        Context context = ((VertxInternal) vertx).createEventLoopContext();
        this.connections = new Connections(
                settings, () -> connected(settings.address()), error -> disconnected(settings.address(), error));
        this.types = new TypeDirectory(vertx, context, settings, connections);
        this.publisher =
                new StreamPublisher(vertx, context, settings, entries(), connections, types, nonce, this::duplicate);
        this.shared =
                new StreamReader(vertx, settings, connections, entries(), types, "Listening", null, (taker, left) -> {
                    StreamReader own = reader(taker.type(), null);
                    taker.reader(own);
                    own.takeOver(taker, left);
                });
        opened();
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

    private StreamEntries entries() {
        return new StreamEntries(codec(), EventCodecs::named);
    }

    private StreamReader reader(EventType<?> type, @Nullable String group) {
        ReaderGroup member = group == null ? null : new ReaderGroup(type, group, () -> lookForWhatIsLeft(type, group));
        return new StreamReader(
                vertx(), settings, connections, entries(), types, "Listening to " + type.topic(), member, null);
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
    protected Future<Void> publishDeadLetter(TypedEvent<?> event) {
        return publisher.publishDeadLetter(event);
    }

    @Override
    protected Future<Void> subscribe(ListenerSubscription subscription) {
        StartFrom start = subscription.options().from();
        String from = StreamReader.start(start);
        String group = subscription.options().group();
        StreamReader reader =
                group == null && start == StartFrom.latest() ? shared : reader(subscription.type(), group);
        Taker taker = new Taker(subscription, settings.consumerDedup(), reader, this::duplicate);
        takers.put(subscription, taker);
        // when it has ended, what it had is acknowledged
        subscription.ended().onComplete(ended -> {
            if (takers.remove(subscription, taker)) {
                leave(taker);
            }
        });
        return reader.add(taker, from);
    }

    @Override
    protected void unsubscribe(ListenerSubscription subscription) {
        Taker taker = takers.get(subscription);
        if (taker != null) {
            StreamReader reader = taker.reader();
            reader.remove(taker);
            if (reader != shared) {
                reader.stop();
            }
        }
    }

    private void leave(Taker taker) {
        StreamReader reader = taker.reader();
        if (reader != shared) {
            Future<Void> left = reader.close();
            leaving.add(left);
            left.onComplete(done -> leaving.remove(left));
        }
    }

    /** Members elsewhere find soon what a member leaves, those of this process at once. */
    private void lookForWhatIsLeft(EventType<?> type, String group) {
        takers.values().stream()
                .filter(taker -> group.equals(taker.subscription().options().group())
                        && taker.type().topic().equals(type.topic()))
                .forEach(taker -> taker.reader().look());
    }

    @Override
    protected boolean keepsForGroups() {
        return true;
    }

    /** A paused member of a group leaves events to the others. */
    @Override
    protected void demanded(ListenerSubscription subscription) {
        if (subscription.options().group() != null) {
            Taker taker = takers.get(subscription);
            if (taker != null) {
                taker.reader().demanded(taker);
            }
        }
    }

    @Override
    protected void settled(ListenerSubscription subscription, TypedEvent<?> event) {
        Taker taker = takers.get(subscription);
        if (taker != null && event.detail() instanceof StreamEntry entry) {
            taker.settled(entry);
        }
    }

    @Override
    protected void abandoned(ListenerSubscription subscription, TypedEvent<?> event) {
        Taker taker = takers.get(subscription);
        if (taker != null && event.detail() instanceof StreamEntry entry) {
            taker.reader().giveBack(entry);
        }
    }

    @Override
    protected Future<Void> catchUp(ClosedException error) {
        publisher.refuse(error);
        return publisher.idle().compose(confirmed -> catchUp(Set.of()));
    }

    @Override
    protected Future<Void> catchUp(ListenerSubscription subscription) {
        Taker taker = takers.get(subscription);
        return taker == null ? Future.succeededFuture() : catchUp(taker);
    }

    /** Until the listener has not got another reader meanwhile. */
    private static Future<Void> catchUp(Taker taker) {
        StreamReader reader = taker.reader();
        return reader.catchUp(taker)
                .compose(done -> taker.reader() == reader ? Future.succeededFuture() : catchUp(taker));
    }

    /** Until no listener has got another reader meanwhile. */
    private Future<Void> catchUp(Set<StreamReader> before) {
        Set<StreamReader> readers = readers();
        return readers.equals(before)
                ? Future.succeededFuture()
                : Future.join(readers.stream().map(StreamReader::catchUp).toList())
                        .compose(done -> catchUp(readers));
    }

    private Set<StreamReader> readers() {
        Set<StreamReader> readers = new HashSet<>();
        takers.values().forEach(taker -> readers.add(taker.reader()));
        return readers;
    }

    @Override
    protected Health health() {
        Health health = connections.health();
        return health.isUp() ? publisher.health() : health;
    }

    /** Asks the server, and so sees whether it is there. */
    @Override
    protected Future<Map<ListenerSubscription, Long>> behind() {
        Map<ListenerSubscription, Long> behind = new ConcurrentHashMap<>();
        return Future.join(
                        publisher.check(),
                        Future.join(readers().stream()
                                .map(reader -> reader.behind()
                                        .onSuccess(known -> known.forEach(
                                                (taker, events) -> behind.put(taker.subscription(), events))))
                                .toList()))
                .map(behind)
                .otherwise(behind);
    }

    /** Also of those whose listeners hang: what they have goes to others. */
    @Override
    protected Future<Void> disconnect() {
        takers.forEach((subscription, taker) -> {
            if (takers.remove(subscription, taker)) {
                leave(taker);
            }
        });
        return Future.join(List.copyOf(leaving))
                .<Void>mapEmpty()
                .eventually(shared::close)
                .eventually(publisher::close)
                .eventually(types::close);
    }

    @Override
    public String toString() {
        return settings.address();
    }
}
