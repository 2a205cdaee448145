package dev.eventtarget.benchmarks;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.benchmarks.HubLinks.Transport;
import io.netty.handler.codec.quic.Quic;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SocketAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** What a subscription and a link keep on the heap: what is alive after a collection, with many of them and without. */
public final class MemoryBenchmark {
    private static final int COLLECTIONS = 3;
    private static final String ONE_TYPE = "all of one type";
    private static final String TYPES = "each of a type of its own";
    private static final String LINK = "a link";
    private static final String SUBSCRIPTION = "a subscription of a link";
    private static final String JDK = "JDK collections";
    private static final String TCP = "Vert.x TCP";

    /** How often and how much; the first rounds are not counted. */
    record Size(int warmUps, int rounds, int subscriptions, int links, int perLink) {
        static final Size FULL = new Size(1, 3, 10_000, 500, 20);
        static final Size QUICK = new Size(1, 1, 2_000, 50, 20);
    }

    /** Keeps listeners, each for a type. */
    private interface Holder extends AutoCloseable {
        void hold(List<EventType<Order>> types, List<Tally> listeners) throws Exception;

        @Override
        void close() throws Exception;
    }

    /** Makes a holder that has nothing as yet. */
    private interface Opening {
        Holder open() throws Exception;
    }

    /** Takes links, at an address. */
    private interface Server extends AutoCloseable {
        String address();

        @Override
        void close() throws Exception;
    }

    private final Size size;

    private MemoryBenchmark(Size size) {
        this.size = size;
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} or nothing
     */
    public static void main(String... arguments) {
        if (arguments.length > 1 || arguments.length == 1 && !arguments[0].equals("--quick")) {
            throw new IllegalArgumentException("The only option is --quick, not " + List.of(arguments));
        }
        Part.measure(part -> run(arguments.length == 1 ? Size.QUICK : Size.FULL, part));
    }

    static void run(Size size, Part part) throws Exception {
        MemoryBenchmark benchmark = new MemoryBenchmark(size);
        part.add(benchmark.subscriptions());
        part.add(benchmark.links());
    }

    private Table subscriptions() throws Exception {
        Table table = new Table("Memory: subscriptions", Table.Unit.BYTES, "heap of a subscription", true, JDK);
        try (RedisServer redis = RedisServer.open()) {
            Map<String, Opening> openings = new LinkedHashMap<>();
            openings.put("eventTarget, memory", () -> new Target("memory:", false));
            openings.put("eventTarget, memory, on an event loop", () -> new Target("memory:", true));
            if (redis != null) {
                openings.put(
                        "eventTarget, Redis, on an event loop",
                        () -> new Target(redis.uri() + "?prefix=" + RedisBenchmark.PREFIX, true));
            }
            Map<String, Opening> buses = new LinkedHashMap<>();
            buses.put("greenrobot", () -> new Bus(new DispatchBenchmark.Greenrobot()));
            buses.put("MBassador", () -> new Bus(new DispatchBenchmark.Mbassador()));
            buses.put("Guava", () -> new Bus(new DispatchBenchmark.Guava()));
            for (int round = -size.warmUps; round < size.rounds; round++) {
                for (Map.Entry<String, Opening> each : openings.entrySet()) {
                    subscriptions(table, each.getKey(), ONE_TYPE, each.getValue(), round);
                    subscriptions(table, each.getKey(), TYPES, each.getValue(), round);
                }
                for (Map.Entry<String, Opening> each : buses.entrySet()) {
                    subscriptions(table, each.getKey(), ONE_TYPE, each.getValue(), round);
                }
                subscriptions(table, JDK, ONE_TYPE, Lists::new, round);
                subscriptions(table, JDK, TYPES, Lists::new, round);
            }
        }
        return table;
    }

    private void subscriptions(Table table, String row, String column, Opening opening, int round) throws Exception {
        List<Tally> listeners = Tally.list(size.subscriptions);
        List<EventType<Order>> types = IntStream.range(0, size.subscriptions)
                .mapToObj(i -> column.equals(ONE_TYPE) ? Order.PLACED : EventType.of("order.status-" + i, Order.class))
                .toList();
        try (Holder holder = opening.open()) {
            long before = alive();
            holder.hold(types, listeners);
            long after = alive();
            if (round >= 0) {
                table.add(row, column, (double) (after - before) / size.subscriptions);
            }
        } finally {
            Reference.reachabilityFence(types);
            Reference.reachabilityFence(listeners);
        }
    }

    private Table links() throws Exception {
        Table table = new Table("Memory: links", Table.Unit.BYTES, "heap of who accepts them", true, TCP);
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Transport transport : Transport.values()) {
                if (transport != Transport.QUIC || Quic.isAvailable()) {
                    double link = heap(new Hub(transport), HubLoad.class, 0) / size.links;
                    double more = heap(new Hub(transport), HubLoad.class, size.perLink) / size.links;
                    if (round >= 0) {
                        table.add("eventTarget, " + transport.label, LINK, link);
                        table.add("eventTarget, " + transport.label, SUBSCRIPTION, (more - link) / size.perLink);
                    }
                }
            }
            double webSocket = heap(new WebSockets(), SocketLoad.class) / size.links;
            double tcp = heap(new Sockets(), SocketLoad.class) / size.links;
            if (round >= 0) {
                table.add("Vert.x WebSocket", LINK, webSocket);
                table.add(TCP, LINK, tcp);
            }
        }
        return table;
    }

    /** What a server keeps for links from another process. */
    private double heap(Server server, Class<?> load, int... more) throws Exception {
        try (server) {
            long before = alive();
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    load.getName(),
                    server.address(),
                    Integer.toString(size.links)));
            Arrays.stream(more).mapToObj(Integer::toString).forEach(command::add);
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = process.inputReader()) {
                if (said.readLine() == null) {
                    throw new IOException(String.join(" ", command) + " has opened nothing");
                }
                return alive() - before;
            } finally {
                process.destroyForcibly().onExit().join();
            }
        }
    }

    /** Bytes on the heap after collections. */
    private static long alive() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(50); // for what cleaners and event loops have to do
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** A target with listeners, on an event loop or on none. */
    private static final class Target implements Holder {
        private final Loops loops = new Loops(1);
        private final TypedEventTarget target;
        private final boolean onEventLoop;

        Target(String url, boolean onEventLoop) {
            target = EventTargets.open(loops.vertx(), url);
            this.onEventLoop = onEventLoop;
        }

        @Override
        public void hold(List<EventType<Order>> types, List<Tally> listeners) throws Exception {
            if (onEventLoop) {
                Loops.await(loops.context(0), () -> add(types, listeners));
            } else {
                Loops.await(add(types, listeners));
            }
        }

        private Future<?> add(List<EventType<Order>> types, List<Tally> listeners) {
            return Future.all(IntStream.range(0, types.size())
                            .mapToObj(i -> target.addEventListener(types.get(i), listeners.get(i))
                                    .ready())
                            .toList())
                    .mapEmpty();
        }

        @Override
        public void close() throws Exception {
            Loops.await(target.close());
            loops.close();
        }
    }

    /** A peer, which has types by class alone. */
    private record Bus(DispatchBenchmark.Listeners bus) implements Holder {
        @Override
        public void hold(List<EventType<Order>> types, List<Tally> listeners) {
            bus.start(listeners);
        }

        @Override
        public void close() {
            bus.stop();
        }
    }

    /** The least that threads can share. */
    private static final class Lists implements Holder {
        private final Map<EventType<Order>, List<EventListener<Order>>> lists = new ConcurrentHashMap<>();

        @Override
        public void hold(List<EventType<Order>> types, List<Tally> listeners) {
            for (int i = 0; i < types.size(); i++) {
                lists.computeIfAbsent(types.get(i), type -> new CopyOnWriteArrayList<>())
                        .add(listeners.get(i));
            }
        }

        @Override
        public void close() {}
    }

    /** A hub. */
    private static final class Hub implements Server {
        private final HubLinks.Server hub;

        Hub(Transport transport) throws Exception {
            hub = new HubLinks.Server(transport, 1);
        }

        @Override
        public String address() {
            return hub.url("json");
        }

        @Override
        public void close() throws Exception {
            hub.close();
        }
    }

    /** WebSockets without a protocol on them. */
    private static final class WebSockets implements Server {
        private final Loops loops = new Loops(1);
        private final HttpServer server =
                loops.vertx().createHttpServer().webSocketHandler(socket -> socket.handler(ignored -> {}));

        WebSockets() throws Exception {
            Loops.await(loops.context(0), () -> server.listen(0, "127.0.0.1"));
        }

        @Override
        public String address() {
            return "ws://127.0.0.1:" + server.actualPort() + "/events";
        }

        @Override
        public void close() throws Exception {
            loops.close();
        }
    }

    /** TCP and nothing on it. */
    private static final class Sockets implements Server {
        private final Loops loops = new Loops(1);
        private final NetServer server =
                loops.vertx().createNetServer().connectHandler(socket -> socket.handler(ignored -> {}));

        Sockets() throws Exception {
            Loops.await(loops.context(0), () -> server.listen(SocketAddress.inetSocketAddress(0, "127.0.0.1")));
        }

        @Override
        public String address() {
            return "tcp://127.0.0.1:" + server.actualPort();
        }

        @Override
        public void close() throws Exception {
            loops.close();
        }
    }
}
