package dev.eventtarget.quic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between spokes and a hub as a NAT does, and treats their datagrams as networks do. The same seed gives the n-th
 * datagram of a direction the same fate.
 */
final class UdpProxy implements AutoCloseable {
    /** Where a datagram goes. */
    enum Way {
        UP,
        DOWN
    }

    /** Sees each datagram, and says what goes on in its place. */
    interface Tamperer {
        List<byte[]> tamper(Way way, byte[] datagram);
    }

    private static final int MOST_BYTES = 65_536;
    private static final int MOST_AT_ONCE = 64;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** One spoke, and the port that the hub sees it at. */
    private static final class Route {
        final SocketAddress spoke;
        final InetSocketAddress hub;
        DatagramChannel outside;
        boolean dead;

        Route(SocketAddress spoke, InetSocketAddress hub, DatagramChannel outside) {
            this.spoke = spoke;
            this.hub = hub;
            this.outside = outside;
        }
    }

    private record Datagram(long due, long number, Way way, Route route, byte[] bytes) {}

    /** What one direction has come to. */
    private static final class Direction {
        final SplittableRandom random;
        long free = System.nanoTime();
        long newest;

        Direction(long seed) {
            random = new SplittableRandom(seed);
        }
    }

    private final Selector selector = Selector.open();
    private final DatagramChannel inside = channel();
    private final int port;
    private final Map<SocketAddress, Route> routes = new HashMap<>();
    private final Map<Way, Direction> directions;
    private final PriorityQueue<Datagram> onTheWay = new PriorityQueue<>((one, other) ->
            one.due == other.due ? Long.compare(one.number, other.number) : Long.compare(one.due, other.due));
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_BYTES);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong arrived = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong duplicated = new AtomicLong();
    private final AtomicLong overtaken = new AtomicLong();
    private final Thread thread = new Thread(this::run, "udp-proxy");
    private long arrivals;
    private InetSocketAddress hub;
    private volatile Conditions conditions = Conditions.PERFECT;
    private volatile Tamperer tamperer = (way, datagram) -> List.of(datagram);
    private volatile boolean swallowing;

    private UdpProxy(InetSocketAddress hub, long seed) throws IOException {
        this.hub = hub;
        directions = Map.of(Way.UP, new Direction(seed), Way.DOWN, new Direction(~seed));
        inside.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        inside.register(selector, SelectionKey.OP_READ);
        port = ((InetSocketAddress) inside.getLocalAddress()).getPort();
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts one before a port of this machine. */
    static UdpProxy start(int hubPort, long seed) throws IOException {
        return new UdpProxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), hubPort), seed);
    }

    int port() {
        return port;
    }

    // ---- what happens to datagrams

    /** From now on; what is on its way already is not touched. */
    void conditions(Conditions now) {
        conditions = now;
    }

    /** Lets somebody see and change what arrives, before the conditions have their part in it. */
    void tamperer(Tamperer now) {
        tamperer = now;
    }

    /** What comes, from either side, goes nowhere, and nobody is told; neither does what is on its way. */
    void swallow() {
        swallowing = true;
        command(onTheWay::clear);
    }

    /** Delivers again, after {@link #swallow}. */
    void deliver() {
        swallowing = false;
    }

    /** The hub sees each spoke at another port from now on, and nothing comes through at the ones before. */
    void rebind() {
        command(() -> routes.values().forEach(route -> {
            close(route.outside);
            route.outside = outside(route);
        }));
    }

    /** Nothing comes through any more for the connections that there are; new ones are none of theirs. */
    void cut() {
        command(() -> routes.values().forEach(route -> route.dead = true));
    }

    /** New connections come to another port of this machine; those that there are stay. */
    void leadTo(int hubPort) {
        command(() -> hub = new InetSocketAddress(InetAddress.getLoopbackAddress(), hubPort));
    }

    /** New connections come to another port of this machine; those that there are end. */
    void moveTo(int hubPort) {
        leadTo(hubPort);
        cut();
    }

    // ---- what has happened

    /** From how many ports spokes have spoken. */
    int connections() {
        return connections.get();
    }

    /** How many have come, from either side. */
    long arrived() {
        return arrived.get();
    }

    long delivered() {
        return delivered.get();
    }

    long lost() {
        return lost.get();
    }

    long duplicated() {
        return duplicated.get();
    }

    /** How many were delivered behind one that came later. */
    long overtaken() {
        return overtaken.get();
    }

    // ---- the proxy's own thread

    private void command(Runnable command) {
        if (!selector.isOpen()) {
            return;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        commands.add(() -> {
            command.run();
            done.complete(null);
        });
        selector.wakeup();
        done.join();
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::read, untilNext());
                for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
                    command.run();
                }
                deliverDue();
            }
        } catch (ClosedSelectorException e) {
            // the end
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long untilNext() {
        Datagram next = onTheWay.peek();
        return next == null ? 0 : Math.max(1, (next.due - System.nanoTime()) / NANOS_PER_MILLI);
    }

    private void read(SelectionKey key) {
        Route known = (Route) key.attachment();
        DatagramChannel channel = (DatagramChannel) key.channel();
        try {
            for (int i = 0; i < MOST_AT_ONCE && channel.isOpen(); i++) {
                buffer.clear();
                SocketAddress sender = channel.receive(buffer);
                if (sender == null) {
                    return;
                }
                byte[] bytes = new byte[buffer.flip().remaining()];
                buffer.get(bytes);
                Way way = known == null ? Way.UP : Way.DOWN;
                Route route = known == null ? routes.computeIfAbsent(sender, this::route) : known;
                tamperer.tamper(way, bytes).forEach(datagram -> take(way, route, datagram));
            }
        } catch (IOException e) {
            // nobody is at the hub's port: for a spoke that is a datagram that got lost
        }
    }

    private void take(Way way, Route route, byte[] bytes) {
        Conditions now = conditions;
        Direction direction = directions.get(way);
        boolean isLost = direction.random.nextDouble() < now.loss();
        boolean isTwice = direction.random.nextDouble() < now.duplication();
        double late = direction.random.nextDouble();
        double later = direction.random.nextDouble();
        if (swallowing || route.dead || isLost || !pass(direction, now, bytes.length)) {
            lost.incrementAndGet();
        } else {
            send(way, route, bytes, direction.free, now, late);
            if (isTwice) {
                duplicated.incrementAndGet();
                send(way, route, bytes, direction.free, now, later);
            }
        }
        arrived.incrementAndGet();
    }

    /** Whether there is room on the line; its bytes are on it then. */
    private static boolean pass(Direction direction, Conditions now, int bytes) {
        long time = System.nanoTime();
        long waiting = Math.max(0, direction.free - time);
        if (now.bytesPerSecond() == Long.MAX_VALUE) {
            direction.free = time;
            return true;
        }
        if (waiting * (double) now.bytesPerSecond() / NANOS_PER_SECOND > now.mostWaiting()) {
            return false;
        }
        direction.free = time + waiting + bytes * NANOS_PER_SECOND / now.bytesPerSecond();
        return true;
    }

    private void send(Way way, Route route, byte[] bytes, long from, Conditions now, double late) {
        long due = from + now.delay().toNanos() + (long) (late * now.jitter().toNanos());
        onTheWay.add(new Datagram(due, arrivals++, way, route, bytes));
    }

    private void deliverDue() {
        for (Datagram next = onTheWay.peek(); next != null && next.due <= System.nanoTime(); next = onTheWay.peek()) {
            onTheWay.remove();
            Direction direction = directions.get(next.way);
            if (next.number < direction.newest) {
                overtaken.incrementAndGet();
            }
            direction.newest = Math.max(direction.newest, next.number);
            try {
                ByteBuffer bytes = ByteBuffer.wrap(next.bytes);
                int sent = next.way == Way.UP ? next.route.outside.write(bytes) : inside.send(bytes, next.route.spoke);
                (sent == next.bytes.length ? delivered : lost).incrementAndGet();
            } catch (IOException e) {
                lost.incrementAndGet();
            }
        }
    }

    private Route route(SocketAddress spoke) {
        Route route = new Route(spoke, hub, null);
        route.outside = outside(route);
        connections.incrementAndGet();
        return route;
    }

    private DatagramChannel outside(Route route) {
        try {
            DatagramChannel channel = channel();
            channel.connect(route.hub);
            channel.register(selector, SelectionKey.OP_READ, route);
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatagramChannel channel() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
        return channel;
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws Exception {
        selector.close();
        thread.join(Duration.ofSeconds(10).toMillis());
        inside.close();
        for (Route route : new ArrayList<>(routes.values())) {
            route.outside.close();
        }
    }
}
