package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.HubLinks.Transport;
import dev.eventtarget.benchmarks.RoundTrips.Echo;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Links over QUIC, next to QUIC without a protocol on it, and to links over WebSocket with TLS. Prints tables in Markdown. */
public final class QuicBenchmark {
    private static final int DOCUMENTS = 64;
    private static final int PER_WRITE = 64;
    private static final String VERTX = "Vert.x QUIC";
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
    public static void main(String... arguments) throws Exception {
        run(Rows.of(arguments), System.out);
        System.exit(0); // the libraries' threads take their time
    }

    static void run(Rows rows, PrintStream out) throws Exception {
        QuicBenchmark benchmark = new QuicBenchmark(rows);
        out.printf("%nJava %s%n", System.getProperty("java.version"));
        out.print(benchmark.small());
        out.print(benchmark.large());
        out.print(benchmark.roundTrips());
    }

    private String small() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        for (Transport transport : TRANSPORTS) {
            openings.put(
                    "**eventTarget**, " + transport.label + ", spoke to hub",
                    () -> HubLinks.Typed.toHub(transport, "json"));
            openings.put(
                    "**eventTarget**, " + transport.label + ", spoke to spoke",
                    () -> HubLinks.Typed.toSpoke(transport, "json", false));
        }
        int bytes = WebSocketBenchmark.MESSAGE.length;
        openings.put(VERTX, () -> new QuicPeers.OneWay(WebSocketBenchmark.oneReceiver(), bytes, 1));
        openings.put(
                VERTX + ", " + PER_WRITE + " messages a write",
                () -> new QuicPeers.OneWay(WebSocketBenchmark.oneReceiver(), bytes, PER_WRITE));
        return rows.rates("Details of 128 bytes", "messages/s", 1, openings, VERTX);
    }

    private String large() throws Exception {
        Map<String, Rows.Opening<? extends Carrier>> openings = new LinkedHashMap<>();
        for (Transport transport : TRANSPORTS) {
            openings.put(
                    "**eventTarget**, " + transport.label + ", spoke to hub",
                    () -> HubLinks.Typed.ofDocuments(transport, false));
            openings.put(
                    "**eventTarget**, " + transport.label + ", spoke to spoke",
                    () -> HubLinks.Typed.ofDocuments(transport, true));
        }
        openings.put(VERTX, () -> new QuicPeers.OneWay(documents(), Document.BYTES, 1));
        return rows.rates("Details of 64 KiB", "bytes/s", Document.BYTES, openings, VERTX);
    }

    private String roundTrips() throws Exception {
        Map<String, Rows.Opening<? extends Echo>> openings = new LinkedHashMap<>();
        for (Transport transport : TRANSPORTS) {
            openings.put(
                    "**eventTarget**, " + transport.label + ", spoke to hub",
                    () -> new HubLinks.SpokeEcho(transport, false));
        }
        openings.put(VERTX, () -> new QuicPeers.Reflection());
        return rows.roundTrips("Round trip", openings, VERTX);
    }
}
