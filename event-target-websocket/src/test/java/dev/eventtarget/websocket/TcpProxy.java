package dev.eventtarget.websocket;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between spokes and a hub, and fails as networks do. It ends with its Vert.x instance. */
final class TcpProxy {
    private final NetServer server;
    private final NetClient client;
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong upBytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong downBytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile URI hub;
    private volatile boolean refusing;

    private TcpProxy(Vertx vertx, URI hub) {
        this.hub = hub;
        client = vertx.createNetClient();
        server = vertx.createNetServer().connectHandler(this::connect);
    }

    /** Starts one before a hub. */
    static TcpProxy start(Vertx vertx, String hub) throws Exception {
        TcpProxy proxy = new TcpProxy(vertx, URI.create(hub));
        proxy.server
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        return proxy;
    }

    String url() {
        return "ws://127.0.0.1:" + server.actualPort() + hub.getPath();
    }

    /** New connections go to another hub. */
    void to(String other) {
        hub = URI.create(other);
    }

    private void connect(NetSocket socket) {
        if (refusing) {
            socket.close();
            return;
        }
        socket.pause();
        sockets.add(socket);
        connections.incrementAndGet();
        socket.closeHandler(closed -> sockets.remove(socket));
        client.connect(hub.getPort(), hub.getHost())
                .onSuccess(upstream -> {
                    socket.closeHandler(closed -> {
                        sockets.remove(socket);
                        upstream.close();
                    });
                    upstream.closeHandler(closed -> socket.close());
                    forward(socket, upstream, upBytesLeft);
                    forward(upstream, socket, downBytesLeft);
                    socket.resume();
                    if (refusing || !sockets.contains(socket)) {
                        socket.close();
                        upstream.close();
                    }
                })
                .onFailure(e -> socket.close());
    }

    private void forward(NetSocket from, NetSocket to, AtomicLong left) {
        from.handler(bytes -> {
            long before = left.getAndUpdate(now -> now > bytes.length() ? now - bytes.length() : Long.MAX_VALUE);
            if (before > bytes.length()) {
                to.write(bytes);
                if (to.writeQueueFull()) {
                    from.pause();
                    to.drainHandler(drained -> from.resume());
                }
            } else {
                Buffer first = bytes.slice(0, (int) before);
                cuts.incrementAndGet();
                to.write(first).onComplete(written -> {
                    from.close();
                    to.close();
                });
            }
        });
        from.exceptionHandler(e -> from.close());
    }

    /** Cuts the connection over which the so-many-th byte from now on goes to the hub, right behind it. */
    void cutUpAfter(long bytes) {
        upBytesLeft.set(bytes);
    }

    /** Cuts the connection over which the so-many-th byte from now on comes from the hub, right behind it. */
    void cutDownAfter(long bytes) {
        downBytesLeft.set(bytes);
    }

    /** How often a connection was cut at a byte. */
    int cuts() {
        return cuts.get();
    }

    /** How many connections it has taken. */
    int connections() {
        return connections.get();
    }

    /** What comes over the connections that are open goes nowhere any more, and nobody is told. */
    void swallow() {
        sockets.forEach(socket -> socket.handler(bytes -> {}));
    }

    /** Cuts all connections. */
    void cut() {
        sockets.forEach(NetSocket::close);
    }

    /** Cuts all connections and takes no new ones. */
    void refuse() {
        refusing = true;
        cut();
    }

    /** Takes connections again, after {@link #refuse}. */
    void accept() {
        refusing = false;
    }
}
