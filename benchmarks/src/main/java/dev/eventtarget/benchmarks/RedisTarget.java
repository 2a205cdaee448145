package dev.eventtarget.benchmarks;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;

/** Event Target on Redis: details are encoded from the record and decoded to it. */
final class RedisTarget implements AutoCloseable {
    /** After so many events the publisher waits for the first of them, so that twice as many are on the way at most. */
    private static final int WINDOW = 8192;

    private static final String GROUP = "billing";
    private static final int TOPICS = 256;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
    private final Jedis control;
    private final TypedEventTarget target;
    private final int shards;

    RedisTarget(URI uri, boolean idempotent) {
        this(uri, idempotent, 1);
    }

    RedisTarget(URI uri, boolean idempotent, int shards) {
        this.shards = shards;
        control = new Jedis(uri, RedisBenchmark.PATIENCE_MILLIS);
        target = EventTargets.open(
                vertx, uri + "?prefix=" + RedisBenchmark.PREFIX + "&idempotent=" + idempotent + "&shards=" + shards);
    }

    /** Where the events of a type lie, by the name of the stream that it would be without shards. */
    static List<String> streams(String stream, int shards) {
        return shards == 1
                ? List.of(stream)
                : IntStream.range(0, shards)
                        .mapToObj(shard -> stream + ":" + shard)
                        .toList();
    }

    private static EventType<Order> type(String stream) {
        return EventType.of(stream.substring(RedisBenchmark.PREFIX.length() + 1), Order.class);
    }

    long publish(String stream, int events) {
        EventType<Order> type = type(stream);
        return publish(events, i -> TypedEvent.of(type, Order.SAMPLE));
    }

    long publishWithIds(String stream, int events) {
        EventType<Order> type = type(stream);
        return publish(events, i -> TypedEvent.of(type, Order.SAMPLE).withId(stream + ":" + i));
    }

    /** So that there is something to spread them by. */
    long publishByTopics(String stream, int events) {
        List<EventType<Order>> topics = IntStream.range(0, TOPICS)
                .mapToObj(i -> type(stream).withId(Integer.toString(i)))
                .toList();
        return publish(events, i -> TypedEvent.of(topics.get(i % TOPICS), Order.SAMPLE));
    }

    private interface EventMaker {
        TypedEvent<Order> make(int number);
    }

    private long publish(int events, EventMaker maker) {
        long start = System.nanoTime();
        Future<Void> before = Future.succeededFuture();
        // streams are confirmed one by one: in the end all topics are waited for
        List<Future<Void>> last = new ArrayList<>(Collections.nCopies(shards == 1 ? 1 : TOPICS, before));
        for (int i = 0; i < events; i++) {
            Future<Void> confirmed = target.dispatchEvent(maker.make(i));
            last.set(i % last.size(), confirmed);
            if (i % WINDOW == 0) {
                before.await();
                before = confirmed;
            }
        }
        Future.all(last).await();
        return System.nanoTime() - start;
    }

    long relay(String stream, int events) throws Exception {
        return relay(stream, events, this::publish);
    }

    long relayByTopics(String stream, int events) throws Exception {
        return relay(stream, events, this::publishByTopics);
    }

    private long relay(String stream, int events, RedisBenchmark.Work publishing) throws Exception {
        EventType<Order> type = type(stream);
        Promise<Void> handled = Promise.promise();
        int[] count = {0};
        Subscription subscription = subscribe(type, event -> {
            if (event.detail().quantity() == Order.SAMPLE.quantity() && ++count[0] == events) {
                handled.complete();
            }
        });
        long start = System.nanoTime();
        publishing.run(stream, events);
        handled.future().await(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS);
        for (String each : streams(stream, shards)) {
            while (control.xpending(each, GROUP).getTotal() > 0) {
                Thread.onSpinWait();
            }
        }
        long nanos = System.nanoTime() - start;
        end(subscription);
        return nanos;
    }

    Latencies latencies(String stream, int events) throws Exception {
        EventType<Order> type = type(stream);
        Latencies latencies = new Latencies(events);
        Subscription subscription = subscribe(type, event -> latencies.received());
        Context context = vertx.getOrCreateContext();
        latencies.pace(() -> context.runOnContext(now -> {
            latencies.sent();
            target.dispatchEvent(TypedEvent.of(type, Order.SAMPLE)).onFailure(latencies::failed);
        }));
        end(subscription);
        return latencies;
    }

    private Subscription subscribe(EventType<Order> type, dev.eventtarget.EventListener<Order> listener) {
        Promise<Subscription> subscribed = Promise.promise();
        vertx.getOrCreateContext()
                .runOnContext(now -> subscribed.complete(target.addEventListener(
                        type, listener, ListenerOptions.defaults().group(GROUP))));
        Subscription subscription = subscribed.future().await();
        subscription.ready().await();
        return subscription;
    }

    private static void end(Subscription subscription) {
        subscription.close();
        subscription.ended().await();
    }

    @Override
    public void close() {
        target.close().await();
        vertx.close().await();
        control.close();
    }
}
