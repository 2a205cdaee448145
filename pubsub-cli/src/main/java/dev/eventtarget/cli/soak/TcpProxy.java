package dev.eventtarget.cli.soak;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** A proxy for connections over TCP. While it is stalled, what comes waits in sockets. */
final class TcpProxy implements Proxy {
    private static final String LOOPBACK = "127.0.0.1";

    private final Vertx vertx;
    private final int upstreamPort;
    private final NetClient client;
    private final NetServer server;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean stalled;

    private TcpProxy(Vertx vertx, int upstreamPort) {
        this.vertx = vertx;
        this.upstreamPort = upstreamPort;
        client = vertx.createNetClient();
        server = vertx.createNetServer().connectHandler(this::connect);
    }

    static TcpProxy start(Vertx vertx, int upstreamPort) {
        TcpProxy proxy = new TcpProxy(vertx, upstreamPort);
        proxy.server.listen(0, LOOPBACK).await();
        return proxy;
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    @Override
    public void cut() {
        connections.forEach(Connection::close);
    }

    @Override
    public void stall(boolean now) {
        stalled = now;
        connections.forEach(Connection::flow);
    }

    private void connect(NetSocket downstream) {
        downstream.pause();
        Context context = vertx.getOrCreateContext();
        AtomicBoolean gone = new AtomicBoolean();
        downstream.closeHandler(closed -> gone.set(true));
        client.connect(upstreamPort, LOOPBACK)
                .onSuccess(upstream -> {
                    if (gone.get()) {
                        upstream.close();
                    } else {
                        new Connection(context, downstream, upstream).begin();
                    }
                })
                .onFailure(e -> downstream.close());
    }

    /** The two sockets of one connection, on one event loop. */
    private final class Connection {
        private final Context context;
        private final NetSocket downstream;
        private final NetSocket upstream;

        Connection(Context context, NetSocket downstream, NetSocket upstream) {
            this.context = context;
            this.downstream = downstream;
            this.upstream = upstream;
        }

        void begin() {
            upstream.pause();
            connections.add(this);
            forward(downstream, upstream);
            forward(upstream, downstream);
            flow();
        }

        private void forward(NetSocket from, NetSocket to) {
            from.handler(bytes -> {
                to.write(bytes);
                flow();
            });
            to.drainHandler(drained -> flow());
            from.exceptionHandler(e -> close());
            from.closeHandler(closed -> close());
        }

        void flow() {
            context.runOnContext(now -> {
                flow(downstream, upstream);
                flow(upstream, downstream);
            });
        }

        private void flow(NetSocket from, NetSocket to) {
            if (stalled || to.writeQueueFull()) {
                from.pause();
            } else {
                from.resume();
            }
        }

        void close() {
            if (connections.remove(this)) {
                downstream.close();
                upstream.close();
            }
        }
    }
}
