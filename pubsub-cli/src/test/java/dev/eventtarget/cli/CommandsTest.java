package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private static final Vertx VERTX = Vertx.vertx();

    private final String url = "memory:" + UUID.randomUUID() + "?history=10000";

    /** Keeps what was published while no command has the target open. */
    private TypedEventTarget target;

    @BeforeEach
    void open() {
        target = EventTargets.open(VERTX, url);
    }

    @AfterEach
    void close() {
        target.close().await();
    }

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    private Cli pub(String in, String... args) {
        return cli(in, "pub", args);
    }

    private Cli sub(String... args) {
        return cli("", "sub", args);
    }

    private Cli cli(String in, String command, String... args) {
        return Cli.run(
                VERTX,
                in,
                Stream.concat(Stream.of(command, "--url", url), Stream.of(args)).toArray(String[]::new));
    }

    private static String line(String type, String detail) {
        return "{\"type\":\"" + type + "\",\"detail\":" + detail + "}";
    }

    private static String lines(int count) {
        StringBuilder lines = new StringBuilder();
        IntStream.range(0, count)
                .forEach(i -> lines.append(line("tick", "" + i)).append('\n'));
        return lines.toString();
    }

    /** What a target has, as 'sub' prints it. */
    private List<String> published(int count) {
        Cli sub = sub("--from", "earliest", "--count", "" + count, "--timeout", "60s", ">");
        assertEquals(Main.OK, sub.exit(), sub.err());
        return sub.lines();
    }

    @Nested
    class Pub {
        @Test
        void publishesStandardInput() {
            String line =
                    "{\"type\":\"order.placed:42\",\"id\":\"e1\",\"time\":\"2026-01-02T03:04:05Z\",\"source\":\"shop\","
                            + "\"headers\":{\"a\":\"b\"},\"detail\":{\"n\": 1.50}}";

            Cli pub = pub(line + "\n" + line("tick", "null"));

            assertEquals(Main.OK, pub.exit(), pub.err());
            assertTrue(pub.err().contains("published 2 events in "), pub.err());
            assertEquals("", pub.out());
            assertEquals(List.of(line, line("tick", "null")), published(2));
        }

        @Test
        void publishesAFile(@TempDir Path directory) throws IOException {
            Path file = Files.writeString(directory.resolve("events.ndjson"), lines(5000));

            Cli pub = pub("", "--file", file.toString());

            assertEquals(Main.OK, pub.exit(), pub.err());
            assertTrue(pub.err().contains("published 5000 events in "), pub.err());
            assertEquals(lines(5000).lines().toList(), published(5000));
        }

        @Test
        void publishesOneEventFromItsArguments() {
            Cli pub = pub("", "order.placed:42", "{\"n\": 1}");

            assertEquals(Main.OK, pub.exit(), pub.err());
            assertTrue(pub.err().contains("published 1 event in "), pub.err());
            assertEquals(List.of(line("order.placed:42", "{\"n\": 1}")), published(1));
        }

        @Test
        void stopsAtABadLineAndNamesIt() {
            Cli pub = pub(line("a", "1") + "\n" + line("b", "{") + "\n" + line("c", "3"));

            assertEquals(Main.FAILED, pub.exit());
            assertTrue(pub.err().lines().anyMatch(line -> line.startsWith("line 2: ")), pub.err());
            assertTrue(pub.err().contains("published 1 event in "), pub.err());
            assertEquals(List.of(line("a", "1")), published(1));
        }

        @Test
        void skipsBadLinesIfAskedTo() {
            Cli pub = pub(
                    String.join(
                            "\n", line("a", "1"), "no json", line("b..c", "2"), "", "{\"detail\":3}", line("d", "4")),
                    "--skip-bad");

            assertEquals(Main.FAILED, pub.exit());
            for (int bad : new int[] {2, 3, 5}) {
                assertEquals(
                        1,
                        pub.err()
                                .lines()
                                .filter(line -> line.startsWith("line " + bad + ": "))
                                .count(),
                        pub.err());
            }
            assertTrue(pub.err().contains("published 2 events in "), pub.err());
            assertEquals(List.of(line("a", "1"), line("d", "4")), published(2));
        }

        @Test
        void refusesAnEventThatIsNone() {
            Cli badType = pub("", "order..placed", "1");
            assertEquals(Main.USAGE, badType.exit());
            assertTrue(badType.err().contains("'order..placed' is no event type name"), badType.err());

            assertEquals(Main.USAGE, pub("", "order.placed", "{").exit());
            assertEquals(Main.USAGE, pub("", "order.*", "1").exit());
        }

        @Test
        void refusesOptionsThatDoNotGoTogether() {
            assertEquals(Main.USAGE, pub("", "order.placed").exit());
            assertEquals(Main.USAGE, pub("", "order.placed", "1", "--file", "x").exit());
            assertEquals(Main.USAGE, pub("", "order.placed", "1", "2").exit());
        }

        @Test
        void saysWhichFileItCannotRead() {
            Cli pub = pub("", "--file", "/there/is/no/such.ndjson");

            assertEquals(Main.USAGE, pub.exit());
            assertTrue(pub.err().contains("/there/is/no/such.ndjson"), pub.err());
        }
    }

    @Nested
    class Sub {
        @Test
        void printsOnlyWhatMatches() {
            pub(String.join("\n", line("order.placed:1", "1"), line("user.created", "2"), line("order.paid", "3")));

            Cli sub = sub("--from", "earliest", "--count", "2", "--timeout", "60s", "order.*");

            assertEquals(Main.OK, sub.exit(), sub.err());
            assertEquals(List.of(line("order.placed:1", "1"), line("order.paid", "3")), sub.lines());
        }

        @Test
        void listensToSeveralPatterns() {
            pub(String.join("\n", line("a.b", "1"), line("c", "2"), line("d", "3")));

            Cli.Running sub = start("--from", "earliest", "a.>", "d", "d");
            await().atMost(Cli.LONG).until(() -> sub.out().toString().lines().count() >= 2);

            sub.thread().interrupt(); // it then prints what has arrived already
            Cli ended = sub.result().join();
            assertEquals(Main.OK, ended.exit(), ended.err());
            assertEquals(
                    List.of(line("a.b", "1"), line("d", "3")),
                    ended.lines().stream().sorted().toList());
        }

        @Test
        void endsAtTheCount() {
            pub(lines(3000));

            Cli sub = sub("--from", "earliest", "--count", "2000", "--timeout", "60s", "tick");

            assertEquals(Main.OK, sub.exit(), sub.err());
            assertEquals(lines(2000).lines().toList(), sub.lines());
        }

        @Test
        void failsWhenTimeIsUpBeforeTheCount() {
            pub(lines(2));

            Cli sub = sub("--from", "earliest", "--count", "3", "--timeout", "10s", "tick");

            assertEquals(Main.FAILED, sub.exit());
            assertEquals(2, sub.lines().size());
            assertTrue(sub.err().contains("the time was up after 2 of 3 events"), sub.err());
        }

        @Test
        void endsInTimeAlthoughNobodyIsThere() {
            Cli sub = Cli.run(VERTX, "", "sub", "--url", "ws://127.0.0.1:1/events", "--timeout", "300ms", "tick");

            assertEquals(Main.FAILED, sub.exit());
            assertTrue(sub.err().contains("Not listening after 300 ms"), sub.err());
        }

        @Test
        void listensFromNowOnByDefault() {
            pub(lines(10));
            Cli.Running sub = start("--count", "1", "--timeout", "60s", "tick", "tock");
            await().atMost(Cli.LONG).until(() -> sub.err().toString().contains("listening"));

            pub(line("tick", "\"new\""));

            assertEquals(List.of(line("tick", "\"new\"")), sub.result().join().lines());
        }

        @Test
        void goesOnBehindAPosition() {
            pub(lines(10));
            Cli first = sub("--from", "earliest", "--count", "4", "--timeout", "60s", "tick");
            String hint = first.err()
                    .lines()
                    .filter(line -> line.startsWith("to go on behind the last event: --from "))
                    .findFirst()
                    .orElseThrow();

            Cli second = sub(
                    "--from", hint.substring(hint.lastIndexOf(' ') + 1), "--count", "6", "--timeout", "60s", "tick");

            assertEquals(Main.OK, second.exit(), second.err());
            List<String> all = new ArrayList<>(first.lines());
            all.addAll(second.lines());
            assertEquals(lines(10).lines().toList(), all);
        }

        @Test
        void beginsAtATime() {
            pub(line("tick", "1"));
            Instant between = Instant.now();
            await().atMost(Cli.LONG).until(() -> Instant.now().isAfter(between.plusMillis(2)));
            pub(line("tick", "2"));

            Cli sub = sub("--from", between.plusMillis(1).toString(), "--count", "1", "--timeout", "60s", "tick");

            assertEquals(List.of(line("tick", "2")), sub.lines());
        }

        @Test
        void sharesTheEventsOfAGroup() {
            CompletableFuture<Cli> one = group();
            CompletableFuture<Cli> two = group();

            AtomicInteger number = new AtomicInteger();
            await().atMost(Cli.LONG).until(() -> {
                StringBuilder more = new StringBuilder();
                IntStream.range(0, 20)
                        .forEach(i -> more.append(line("tick", "" + number.incrementAndGet()))
                                .append('\n'));
                pub(more.toString());
                return one.isDone() && two.isDone();
            });

            assertEquals(50, one.join().lines().size(), one.join().err());
            assertEquals(50, two.join().lines().size(), two.join().err());
            assertTrue(Collections.disjoint(one.join().lines(), two.join().lines()));
        }

        private CompletableFuture<Cli> group() {
            return start("--group", "g", "--count", "50", "--timeout", "60s", "tick")
                    .result();
        }

        private Cli.Running start(String... args) {
            return Cli.Running.start(
                    VERTX,
                    Stream.concat(Stream.of("sub", "--url", url), Stream.of(args))
                            .toArray(String[]::new));
        }

        @Test
        void printsWhatHasArrivedWhenInterrupted() {
            pub(lines(100));
            Cli.Running sub = start("--from", "earliest", "tick");
            await().atMost(Cli.LONG).until(() -> sub.out().toString().lines().count() == 100);

            sub.thread().interrupt();

            assertEquals(
                    Main.OK, sub.result().join().exit(), sub.result().join().err());
            assertEquals(lines(100).lines().toList(), sub.result().join().lines());
        }

        @Test
        void anInterruptBeforeTheCountIsNoSuccess() {
            pub(lines(100));
            Cli.Running sub = start("--from", "earliest", "--count", "101", "tick");
            await().atMost(Cli.LONG).until(() -> sub.out().toString().lines().count() == 100);

            sub.thread().interrupt();

            assertEquals(Main.INTERRUPTED, sub.result().join().exit());
            assertTrue(sub.result().join().err().contains("interrupted after 100 of 101 events"));
        }

        @Test
        void endsWhenNobodyReadsItsOutput() {
            pub(lines(10));
            StringWriter err = new StringWriter();
            PrintWriter out = new PrintWriter(new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("broken pipe");
                }
            });

            int exit = new Main(InputStream.nullInputStream(), false, () -> VERTX)
                    .commandLine()
                    .setOut(out)
                    .setErr(new PrintWriter(err, true))
                    .execute("sub", "--url", url, "--from", "earliest", "tick");

            assertEquals(Main.FAILED, exit);
            assertTrue(err.toString().contains("Nobody reads"), err.toString());
        }

        @ParameterizedTest
        @ValueSource(strings = {"order..placed", "", "order placed", ">.a"})
        void refusesAPatternThatIsNone(String pattern) {
            assertEquals(Main.USAGE, sub(pattern).exit());
        }

        @Test
        void refusesWhatTheTargetDoesNotHave() {
            Cli sub = Cli.run(VERTX, "", "sub", "--url", "memory:", "--from", "earliest", "tick");

            assertEquals(Main.USAGE, sub.exit());
            assertEquals(2, sub.err().lines().count(), sub.err()); // with the warning about memory:
        }

        @Test
        void refusesBadOptions() {
            assertEquals(Main.USAGE, sub().exit());
            assertEquals(Main.USAGE, sub("--count", "0", "tick").exit());
            assertEquals(Main.USAGE, sub("--count", "x", "tick").exit());
            assertEquals(Main.USAGE, sub("--timeout", "1 week", "tick").exit());
            assertEquals(Main.USAGE, sub("--group", "a b", "tick").exit());
        }
    }

    @Nested
    class Run {
        @ParameterizedTest
        @ValueSource(strings = {"memory:", "memory:?codec=json", "memory:?codec=cbor", "memory:?history=100&dedup=100"})
        void everyOrderArrives(String url) {
            Cli run = Cli.run(VERTX, "", "run", "--url", url, "--count", "7000");

            assertEquals(Main.OK, run.exit(), run.out() + run.err());
            assertTrue(run.out().contains("OK: every event arrived once, in order and intact"), run.out());
            assertTrue(run.out().contains("7,000 events ("), run.out());
            assertTrue(run.out().contains("14,000 deliveries ("), run.out());
            assertEquals(
                    List.of("LISTENER", "order.placed", "order.paid", "order.shipped", ">"),
                    run.lines().stream()
                            .limit(5)
                            .map(line -> line.split(" ", 2)[0])
                            .toList());
        }

        @ParameterizedTest
        @ValueSource(strings = {"memory:", "memory:?codec=json", "memory:?codec=cbor"})
        void everyEventOfAFileArrives(String url, @TempDir Path directory) throws IOException {
            Path file = Files.writeString(
                    directory.resolve("events.ndjson"),
                    String.join(
                            "\n",
                            line("a", "{\"n\":[1,2.5,-3e8,12345678901234567890],\"s\":\"\\u0000 ü 𝄞 \\\"\"}"),
                            line("b.c:id", "null"),
                            "{\"type\":\"a\",\"id\":\"7\",\"time\":\"2026-01-02T03:04:05.678Z\",\"source\":\"s\","
                                    + "\"headers\":{\"h\":\"ä\"},\"detail\":true}",
                            line("b.c", "\"" + "long ".repeat(50_000) + "\"")));

            Cli run = Cli.run(VERTX, "", "run", "--url", url, "--file", file.toString(), "--repeat", "50");

            assertEquals(Main.OK, run.exit(), run.out() + run.err());
            assertTrue(run.out().contains("200 events ("), run.out());
        }

        @Test
        void failsWhenEventsDoNotArrive(@TempDir Path directory) throws IOException {
            Path file =
                    Files.writeString(directory.resolve("events.ndjson"), "{\"type\":\"a\",\"id\":\"7\",\"detail\":1}");

            Cli run = Cli.run(
                    VERTX,
                    "",
                    "run",
                    "--url",
                    "memory:?dedup=100",
                    "--file",
                    file.toString(),
                    "--repeat",
                    "3",
                    "--timeout",
                    "3s");

            assertEquals(Main.FAILED, run.exit(), run.out() + run.err());
            assertTrue(run.out().contains("a: 2 lost, the first a #1"), run.out());
            assertTrue(run.out().contains(">: 2 lost, the first a #1"), run.out());
            assertTrue(run.out().contains("FAILED"), run.out());
        }

        @Test
        void publishesAtARate() {
            Cli run = Cli.run(VERTX, "", "run", "--url", url, "--count", "50", "--rate", "500");

            assertEquals(Main.OK, run.exit(), run.out() + run.err());
        }

        @Test
        void namesTheBadLineOfAFile(@TempDir Path directory) throws IOException {
            Path file = Files.writeString(directory.resolve("events.ndjson"), line("a", "1") + "\n{}\n");

            Cli run = Cli.run(VERTX, "", "run", "--url", url, "--file", file.toString());

            assertEquals(Main.FAILED, run.exit());
            assertTrue(run.err().startsWith("line 2: "), run.err());
        }

        @Test
        void refusesBadOptions() {
            assertEquals(
                    Main.USAGE,
                    Cli.run(VERTX, "", "run", "--url", url, "--count", "0").exit());
            assertEquals(
                    Main.USAGE,
                    Cli.run(VERTX, "", "run", "--url", url, "--rate", "-1").exit());
        }
    }

    @Nested
    class Everywhere {
        @ParameterizedTest
        @ValueSource(strings = {"pub", "sub", "run"})
        void helpHasExamplesAndExitCodes(String command) {
            Cli help = Cli.run(VERTX, "", command, "--help");

            assertEquals(Main.OK, help.exit());
            assertTrue(help.out().contains("Usage: pubsub " + command), help.out());
            assertTrue(help.out().contains("Examples"), help.out());
            assertTrue(help.out().contains("Exit codes:"), help.out());
        }

        @Test
        void hasAVersion() {
            assertTrue(Cli.run(VERTX, "", "--version").out().startsWith("pubsub "));
        }

        @Test
        void withoutACommandItNamesThem() {
            Cli nothing = Cli.run(VERTX, "");

            assertEquals(Main.USAGE, nothing.exit());
            assertEquals(1, nothing.err().lines().count(), nothing.err());
        }

        @ParameterizedTest
        @ValueSource(strings = {"nowhere:", "memory:?colour=red", "memory:?history=-1", "no url"})
        void errorsTakeOneLine(String url) {
            Cli run = Cli.run(VERTX, "", "run", "--url", url);

            assertEquals(Main.USAGE, run.exit(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
            assertFalse(run.err().contains("\tat "), run.err());
        }

        @Test
        void verboseShowsTheStackTrace() {
            Cli run = Cli.run(VERTX, "", "run", "--url", "nowhere:", "--verbose");

            assertEquals(Main.USAGE, run.exit());
            assertTrue(run.err().contains("\tat "), run.err());
        }

        @Test
        void warnsThatMemoryIsOfOneProcess() {
            assertTrue(pub(line("a", "1")).err().startsWith("memory: lives in this process only"));
        }

        @Test
        void othersHearWhatIsPublished() {
            List<TypedEvent<EncodedDetail>> heard = new CopyOnWriteArrayList<>();
            target.addEventListener(EventType.of("order.placed", EncodedDetail.class), heard::add);

            pub(line("order.placed:1", "1"));

            await().atMost(Cli.LONG).until(() -> heard.size() == 1);
            assertEquals("order.placed:1", heard.get(0).type().topic());
        }
    }
}
