package dev.eventtarget.cli;

import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What targets stand on, used by itself. It knows no types, and confirms less. */
final class PeerCarriers {
    private PeerCarriers() {}

    /** {@return what a transport is compared with, if there is something} */
    static @Nullable Carrier of(Vertx vertx, EventTargetConfig config, int publishers, int listeners, int size) {
        if (config.transport().equals("memory")) {
            return new EventBus(vertx, listeners, size);
        }
        if (config.transport().startsWith("ws")) {
            return new BareWebSocket(vertx, publishers, listeners, size);
        }
        return config.transport().matches("rediss?")
                ? new RedisPubSub(vertx, config, publishers, listeners, size)
                : null;
    }

    private static String text(long number, String padding) {
        return number + " " + padding;
    }

    private static long number(String text) {
        return Long.parseLong(text, 0, text.indexOf(' '), 10);
    }

    private static final class EventBus implements Carrier {
        private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

        private final io.vertx.core.eventbus.EventBus bus;
        private final String address = UUID.randomUUID().toString();
        private final int listeners;
        private final String padding;

        EventBus(Vertx vertx, int listeners, int size) {
            this.bus = vertx.eventBus();
            this.listeners = listeners;
            this.padding = "x".repeat(size);
        }

        @Override
        public String name() {
            return "Vert.x event bus";
        }

        @Override
        public Future<?> listen(LongConsumer heard) {
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < listeners; i++) {
                all.add(bus.<String>localConsumer(address, message -> heard.accept(number(message.body())))
                        .completion());
            }
            return Future.all(all);
        }

        @Override
        public Future<?> publish(long number) {
            bus.publish(address, text(number, padding), LOCAL);
            return Future.succeededFuture();
        }

        @Override
        public void close() {
            // its consumers go with the Vertx
        }
    }

    private static final class RedisPubSub implements Carrier {
        private final List<Redis> clients = new ArrayList<>();
        private final List<RedisConnection> publishers = new ArrayList<>();
        private final String channel = "pubsub.bench." + UUID.randomUUID();
        private final Vertx vertx;
        private final EventTargetConfig config;
        private final int publisherCount;
        private final int listeners;
        private final String padding;
        private int next;

        RedisPubSub(Vertx vertx, EventTargetConfig config, int publishers, int listeners, int size) {
            this.vertx = vertx;
            this.config = config;
            this.publisherCount = publishers;
            this.listeners = listeners;
            this.padding = "x".repeat(size);
        }

        @Override
        public String name() {
            return "Redis PUBLISH";
        }

        private Future<RedisConnection> connect() {
            Redis client = Redis.createClient(vertx, ServerProbe.redisOptions(config));
            clients.add(client);
            return client.connect();
        }

        @Override
        public Future<?> listen(LongConsumer heard) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < publisherCount; i++) {
                all.add(connect().onSuccess(publishers::add));
            }
            for (int i = 0; i < listeners; i++) {
                all.add(connect().compose(connection -> {
                    connection.handler(message -> hear(message, heard));
                    return connection.send(Request.cmd(Command.SUBSCRIBE).arg(channel));
                }));
            }
            return Future.all(all);
        }

        private static void hear(Response message, LongConsumer heard) {
            boolean array = message.type() == ResponseType.MULTI || message.type() == ResponseType.PUSH;
            if (array && message.size() == 3 && message.get(0).toString().equals("message")) {
                heard.accept(number(message.get(2).toString()));
            }
        }

        @Override
        public Future<?> publish(long number) {
            next = (next + 1) % publishers.size();
            return publishers
                    .get(next)
                    .send(Request.cmd(Command.PUBLISH).arg(channel).arg(text(number, padding)));
        }

        @Override
        public void close() {
            clients.forEach(Redis::close);
        }
    }

    /** A server that sends each message on to whoever is connected. */
    private static final class BareWebSocket implements Carrier {
        private final WebSocketClient client;
        private final HttpServer server;
        private final Set<ServerWebSocket> connected = ConcurrentHashMap.newKeySet();
        private final List<WebSocket> publishers = new ArrayList<>();
        private final int publisherCount;
        private final int listeners;
        private final String padding;
        private int next;

        BareWebSocket(Vertx vertx, int publishers, int listeners, int size) {
            this.client = vertx.createWebSocketClient();
            this.server = vertx.createHttpServer().webSocketHandler(this::serve);
            this.publisherCount = publishers;
            this.listeners = listeners;
            this.padding = "x".repeat(size);
        }

        private void serve(ServerWebSocket socket) {
            if (socket.path().equals("/listen")) {
                connected.add(socket);
                socket.writeTextMessage("");
            } else {
                socket.textMessageHandler(text -> connected.forEach(one -> one.writeTextMessage(text)));
            }
        }

        @Override
        public String name() {
            return "bare WebSockets";
        }

        @Override
        public Future<?> listen(LongConsumer heard) {
            return server.listen(0, "127.0.0.1").compose(there -> {
                int port = there.actualPort();
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < publisherCount; i++) {
                    all.add(client.connect(port, "127.0.0.1", "/publish").onSuccess(publishers::add));
                }
                for (int i = 0; i < listeners; i++) {
                    all.add(Future.<Void>future(ready -> client.connect(port, "127.0.0.1", "/listen")
                            .onFailure(ready::fail)
                            .onSuccess(socket -> socket.textMessageHandler(text -> {
                                if (text.isEmpty()) {
                                    ready.complete();
                                } else {
                                    heard.accept(number(text));
                                }
                            }))));
                }
                return Future.all(all);
            });
        }

        @Override
        public Future<?> publish(long number) {
            next = (next + 1) % publishers.size();
            return publishers.get(next).writeTextMessage(text(number, padding));
        }

        @Override
        public void close() {
            client.close().eventually(server::close).await();
        }
    }
}
