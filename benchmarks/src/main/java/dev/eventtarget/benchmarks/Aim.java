package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.Table.Spread;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a figure should be.
 *
 * @param what in words
 * @param table its title
 * @param row in it
 * @param column in it; empty for the only one
 * @param references the row that it is compared with, the first of these that is there; none for a figure by itself
 * @param atLeast whether more is better
 * @param bound in the table's unit, or a ratio
 * @param inTheWay what is known to stand in the way
 */
record Aim(
        String what,
        String table,
        String row,
        String column,
        List<String> references,
        boolean atLeast,
        double bound,
        String inTheWay) {

    private static final String DISPATCH =
            "Before the first listener is called, fields that other threads may change are"
                    + " read: whether the target and this handle on it are open, and whether it refuses events. With few listeners that"
                    + " fixed part is most of what is added to the loop.";
    private static final String HAND_OVER =
            "The largest part of the publisher's time is waking event loops that have run"
                    + " out of events. Why `SubmissionPublisher` does better with several consumers is not established.";
    private static final String PLAIN_APPEND = "Event Target encodes each record, where the reference writes bytes made"
            + " beforehand and has more batches on the way.";
    private static final String APPEND =
            "An idempotent append runs a script at the server, which takes longer there than the"
                    + " bare command. The less the server gives, the more that weighs.";
    private static final String END_TO_END = "By default the limit is the server, where the script that makes appends"
            + " idempotent takes longer than the bare command. Without it, it is the client: each event's ID is hashed for"
            + " the window against duplicates and for its acknowledgement.";
    private static final String REDIS_LATENCY =
            "By hand, publisher and consumer own the event loops of their connections."
                    + " Event Target's connections have event loops of their own, so an event is handed over once more on each"
                    + " side; by default there is also the script at the server.";
    private static final String TYPED =
            "Each event is encoded once, read as a frame twice and decoded once; most of the"
                    + " receiving spoke's time is Jackson making records.";
    private static final String FORWARDING =
            "A hub has one event loop for a link, and checks the JSON that it passes on;"
                    + " nats-server does not look into a message.";
    private static final String FAN_OUT = "Not known.";
    private static final String WEB_SOCKET_TRIP =
            "There and back, a message passes a queue and a turn of an event loop more" + " than without a protocol.";
    private static final String QUIC_SMALL = "Half of the time of the spoke's event loop is system calls that send one"
            + " datagram each, and much of the hub's is decoding records. The reference sends fewer bytes a message,"
            + " decodes nothing and acknowledges nothing.";
    private static final String QUIC_LARGE =
            "Each text is encoded, checked and decoded, which the reference does not do. What"
                    + " weighs most was not established.";
    private static final String QUIC_TRIP =
            "Two datagrams go each way where one would do: the answer is written behind the"
                    + " turn that has read the message, when QUIC has acknowledged that in a datagram of its own.";

    private static final String OWN = "eventTarget";
    private static final String PLAIN = OWN + ", idempotent=false";
    private static final List<String> LIMIT = List.of("redis-benchmark -P 256", "socket, 256 commands a write");
    private static final List<String> BY_HAND = List.of("Vert.x client by hand");
    private static final String END = "Redis: end to end";
    private static final String PUBLISH = "Redis: publish";
    private static final String BATCHED = "Vert.x QUIC, 64 messages a write";
    private static final String QUIC_HUB = OWN + ", QUIC, spoke to hub";

    static final List<Aim> ALL = List.of(
            new Aim(
                    "Dispatch to one listener in less than 10 ns",
                    "DispatchBenchmark",
                    OWN,
                    "listeners = 1",
                    List.of(),
                    false,
                    10e-9,
                    DISPATCH),
            atMost("Dispatch to 10 listeners within 1.5 of an array loop", "DispatchBenchmark", OWN)
                    .in("listeners = 10", 1.5, List.of("arrayLoop"), DISPATCH),
            atMost("Dispatch to 100 listeners within 1.5 of an array loop", "DispatchBenchmark", OWN)
                    .in("listeners = 100", 1.5, List.of("arrayLoop"), DISPATCH),
            new Aim(
                    "Dispatch allocates nothing",
                    "DispatchBenchmark, allocated",
                    OWN,
                    "listeners = 100",
                    List.of(),
                    false,
                    1,
                    DISPATCH),
            atLeast("Hand over to one consumer as fast as `SubmissionPublisher`", "HandOverBenchmark", OWN)
                    .in("consumers = 1", 1, List.of("submissionPublisher"), HAND_OVER),
            atLeast("Hand over to four consumers as fast as `SubmissionPublisher`", "HandOverBenchmark", OWN)
                    .in("consumers = 4", 1, List.of("submissionPublisher"), HAND_OVER),
            atLeast("Publish to Redis without idempotence at 0.8 of the limit", PUBLISH, PLAIN)
                    .in("", 0.8, LIMIT, PLAIN_APPEND),
            atLeast("Publish to Redis at half of the limit", PUBLISH, OWN).in("", 0.5, LIMIT, APPEND),
            atLeast("Through Redis without idempotence at 0.85 of the Vert.x client by hand", END, PLAIN)
                    .in("", 0.85, BY_HAND, END_TO_END),
            atLeast("Through Redis at 0.85 of the Vert.x client by hand", END, OWN)
                    .in("", 0.85, BY_HAND, END_TO_END),
            atLeast("Through Redis ten times as fast as Redisson", END, OWN)
                    .in("", 10, List.of("Redisson, reliable topic"), END_TO_END),
            atMost("Latency through Redis within 1.3 of the Vert.x client by hand", "Redis: latency", OWN)
                    .in("p50", 1.3, BY_HAND, REDIS_LATENCY),
            new Aim(
                    "A million events a second from spoke to spoke",
                    "WebSocket: one link, one way",
                    OWN + ", spoke to spoke",
                    "",
                    List.of(),
                    true,
                    1e6,
                    TYPED),
            atLeast("Forward as fast as NATS", "WebSocket: one link, one way", OWN + ", forwarding JSON, 64 a message")
                    .in("", 1, List.of("NATS, 64 made beforehand a write"), FORWARDING),
            new Aim(
                    "Four million deliveries a second to 100 links",
                    "WebSocket: fan-out to 100 links",
                    OWN + ", from the hub",
                    "",
                    List.of(),
                    true,
                    4e6,
                    FAN_OUT),
            atMost(
                            "Round trip within 1.5 of Vert.x without a protocol",
                            "WebSocket: round trip",
                            OWN + ", spoke to hub")
                    .in("p50", 1.5, List.of("Vert.x"), WEB_SOCKET_TRIP),
            atLeast(
                            "Details of 128 bytes over QUIC at 0.8 of Vert.x that writes as much at once",
                            "QUIC: details of 128 bytes",
                            QUIC_HUB)
                    .in("", 0.8, List.of(BATCHED), QUIC_SMALL),
            atLeast("Details of 64 KiB over QUIC at 0.9 of Vert.x", "QUIC: details of 64 KiB", QUIC_HUB)
                    .in("", 0.9, List.of("Vert.x QUIC"), QUIC_LARGE),
            atMost("Round trip over QUIC within 1.5 of Vert.x", "QUIC: round trip", QUIC_HUB)
                    .in("p50", 1.5, List.of("Vert.x QUIC"), QUIC_TRIP));

    private record Beginning(String what, String table, String row, boolean atLeast) {
        Aim in(String column, double bound, List<String> references, String inTheWay) {
            return new Aim(what, table, row, column, references, atLeast, bound, inTheWay);
        }
    }

    private static Beginning atLeast(String what, String table, String row) {
        return new Beginning(what, table, row, true);
    }

    private static Beginning atMost(String what, String table, String row) {
        return new Beginning(what, table, row, false);
    }

    /** What came of it: null where it was not measured. */
    @Nullable Result result(List<Table> tables) {
        for (Table each : tables) {
            if (each.title().equals(table)) {
                String in = column.isEmpty() ? each.columns().get(0) : column;
                if (references.isEmpty()) {
                    return result(each.spread(row, in), each.unit()::format);
                }
                for (String reference : references) {
                    if (each.rows().containsKey(reference)) {
                        return result(each.ratio(row, reference, in), Table::digits);
                    }
                }
            }
        }
        return null;
    }

    private @Nullable Result result(@Nullable Spread spread, Function<Double, String> figure) {
        if (spread == null) {
            return null;
        }
        double worst = atLeast ? spread.from() : spread.to();
        return new Result(
                spread.format(figure),
                !reaches(spread.median()) ? Verdict.MISSED : reaches(worst) ? Verdict.MET : Verdict.MOSTLY_MET);
    }

    private boolean reaches(double value) {
        return atLeast ? value >= bound : value <= bound;
    }

    /** Whether it was reached. */
    enum Verdict {
        MET("met"),
        MOSTLY_MET("met by the median"),
        MISSED("**missed**");

        final String label;

        Verdict(String label) {
            this.label = label;
        }
    }

    /**
     * What came of it.
     *
     * @param measured the median, and the least and most
     * @param verdict by the median
     */
    record Result(String measured, Verdict verdict) {}
}
