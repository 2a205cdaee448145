package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.annotations.OnWebSocketError;
import org.eclipse.jetty.websocket.api.annotations.OnWebSocketMessage;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.handshake.ServerHandshake;
import org.java_websocket.server.WebSocketServer;

/** WebSockets without a protocol on them: a text of 128 bytes is a message. */
final class WebSocketPeers {
    private static final String TEXT = new String(WebSocketBenchmark.MESSAGE, US_ASCII);
    private static final int PATIENCE_SECONDS = 60;

    private WebSocketPeers() {}

    /** Leaves it to Netty to flush when there is no more to write, instead of after each message. */
    private static void consolidateFlushes(WebSocket socket) {
        ((WebSocketInternal) socket)
                .channelHandlerContext()
                .pipeline()
                .addFirst(new FlushConsolidationHandler(
                        FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
    }

    private static HttpServer listen(Loops loops, int number, Consumer<ServerWebSocket> accept) throws Exception {
        HttpServer server = loops.vertx().createHttpServer().webSocketHandler(accept::accept);
        return Loops.await(loops.context(number), () -> server.listen(0, "127.0.0.1"));
    }

    private static WebSocket connect(Loops loops, HttpServer server) throws Exception {
        return Loops.await(
                loops.context(0), () -> loops.webSocketClient().connect(server.actualPort(), "127.0.0.1", "/"));
    }

    /** Vert.x, from a client to a server. */
    static final class VertxOneWay implements Carrier {
        private final Arrivals arrivals = WebSocketBenchmark.oneReceiver();
        private final Loops servers = new Loops(1);
        private final Loops clients = new Loops(1);
        private final Pump<WebSocket> pump;

        VertxOneWay(int perFrame, boolean consolidated) throws Exception {
            HttpServer server = listen(
                    servers,
                    0,
                    it -> it.textMessageHandler(
                            text -> arrivals.receiver(0).received(text.length() / WebSocketBenchmark.MESSAGE.length)));
            WebSocket socket = connect(clients, server);
            if (consolidated) {
                consolidateFlushes(socket);
            }
            String text = TEXT.repeat(perFrame);
            pump = new Pump<WebSocket>(clients.context(0), perFrame, it -> it.writeTextMessage(text)).add(socket);
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            pump.send(messages);
        }

        @Override
        public void close() throws Exception {
            clients.close();
            servers.close();
        }
    }

    /** Vert.x, from a server to clients. */
    static final class VertxFanOut implements Carrier {
        private final Arrivals arrivals = WebSocketBenchmark.receivers(WebSocketBenchmark.FAN_OUT);
        private final Loops servers = new Loops(WebSocketBenchmark.FAN_OUT_LOOPS);
        private final Loops clients = new Loops(WebSocketBenchmark.FAN_OUT_LOOPS);
        private final List<Pump<WebSocket>> pumps = new ArrayList<>();

        VertxFanOut(boolean consolidated) throws Exception {
            for (int i = 0; i < servers.size(); i++) {
                Pump<WebSocket> pump = new Pump<>(servers.context(i), 1, socket -> socket.writeTextMessage(TEXT));
                pumps.add(pump);
                HttpServer server = listen(servers, i, socket -> {
                    if (consolidated) {
                        consolidateFlushes(socket);
                    }
                    pump.add(socket);
                });
                URI uri = URI.create("ws://127.0.0.1:" + server.actualPort() + "/");
                for (int j = i; j < WebSocketBenchmark.FAN_OUT; j += servers.size()) {
                    WireSocket.open(clients, j / servers.size(), uri)
                            .count(arrivals.receiver(j), WebSocketBenchmark.MESSAGE.length);
                }
            }
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            pumps.forEach(pump -> pump.send(messages));
        }

        @Override
        public void close() throws Exception {
            clients.close();
            servers.close();
        }
    }

    /** Vert.x sends back what comes. */
    static final class VertxEcho implements Echo {
        private final RoundTrips trips = new RoundTrips();
        private final Loops servers = new Loops(1);
        private final Loops clients = new Loops(1);
        private final WebSocket socket;

        VertxEcho() throws Exception {
            HttpServer server = listen(servers, 0, it -> it.textMessageHandler(it::writeTextMessage));
            socket = connect(clients, server);
            socket.textMessageHandler(back -> trips.returned(this::ping));
        }

        private void ping() {
            socket.writeTextMessage(TEXT);
        }

        @Override
        public void measure(long[] nanos) throws Exception {
            trips.measure(nanos, () -> clients.context(0).runOnContext(now -> ping()));
        }

        @Override
        public void close() throws Exception {
            clients.close();
            servers.close();
        }
    }

    /** Java-WebSocket, from a client to a server. */
    static final class JavaWebSocket implements Carrier {
        private final Arrivals arrivals = WebSocketBenchmark.oneReceiver();
        private final CompletableFuture<Integer> port = new CompletableFuture<>();
        private final WebSocketServer server = new CountingServer();
        private final Client client;

        JavaWebSocket() throws Exception {
            server.setTcpNoDelay(true);
            server.start();
            client = new Client(URI.create("ws://127.0.0.1:" + port.get(PATIENCE_SECONDS, TimeUnit.SECONDS) + "/"));
            client.setTcpNoDelay(true);
            if (!client.connectBlocking(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Java-WebSocket does not connect");
            }
        }

        private final class CountingServer extends WebSocketServer {
            CountingServer() {
                super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            }

            @Override
            public void onStart() {
                port.complete(getPort());
            }

            @Override
            public void onMessage(org.java_websocket.WebSocket socket, String text) {
                arrivals.receiver(0).received(text.length() / WebSocketBenchmark.MESSAGE.length);
            }

            @Override
            public void onOpen(org.java_websocket.WebSocket socket, ClientHandshake handshake) {}

            @Override
            public void onClose(org.java_websocket.WebSocket socket, int code, String reason, boolean remote) {}

            @Override
            public void onError(org.java_websocket.WebSocket socket, Exception error) {
                port.completeExceptionally(error);
                arrivals.failed(error);
            }
        }

        private final class Client extends org.java_websocket.client.WebSocketClient {
            Client(URI uri) {
                super(uri);
            }

            @Override
            public void onOpen(ServerHandshake handshake) {}

            @Override
            public void onMessage(String text) {}

            @Override
            public void onClose(int code, String reason, boolean remote) {}

            @Override
            public void onError(Exception error) {
                arrivals.failed(error);
            }
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            for (int i = 0; i < messages; i++) {
                client.send(TEXT);
            }
        }

        @Override
        public void close() throws Exception {
            client.closeBlocking();
            server.stop();
        }
    }

    /** Jetty, from a client to a server. */
    static final class Jetty implements Carrier {
        private final Arrivals arrivals = WebSocketBenchmark.oneReceiver();
        private final Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        private final WebSocketClient client = new WebSocketClient();
        private final Session session;

        Jetty() throws Exception {
            server.setHandler(WebSocketUpgradeHandler.from(
                    server,
                    container -> container.addMapping(
                            "/", (request, response, callback) -> new Counter(arrivals.receiver(0)))));
            server.start();
            int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
            client.start();
            session = client.connect(new Sink(), URI.create("ws://127.0.0.1:" + port + "/"))
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            for (int i = 0; i < messages; i++) {
                session.sendText(TEXT, Callback.NOOP);
            }
        }

        @Override
        public void close() throws Exception {
            client.stop();
            server.stop();
        }
    }

    /** Jetty calls it; it must be public for that. */
    @org.eclipse.jetty.websocket.api.annotations.WebSocket
    public static final class Counter {
        private final Arrivals.Receiver receiver;

        Counter(Arrivals.Receiver receiver) {
            this.receiver = receiver;
        }

        /** A message has come. */
        @OnWebSocketMessage
        public void onText(String text) {
            receiver.received(text.length() / WebSocketBenchmark.MESSAGE.length);
        }

        /** It was closed, or worse. */
        @OnWebSocketError
        public void onError(Throwable error) {
            receiver.failed(error);
        }
    }

    /** A client that expects nothing. */
    @org.eclipse.jetty.websocket.api.annotations.WebSocket
    public static final class Sink {
        /** Its connection is closed under it. */
        @OnWebSocketError
        public void onError(Throwable error) {}
    }
}
