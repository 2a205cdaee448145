package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import dev.eventtarget.core.codec.EventCodecs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Links over WebSocket, next to WebSockets without a protocol on them, NATS, and bare TCP. */
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
    private static final String FROM_HUB = "eventTarget, from the hub";
    private static final String TCP = "TCP, 64 messages a write";
    private static final String TCP_FAN_OUT = "TCP, 16 messages a write";
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

    /** The more there are, the fewer messages are on the way. */
    static Arrivals receivers(int count) {
        return new Arrivals(
                count, Math.max(PER_WRITE, Math.min(WINDOW, FAN_OUT * FAN_OUT_WINDOW / count / PER_WRITE * PER_WRITE)));
    }

    /**
     * Runs it.
     *
     * @param arguments {@code --quick} or nothing, and perhaps a part of the names of the rows to run
     */
    public static void main(String... arguments) {
        Part.measure(part -> run(Rows.of(arguments), part));
    }

    static void run(Rows rows, Part part) throws Exception {
        try (NatsPeers.Server nats = NatsPeers.Server.start()) {
            WebSocketBenchmark benchmark = new WebSocketBenchmark(rows, nats);
            part.note(
                    nats == null
                            ? "NATS is left out: there is no `nats-server` on the `PATH`."
                            : "NATS is " + nats.version() + ".");
            part.add(benchmark.oneWay());
            part.add(benchmark.fanOut());
            part.add(benchmark.roundTrips());
            part.add(benchmark.spokes());
        }
    }

    private Table oneWay() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        openings.put(
                "eventTarget, spoke to spoke",
                () -> HubLinks.Typed.toSpoke(HubLinks.Transport.WEBSOCKET, "json", false));
        openings.put(
                "eventTarget, spoke to spoke, CBOR",
                () -> HubLinks.Typed.toSpoke(HubLinks.Transport.WEBSOCKET, "cbor", false));
        openings.put(
                "eventTarget, spoke to spoke, published on an event loop",
                () -> HubLinks.Typed.toSpoke(HubLinks.Transport.WEBSOCKET, "json", true));
        openings.put("eventTarget, spoke to hub", () -> HubLinks.Typed.toHub(HubLinks.Transport.WEBSOCKET, "json"));
        for (String codec : List.of("json", "cbor")) {
            for (int perMessage : new int[] {PER_WRITE, 1}) {
                openings.put(
                        "eventTarget, forwarding " + codec.toUpperCase(Locale.ROOT) + ", " + perMessage + " a message",
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
        openings.put(TCP, () -> new TcpPeers.OneWay(PER_WRITE));
        return rows.rates("WebSocket: one link, one way", "messages/s", 1, openings, NATS, CONSOLIDATED, TCP);
    }

    private Table fanOut() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        openings.put(FROM_HUB, () -> new HubLinks.FanOut("json", true, FAN_OUT));
        openings.put(FROM_HUB + ", one event a message", () -> new HubLinks.FanOut("json", false, FAN_OUT));
        openings.put("eventTarget, forwarding JSON", () -> HubLinks.Forwarding.fanOut("json", PER_WRITE, PER_WRITE));
        openings.put("eventTarget, forwarding CBOR", () -> HubLinks.Forwarding.fanOut("cbor", PER_WRITE, PER_WRITE));
        openings.put(VERTX, () -> new WebSocketPeers.VertxFanOut(false));
        openings.put(CONSOLIDATED, () -> new WebSocketPeers.VertxFanOut(true));
        NatsPeers.Server server = nats;
        if (server != null) {
            openings.put(NATS, () -> NatsPeers.Sockets.fanOut(server, PER_WRITE, FAN_OUT));
        }
        openings.put(TCP_FAN_OUT, () -> new TcpPeers.FanOut(16, FAN_OUT));
        return rows.rates(
                "WebSocket: fan-out to " + FAN_OUT + " links",
                "deliveries/s",
                FAN_OUT,
                openings,
                NATS,
                CONSOLIDATED,
                TCP_FAN_OUT);
    }

    /** How long one event takes to so many links. */
    private Table spokes() throws Exception {
        Map<Rows.Place, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        NatsPeers.Server server = nats;
        for (int spokes : new int[] {1, 10, 100, 1000}) {
            String column = "spokes = " + spokes;
            openings.put(new Rows.Place(FROM_HUB, column), () -> new HubLinks.FanOut("json", true, spokes));
            if (server != null) {
                openings.put(new Rows.Place(NATS, column), () -> NatsPeers.Sockets.fanOut(server, PER_WRITE, spokes));
            }
            openings.put(new Rows.Place(TCP_FAN_OUT, column), () -> new TcpPeers.FanOut(16, spokes));
        }
        return rows.costs("WebSocket: spokes", "time of an event to all spokes", openings, NATS, TCP_FAN_OUT);
    }

    private Table roundTrips() throws Exception {
        Map<String, Rows.Opening<? extends Echo>> openings = new LinkedHashMap<>();
        openings.put("eventTarget, spoke to hub", () -> new HubLinks.SpokeEcho(HubLinks.Transport.WEBSOCKET, false));
        openings.put(
                "eventTarget, spoke to spoke, through the hub",
                () -> new HubLinks.SpokeEcho(HubLinks.Transport.WEBSOCKET, true));
        openings.put(VERTX, () -> new WebSocketPeers.VertxEcho());
        NatsPeers.Server server = nats;
        if (server != null) {
            openings.put("NATS, its Java client, through the server", () -> new NatsPeers.ClientEcho(server));
            openings.put("NATS, sockets, through the server", () -> new NatsPeers.SocketsEcho(server));
        }
        openings.put("TCP", () -> new TcpPeers.Reflection());
        return rows.roundTrips("WebSocket: round trip", openings, VERTX, "TCP");
    }
}
