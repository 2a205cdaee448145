package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import dev.eventtarget.core.codec.EventCodecs;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Links over WebSocket, next to WebSockets without a protocol on them, NATS, and bare TCP. Prints tables in Markdown. */
public final class WebSocketBenchmark {
    /** 128 bytes of JSON: the message of the peers, and the detail of events. */
    static final byte[] MESSAGE = EventCodecs.named("json").encodeDetail(Order.SAMPLE, Order.class);

    /** How many receivers there are in the fan-out, and how many event loops each side has there. */
    static final int FAN_OUT = 100;

    static final int FAN_OUT_LOOPS = 2;

    private static final int WINDOW = 8192;
    private static final int FAN_OUT_WINDOW = 512;
    private static final int PER_WRITE = 64;

    private static final String NATS = "NATS, 64 made beforehand a write";
    private static final String VERTX = "Vert.x";
    private static final String CONSOLIDATED = "Vert.x, flushes consolidated";

    /** How often and how long; the first rounds are not counted. */
    record Size(int warmUps, int rounds, int millis, int trips) {
        static final Size FULL = new Size(3, 7, 500, 20_000);
        static final Size QUICK = new Size(2, 3, 200, 5_000);
    }

    /** Opens what a row measures. */
    private interface Opening<T> {
        T open() throws Exception;
    }

    private final Size size;
    private final String only;
    private final NatsPeers.@Nullable Server nats;

    private WebSocketBenchmark(Size size, String only, NatsPeers.@Nullable Server nats) {
        this.size = size;
        this.only = only;
        this.nats = nats;
    }

    static Arrivals oneReceiver() {
        return new Arrivals(1, WINDOW);
    }

    static Arrivals manyReceivers() {
        return new Arrivals(FAN_OUT, FAN_OUT_WINDOW);
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} or nothing, and perhaps a part of the names of the rows to run
     */
    public static void main(String... arguments) throws Exception {
        boolean quick = arguments.length > 0 && arguments[0].equals("--quick");
        int used = quick ? 1 : 0;
        if (arguments.length > used + 1) {
            throw new IllegalArgumentException(
                    "It takes --quick and a part of the names of rows, and not " + List.of(arguments));
        }
        run(quick ? Size.QUICK : Size.FULL, arguments.length > used ? arguments[used] : "", System.out);
        System.exit(0); // the peers' threads take their time
    }

    static void run(Size size, String only, PrintStream out) throws Exception {
        try (NatsPeers.Server nats = NatsPeers.Server.start()) {
            WebSocketBenchmark benchmark = new WebSocketBenchmark(size, only, nats);
            out.printf(
                    "%nJava %s, %s%n",
                    System.getProperty("java.version"),
                    nats == null ? "without NATS: there is no nats-server on the path" : "NATS " + nats.version());
            out.print(benchmark.oneWay());
            out.print(benchmark.fanOut());
            out.print(benchmark.roundTrips());
        }
    }

    private String oneWay() throws Exception {
        Map<String, Opening<? extends Carrier>> rows = new LinkedHashMap<>();
        rows.put("**eventTarget**, spoke to spoke", () -> HubLinks.Typed.toSpoke("json", false));
        rows.put("**eventTarget**, spoke to spoke, CBOR", () -> HubLinks.Typed.toSpoke("cbor", false));
        rows.put(
                "**eventTarget**, spoke to spoke, published on an event loop",
                () -> HubLinks.Typed.toSpoke("json", true));
        rows.put("**eventTarget**, spoke to hub", () -> HubLinks.Typed.toHub("json"));
        for (String codec : List.of("json", "cbor")) {
            for (int perMessage : new int[] {PER_WRITE, 1}) {
                rows.put(
                        "**eventTarget**, forwarding " + codec.toUpperCase(Locale.ROOT) + ", " + perMessage
                                + " a message",
                        () -> HubLinks.Forwarding.oneWay(codec, perMessage, PER_WRITE));
            }
        }
        rows.put(VERTX, () -> new WebSocketPeers.VertxOneWay(1, false));
        rows.put(CONSOLIDATED, () -> new WebSocketPeers.VertxOneWay(1, true));
        rows.put("Vert.x, 32 messages a frame", () -> new WebSocketPeers.VertxOneWay(32, false));
        rows.put("Java-WebSocket", () -> new WebSocketPeers.JavaWebSocket());
        rows.put("Jetty", () -> new WebSocketPeers.Jetty());
        NatsPeers.Server server = nats;
        if (server != null) {
            rows.put("NATS, its Java client", () -> new NatsPeers.Client(server));
            rows.put(NATS, () -> NatsPeers.Sockets.oneWay(server, PER_WRITE));
        }
        rows.put("TCP, 64 messages a write", () -> new TcpPeers.OneWay(PER_WRITE));
        return rates("One link, one way", "messages/s", rows, 1);
    }

    private String fanOut() throws Exception {
        Map<String, Opening<? extends Carrier>> rows = new LinkedHashMap<>();
        rows.put("**eventTarget**, from the hub", () -> new HubLinks.FanOut("json", true));
        rows.put("**eventTarget**, from the hub, one event a message", () -> new HubLinks.FanOut("json", false));
        rows.put("**eventTarget**, forwarding JSON", () -> HubLinks.Forwarding.fanOut("json", PER_WRITE, PER_WRITE));
        rows.put("**eventTarget**, forwarding CBOR", () -> HubLinks.Forwarding.fanOut("cbor", PER_WRITE, PER_WRITE));
        rows.put(VERTX, () -> new WebSocketPeers.VertxFanOut(false));
        rows.put(CONSOLIDATED, () -> new WebSocketPeers.VertxFanOut(true));
        NatsPeers.Server server = nats;
        if (server != null) {
            rows.put(NATS, () -> NatsPeers.Sockets.fanOut(server, PER_WRITE));
        }
        rows.put("TCP, 16 messages a write", () -> new TcpPeers.FanOut(16));
        return rates("Fan-out to " + FAN_OUT + " links", "deliveries/s", rows, FAN_OUT);
    }

    /** In turn, so that what the machine does meanwhile hits all alike; each row for the same time. */
    private String rates(String title, String unit, Map<String, Opening<? extends Carrier>> openings, int receivers)
            throws Exception {
        Map<String, double[]> rates = new LinkedHashMap<>();
        Map<String, Integer> windows = new LinkedHashMap<>();
        Map<String, Carrier> rows = open(openings);
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Map.Entry<String, Carrier> row : rows.entrySet()) {
                Arrivals arrivals = row.getValue().arrivals();
                int count = windows.getOrDefault(row.getKey(), 4);
                long nanos = arrivals.measure(row.getValue(), count);
                if (round < 0) {
                    windows.put(row.getKey(), (int) Math.max(4, count * size.millis * 1e6 / nanos));
                } else {
                    rates.computeIfAbsent(row.getKey(), name -> new double[size.rounds])[round] =
                            (double) receivers * count * arrivals.window() * 1e9 / nanos;
                }
            }
        }
        closeAll(rows.values());
        String reference = nats == null ? CONSOLIDATED : NATS;
        if (rates.isEmpty()) {
            return "";
        }
        double[] limit = rates.get(reference);
        StringBuilder table = new StringBuilder("\n### " + title + "\n\n|  | " + unit + " | from – to | of " + reference
                + " |\n|---|---:|---:|---:|\n");
        rates.forEach((name, each) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.2f M | %.2f – %.2f | %s |%n",
                name,
                median(each) / 1e6,
                Arrays.stream(each).min().orElseThrow() / 1e6,
                Arrays.stream(each).max().orElseThrow() / 1e6,
                limit == null ? "" : ratio(median(each), median(limit)))));
        return table.toString();
    }

    private String roundTrips() throws Exception {
        Map<String, Opening<? extends Echo>> openings = new LinkedHashMap<>();
        openings.put("**eventTarget**, spoke to hub", () -> new HubLinks.SpokeEcho(false));
        openings.put("**eventTarget**, spoke to spoke, through the hub", () -> new HubLinks.SpokeEcho(true));
        openings.put(VERTX, () -> new WebSocketPeers.VertxEcho());
        NatsPeers.Server server = nats;
        if (server != null) {
            openings.put("NATS, its Java client, through the server", () -> new NatsPeers.ClientEcho(server));
            openings.put("NATS, sockets, through the server", () -> new NatsPeers.SocketsEcho(server));
        }
        openings.put("TCP", () -> new TcpPeers.Reflection());
        Map<String, Echo> rows = open(openings);
        Map<String, List<long[]>> results = new LinkedHashMap<>();
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Map.Entry<String, Echo> row : rows.entrySet()) {
                long[] nanos = new long[size.trips];
                row.getValue().measure(nanos);
                if (round >= 0) {
                    Arrays.sort(nanos);
                    results.computeIfAbsent(row.getKey(), name -> new ArrayList<>())
                            .add(nanos);
                }
            }
        }
        closeAll(rows.values());
        if (results.isEmpty()) {
            return "";
        }
        List<long[]> reference = results.get(VERTX);
        StringBuilder table = new StringBuilder(
                "\n### Round trip\n\n|  | p50 | p99 | p50 of " + VERTX + " |\n|---|---:|---:|---:|\n");
        results.forEach((name, each) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.1f µs | %.0f µs | %s |%n",
                name,
                micros(each, 0.5),
                micros(each, 0.99),
                reference == null ? "" : ratio(micros(each, 0.5), micros(reference, 0.5)))));
        return table.toString();
    }

    private <T> Map<String, T> open(Map<String, Opening<? extends T>> openings) throws Exception {
        Map<String, T> rows = new LinkedHashMap<>();
        for (Map.Entry<String, Opening<? extends T>> one : openings.entrySet()) {
            if (one.getKey().contains(only)) {
                rows.put(one.getKey(), one.getValue().open());
            }
        }
        return rows;
    }

    private static void closeAll(Iterable<? extends AutoCloseable> rows) throws Exception {
        for (AutoCloseable row : rows) {
            row.close();
        }
    }

    private static String ratio(double value, double reference) {
        return String.format(Locale.ROOT, "%.2f", value / reference);
    }

    private static double micros(List<long[]> rounds, double quantile) {
        return median(rounds.stream()
                        .mapToDouble(sorted -> sorted[(int) (sorted.length * quantile)])
                        .toArray())
                / 1e3;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
