package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import dev.eventtarget.core.codec.EventCodecs;
import java.io.PrintStream;
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

    private final Rows rows;
    private final NatsPeers.@Nullable Server nats;

    private WebSocketBenchmark(Rows rows, NatsPeers.@Nullable Server nats) {
        this.rows = rows;
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
        run(Rows.of(arguments), System.out);
        System.exit(0); // the peers' threads take their time
    }

    static void run(Rows rows, PrintStream out) throws Exception {
        try (NatsPeers.Server nats = NatsPeers.Server.start()) {
            WebSocketBenchmark benchmark = new WebSocketBenchmark(rows, nats);
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
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        openings.put(
                "**eventTarget**, spoke to spoke",
                () -> HubLinks.Typed.toSpoke(HubLinks.Transport.WEBSOCKET, "json", false));
        openings.put(
                "**eventTarget**, spoke to spoke, CBOR",
                () -> HubLinks.Typed.toSpoke(HubLinks.Transport.WEBSOCKET, "cbor", false));
        openings.put(
                "**eventTarget**, spoke to spoke, published on an event loop",
                () -> HubLinks.Typed.toSpoke(HubLinks.Transport.WEBSOCKET, "json", true));
        openings.put("**eventTarget**, spoke to hub", () -> HubLinks.Typed.toHub(HubLinks.Transport.WEBSOCKET, "json"));
        for (String codec : List.of("json", "cbor")) {
            for (int perMessage : new int[] {PER_WRITE, 1}) {
                openings.put(
                        "**eventTarget**, forwarding " + codec.toUpperCase(Locale.ROOT) + ", " + perMessage
                                + " a message",
                        () -> HubLinks.Forwarding.oneWay(codec, perMessage, PER_WRITE));
            }
        }
        openings.put(VERTX, () -> new WebSocketPeers.VertxOneWay(1, false));
        openings.put(CONSOLIDATED, () -> new WebSocketPeers.VertxOneWay(1, true));
        openings.put("Vert.x, 32 messages a frame", () -> new WebSocketPeers.VertxOneWay(32, false));
        openings.put("Java-WebSocket", () -> new WebSocketPeers.JavaWebSocket());
        openings.put("Jetty", () -> new WebSocketPeers.Jetty());
        NatsPeers.Server server = nats;
        if (server != null) {
            openings.put("NATS, its Java client", () -> new NatsPeers.Client(server));
            openings.put(NATS, () -> NatsPeers.Sockets.oneWay(server, PER_WRITE));
        }
        openings.put("TCP, 64 messages a write", () -> new TcpPeers.OneWay(PER_WRITE));
        return rows.rates("One link, one way", "messages/s", 1, openings, reference());
    }

    private String fanOut() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        openings.put("**eventTarget**, from the hub", () -> new HubLinks.FanOut("json", true));
        openings.put("**eventTarget**, from the hub, one event a message", () -> new HubLinks.FanOut("json", false));
        openings.put(
                "**eventTarget**, forwarding JSON", () -> HubLinks.Forwarding.fanOut("json", PER_WRITE, PER_WRITE));
        openings.put(
                "**eventTarget**, forwarding CBOR", () -> HubLinks.Forwarding.fanOut("cbor", PER_WRITE, PER_WRITE));
        openings.put(VERTX, () -> new WebSocketPeers.VertxFanOut(false));
        openings.put(CONSOLIDATED, () -> new WebSocketPeers.VertxFanOut(true));
        NatsPeers.Server server = nats;
        if (server != null) {
            openings.put(NATS, () -> NatsPeers.Sockets.fanOut(server, PER_WRITE));
        }
        openings.put("TCP, 16 messages a write", () -> new TcpPeers.FanOut(16));
        return rows.rates("Fan-out to " + FAN_OUT + " links", "deliveries/s", FAN_OUT, openings, reference());
    }

    private String reference() {
        return nats == null ? CONSOLIDATED : NATS;
    }

    private String roundTrips() throws Exception {
        Map<String, Rows.Opening<? extends Echo>> openings = new LinkedHashMap<>();
        openings.put(
                "**eventTarget**, spoke to hub", () -> new HubLinks.SpokeEcho(HubLinks.Transport.WEBSOCKET, false));
        openings.put(
                "**eventTarget**, spoke to spoke, through the hub",
                () -> new HubLinks.SpokeEcho(HubLinks.Transport.WEBSOCKET, true));
        openings.put(VERTX, () -> new WebSocketPeers.VertxEcho());
        NatsPeers.Server server = nats;
        if (server != null) {
            openings.put("NATS, its Java client, through the server", () -> new NatsPeers.ClientEcho(server));
            openings.put("NATS, sockets, through the server", () -> new NatsPeers.SocketsEcho(server));
        }
        openings.put("TCP", () -> new TcpPeers.Reflection());
        return rows.roundTrips("Round trip", openings, VERTX);
    }
}
