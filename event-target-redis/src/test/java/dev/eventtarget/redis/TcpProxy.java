package dev.eventtarget.redis;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and a server, and fails as networks do. It ends with its Vert.x instance. */
final class TcpProxy {
    private final NetServer server;
    private final NetClient client;
    private final int target;
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicLong requestBytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong responseBytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean refusing;
    private volatile boolean unnoticed;

    private TcpProxy(Vertx vertx, int target) {
        this.target = target;
        client = vertx.createNetClient();
        server = vertx.createNetServer().connectHandler(this::connect);
    }

    /** Starts one before a port of this machine. */
    static TcpProxy start(Vertx vertx, int target) throws Exception {
        TcpProxy proxy = new TcpProxy(vertx, target);
        proxy.server
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        return proxy;
    }

    String url() {
        return "redis://127.0.0.1:" + server.actualPort();
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
        client.connect(target, "127.0.0.1")
                .onSuccess(upstream -> {
                    socket.closeHandler(closed -> {
                        sockets.remove(socket);
                        if (!unnoticed) {
                            upstream.close();
                        }
                    });
                    upstream.closeHandler(closed -> socket.close());
                    forward(socket, upstream, requestBytesLeft);
                    forward(upstream, socket, responseBytesLeft);
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

    /** Cuts the connection over which the so-many-th byte from now on goes to the server, right behind it. */
    void cutRequestsAfter(long bytes) {
        requestBytesLeft.set(bytes);
    }

    /** Cuts the connection over which the so-many-th byte from now on comes from the server, right behind it. */
    void cutResponsesAfter(long bytes) {
        responseBytesLeft.set(bytes);
    }

    /** How often a connection was cut at a byte. */
    int cuts() {
        return cuts.get();
    }

    /** How many connections it has taken. */
    int connections() {
        return connections.get();
    }

    /** Cuts all connections. */
    void cut() {
        sockets.forEach(NetSocket::close);
    }

    /** Cuts all connections, which the server does not notice. */
    void cutUnnoticed() {
        unnoticed = true;
        cut();
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
