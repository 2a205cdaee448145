package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.HubLinks.Transport;
import dev.eventtarget.benchmarks.RoundTrips.Echo;
import io.netty.handler.codec.quic.Quic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Links over QUIC, next to QUIC without a protocol on it, and to links over WebSocket with TLS. */
public final class QuicBenchmark {
    private static final int DOCUMENTS = 64;
    private static final int PER_WRITE = 64;
    private static final String VERTX = "Vert.x QUIC";
    private static final String BATCHED = VERTX + ", " + PER_WRITE + " messages a write";
    private static final List<Transport> TRANSPORTS = List.of(Transport.QUIC, Transport.WEBSOCKET_TLS);

    private final Rows rows;

    private QuicBenchmark(Rows rows) {
        this.rows = rows;
    }

    static Arrivals documents() {
        return new Arrivals(1, DOCUMENTS);
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
        if (!Quic.isAvailable()) {
            part.note("QUIC is left out: there is no library for it on this platform.");
            return;
        }
        QuicBenchmark benchmark = new QuicBenchmark(rows);
        part.add(benchmark.small());
        part.add(benchmark.large());
        part.add(benchmark.roundTrips());
        part.add(benchmark.spokes());
    }

    private Table small() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        for (Transport transport : TRANSPORTS) {
            openings.put(
                    "eventTarget, " + transport.label + ", spoke to hub",
                    () -> HubLinks.Typed.toHub(transport, "json"));
            openings.put(
                    "eventTarget, " + transport.label + ", spoke to spoke",
                    () -> HubLinks.Typed.toSpoke(transport, "json", false));
        }
        int bytes = WebSocketBenchmark.MESSAGE.length;
        openings.put(VERTX, () -> new QuicPeers.OneWay(WebSocketBenchmark.oneReceiver(), bytes, 1));
        openings.put(BATCHED, () -> new QuicPeers.OneWay(WebSocketBenchmark.oneReceiver(), bytes, PER_WRITE));
        return rows.rates("QUIC: details of 128 bytes", "messages/s", 1, openings, VERTX, BATCHED);
    }

    private Table large() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        for (Transport transport : TRANSPORTS) {
            openings.put(
                    "eventTarget, " + transport.label + ", spoke to hub",
                    () -> HubLinks.Typed.ofDocuments(transport, false));
            openings.put(
                    "eventTarget, " + transport.label + ", spoke to spoke",
                    () -> HubLinks.Typed.ofDocuments(transport, true));
        }
        openings.put(VERTX, () -> new QuicPeers.OneWay(documents(), Document.BYTES, 1));
        return rows.rates("QUIC: details of 64 KiB", "bytes/s", Document.BYTES, openings, VERTX);
    }

    private Table roundTrips() throws Exception {
        Map<String, Rows.Opening<? extends Echo>> openings = new LinkedHashMap<>();
        for (Transport transport : TRANSPORTS) {
            openings.put(
                    "eventTarget, " + transport.label + ", spoke to hub",
                    () -> new HubLinks.SpokeEcho(transport, false));
        }
        openings.put(VERTX, () -> new QuicPeers.Reflection());
        return rows.roundTrips("QUIC: round trip", openings, VERTX);
    }

    /** How long one event takes to so many spokes, and until their listeners have records. */
    private Table spokes() throws Exception {
        Map<Rows.Place, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        for (int spokes : new int[] {1, 10, 100}) {
            for (Transport transport : TRANSPORTS) {
                openings.put(
                        new Rows.Place("eventTarget, " + transport.label, "spokes = " + spokes),
                        () -> new HubLinks.Listening(transport, spokes));
            }
        }
        return rows.costs("QUIC: spokes", "time of an event to all spokes", openings);
    }
}
