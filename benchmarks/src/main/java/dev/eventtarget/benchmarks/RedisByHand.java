package dev.eventtarget.benchmarks;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The Vert.x client on its own event loops, as fast as it goes: one loop appends, one reads and acknowledges. Details are
 * bytes that exist, and stay bytes.
 */
final class RedisByHand implements AutoCloseable {
    private static final int BATCH = 256;
    private static final int BATCHES_ON_THE_WAY = 8;
    private static final int READ = 512;
    private static final String GROUP = "billing";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Redis client;
    private final Context publishing = ((VertxInternal) vertx).createEventLoopContext();
    private final Context consuming = ((VertxInternal) vertx).createEventLoopContext();
    private final RedisConnection append;
    private final RedisConnection read;
    private final RedisConnection acknowledge;

    RedisByHand(URI uri) {
        client = Redis.createClient(
                vertx,
                new RedisOptions()
                        .setConnectionString(uri.toString())
                        .setPreferredProtocolVersion(ProtocolVersion.RESP2)
                        .setMaxPoolSize(4)
                        .setMaxWaitingHandlers(1 << 16));
        append = connect(publishing);
        read = connect(consuming);
        acknowledge = connect(consuming);
    }

    private RedisConnection connect(Context context) {
        Promise<RedisConnection> connected = Promise.promise();
        context.runOnContext(now -> client.connect().onComplete(connected));
        return connected.future().await();
    }

    private static Request xadd(String stream, int number) {
        return Request.cmd(Command.XADD)
                .arg(stream)
                .arg("*")
                .arg("type")
                .arg("order.placed")
                .arg("detail")
                .arg(RedisBenchmark.DETAIL)
                .arg("dedup_id")
                .arg(RedisBenchmark.dedupId(number));
    }

    long publish(String stream, int events) throws Exception {
        Promise<Void> confirmed = Promise.promise();
        long start = System.nanoTime();
        publishing.runOnContext(now -> new Publishing(stream, events, confirmed).sendMore());
        confirmed.future().await(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS);
        return System.nanoTime() - start;
    }

    private final class Publishing {
        private final String stream;
        private final int events;
        private final Promise<Void> done;
        private int sent;
        private int confirmed;

        Publishing(String stream, int events, Promise<Void> done) {
            this.stream = stream;
            this.events = events;
            this.done = done;
        }

        void sendMore() {
            while (sent < events && sent - confirmed < BATCHES_ON_THE_WAY * BATCH) {
                List<Request> batch = new ArrayList<>(BATCH);
                while (sent < events && batch.size() < BATCH) {
                    batch.add(xadd(stream, sent++));
                }
                append.batch(batch)
                        .onComplete(
                                answers -> {
                                    confirmed += answers.size();
                                    if (confirmed == events) {
                                        done.complete();
                                    } else {
                                        sendMore();
                                    }
                                },
                                done::tryFail);
            }
        }
    }

    long relay(String stream, int events) throws Exception {
        Promise<Void> acknowledged = Promise.promise();
        createGroup(stream);
        long start = System.nanoTime();
        consuming.runOnContext(now -> new Consuming(stream, events, acknowledged, entries -> {}).readMore());
        publish(stream, events);
        acknowledged.future().await(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS);
        return System.nanoTime() - start;
    }

    Latencies latencies(String stream, int events) throws Exception {
        Latencies latencies = new Latencies(events);
        Promise<Void> acknowledged = Promise.promise();
        createGroup(stream);
        consuming.runOnContext(now -> new Consuming(stream, events, acknowledged, entries -> {
                    for (int i = 0; i < entries; i++) {
                        latencies.received();
                    }
                })
                .readMore());
        latencies.pace(() -> publishing.runOnContext(now -> {
            int number = latencies.sent();
            append.send(xadd(stream, number)).onFailure(latencies::failed);
        }));
        acknowledged.future().await(RedisBenchmark.PATIENCE_SECONDS, TimeUnit.SECONDS);
        return latencies;
    }

    private void createGroup(String stream) {
        acknowledge
                .send(Request.cmd(Command.XGROUP)
                        .arg("CREATE")
                        .arg(stream)
                        .arg(GROUP)
                        .arg("0-0")
                        .arg("MKSTREAM"))
                .await();
    }

    private final class Consuming {
        private final String stream;
        private final int events;
        private final Promise<Void> done;
        private final IntConsumer received;
        private int readSoFar;
        private int acknowledged;

        Consuming(String stream, int events, Promise<Void> done, IntConsumer received) {
            this.stream = stream;
            this.events = events;
            this.done = done;
            this.received = received;
        }

        void readMore() {
            read.send(Request.cmd(Command.XREADGROUP)
                            .arg("GROUP")
                            .arg(GROUP)
                            .arg("consumer")
                            .arg("COUNT")
                            .arg(READ)
                            .arg("BLOCK")
                            .arg(2000)
                            .arg("STREAMS")
                            .arg(stream)
                            .arg(">"))
                    .onComplete(this::take, done::tryFail);
        }

        private void take(@Nullable Response answer) {
            if (answer != null) {
                Response entries = answer.get(0).get(1);
                Request ack = Request.cmd(Command.XACK).arg(stream).arg(GROUP);
                int taken = 0;
                for (Response entry : entries) {
                    if (entry.get(1).get(3).toBytes().length > 0) {
                        taken++;
                    }
                    ack.arg(entry.get(0).toBytes());
                }
                received.accept(taken);
                readSoFar += taken;
                acknowledge
                        .send(ack)
                        .onComplete(
                                count -> {
                                    acknowledged += count.toInteger();
                                    if (acknowledged == events) {
                                        done.complete();
                                    }
                                },
                                done::tryFail);
            }
            if (readSoFar < events) {
                readMore();
            }
        }
    }

    @Override
    public void close() {
        client.close().await();
        vertx.close().await();
    }
}
