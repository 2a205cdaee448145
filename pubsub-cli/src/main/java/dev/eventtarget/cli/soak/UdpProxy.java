package dev.eventtarget.cli.soak;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * A proxy for datagrams, as a NAT is: each client has a port of its own towards the server. To cut is to forget these ports,
 * so that clients come from others. While it is stalled, what comes is lost. All of it is on one event loop.
 */
final class UdpProxy implements Proxy {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int RECEIVE_BUFFER = 1 << 20;
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final long LOOK_MILLIS = 10_000;

    private final Vertx vertx;
    private final Context context;
    private final int upstreamPort;
    private final DatagramSocket inside;
    private final Map<SocketAddress, Route> routes = new HashMap<>();
    private volatile boolean stalled;

    private UdpProxy(Vertx vertx, int upstreamPort) {
        this.vertx = vertx;
        this.upstreamPort = upstreamPort;
        context = vertx.getOrCreateContext();
        inside = vertx.createDatagramSocket(options());
    }

    private static DatagramSocketOptions options() {
        return new DatagramSocketOptions().setReceiveBufferSize(RECEIVE_BUFFER);
    }

    static UdpProxy start(Vertx vertx, int upstreamPort) {
        UdpProxy proxy = new UdpProxy(vertx, upstreamPort);
        proxy.inside.handler(packet -> proxy.context.runOnContext(now -> proxy.up(packet)));
        proxy.inside.listen(0, LOOPBACK).await();
        vertx.setPeriodic(LOOK_MILLIS, id -> proxy.context.runOnContext(now -> proxy.forgetIdle()));
        return proxy;
    }

    @Override
    public int port() {
        return inside.localAddress().port();
    }

    @Override
    public void cut() {
        context.runOnContext(now -> {
            routes.values().forEach(Route::close);
            routes.clear();
        });
    }

    @Override
    public void stall(boolean now) {
        stalled = now;
    }

    private void up(DatagramPacket packet) {
        if (!stalled) {
            routes.computeIfAbsent(packet.sender(), Route::new).up(packet.data());
        }
    }

    private void forgetIdle() {
        long now = System.nanoTime();
        routes.values().removeIf(route -> {
            boolean idle = now - route.used > IDLE_NANOS;
            if (idle) {
                route.close();
            }
            return idle;
        });
    }

    /** One client's way to the server. */
    private final class Route {
        private final SocketAddress client;
        private final DatagramSocket outside = vertx.createDatagramSocket(options());
        private final Queue<Buffer> early = new ArrayDeque<>();
        private boolean listening;
        private long used = System.nanoTime();

        Route(SocketAddress client) {
            this.client = client;
            outside.handler(packet -> context.runOnContext(now -> down(packet)));
            outside.listen(0, LOOPBACK).onSuccess(bound -> context.runOnContext(now -> begin()));
        }

        private void begin() {
            listening = true;
            early.forEach(this::send);
            early.clear();
        }

        private void up(Buffer data) {
            used = System.nanoTime();
            if (listening) {
                send(data);
            } else {
                early.add(data);
            }
        }

        private void send(Buffer data) {
            outside.send(data, upstreamPort, LOOPBACK);
        }

        private void down(DatagramPacket packet) {
            if (!stalled) {
                inside.send(packet.data(), client.port(), LOOPBACK);
            }
        }

        private void close() {
            outside.close();
        }
    }
}
