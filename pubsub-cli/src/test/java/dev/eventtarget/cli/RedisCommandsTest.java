package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against a redis-server. */
class RedisCommandsTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedRedis server;

    private final String prefix = "test-" + UUID.randomUUID();
    private final String url = server.url() + "?prefix=" + prefix;
    private final TypedEventTarget target = EventTargets.open(VERTX, url);

    @BeforeAll
    static void start() throws InterruptedException {
        server = EmbeddedRedis.start();
    }

    @AfterEach
    void close() {
        target.close().await();
    }

    @AfterAll
    static void stop() {
        VERTX.close().await();
        server.close();
    }

    private static Cli cli(String... args) {
        return Cli.run(VERTX, "", args);
    }

    /** Sends a command to the server, and returns the first line of its answer. */
    private static String redis(String url, String command) {
        URI address = URI.create(url);
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aServerThatIsNotThereIsToldInTime() {
        Cli run = cli("run", "--url", "redis://127.0.0.1:" + Ports.free(), "--count", "1", "--timeout", "1s");

        assertEquals(Main.FAILED, run.exit(), run.err());
        assertTrue(run.err().contains("has not answered for 1 s"), run.err());
    }

    @Test
    void whatIsPublishedIsHeardByOtherCommands() {
        String lines =
                "{\"type\":\"order.placed:7\",\"id\":\"e1\",\"headers\":{\"a\":\"b\"},\"detail\":{\"n\": 1.50}}\n"
                        + "{\"type\":\"tick\",\"detail\":null}\n";

        Cli pub = Cli.run(VERTX, lines, "pub", "--url", url);
        Cli sub = cli(
                "sub", "--url", url, "--from", "earliest", "--count", "2", "--timeout", "60s", "order.placed", "tick");

        assertEquals(Main.OK, pub.exit(), pub.err());
        assertEquals(
                "",
                pub.err()
                        .lines()
                        .filter(line -> line.contains("memory"))
                        .findAny()
                        .orElse(""));
        assertEquals(Main.OK, sub.exit(), sub.err());
        assertTrue(sub.lines().contains(lines.lines().findFirst().orElseThrow()), sub.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&codec=cbor", "&idempotent=false&batch=7"})
    void everyEventOfARunArrivesInOrder(String options) {
        Cli run = cli("run", "--url", url + options, "--count", "5000");

        assertEquals(Main.OK, run.exit(), run.out() + run.err());
        assertTrue(run.out().contains("OK: every event arrived once, in order and intact at each listener"), run.out());
    }

    @Test
    void aRunOverShardsDoesNotAskForOrder() {
        Cli run = cli("run", "--url", url + "&shards=4", "--count", "5000");

        assertEquals(Main.OK, run.exit(), run.out() + run.err());
        assertTrue(run.out().contains("OK: every event arrived once and intact at each listener"), run.out());
    }

    @Nested
    class OfItsOwn {
        private static final Pattern ADDRESS = Pattern.compile("redis://127\\.0\\.0\\.1:\\d+");

        @Test
        void runsAndGoes() {
            Cli run = cli("run", "--url", "redis+embedded:?shards=1&prefix=try", "--count", "2000");

            assertEquals(Main.OK, run.exit(), run.out() + run.err());
            assertTrue(run.out().contains("OK: "), run.out());
            Matcher address = ADDRESS.matcher(run.err());
            assertTrue(address.find(), run.err());
            assertThrows(UncheckedIOException.class, () -> redis(address.group(), "PING"), "it is still there");
        }

        @Test
        void goesWhenTheCommandFails() {
            Cli run = cli("run", "--url", "redis+embedded:?colour=red");

            assertEquals(Main.USAGE, run.exit(), run.err());
            assertTrue(run.err().contains("colour"), run.err());
            Matcher address = ADDRESS.matcher(run.err());
            assertTrue(address.find(), run.err());
            assertThrows(UncheckedIOException.class, () -> redis(address.group(), "PING"), "it is still there");
        }

        @Test
        void severalHavePortsOfTheirOwn() throws InterruptedException {
            try (EmbeddedRedis one = EmbeddedRedis.start();
                    EmbeddedRedis other = EmbeddedRedis.start()) {
                assertFalse(one.url().equals(other.url()));
                assertEquals("+PONG", redis(one.url(), "PING"));
                assertEquals("+PONG", redis(other.url(), "PING"));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"redis+embedded:here", "redis+embedded://localhost:6379"})
        void itsAddressCannotBeChosen(String url) {
            Cli run = cli("run", "--url", url);

            assertEquals(Main.USAGE, run.exit(), run.err());
            assertEquals(1, run.err().lines().count(), run.err());
            assertFalse(run.err().contains("listens at"), run.err());
        }
    }

    @Nested
    class Dlq {
        private final List<TypedEvent<Integer>> handled = new CopyOnWriteArrayList<>();

        /** Refuses negative orders as long as it is not told otherwise. */
        private volatile boolean refuses = true;

        private Subscription listen() {
            EventListener<Integer> listener = event -> {
                if (refuses && event.detail() < 0) {
                    throw new IllegalArgumentException("negative order");
                }
                handled.add(event);
            };
            Subscription stock = target.addEventListener(
                    PLACED, listener, ListenerOptions.defaults().group("stock").deadLetter("order.rejected"));
            stock.ready().await();
            return stock;
        }

        private void publish(Integer... orders) {
            PubSub pubSub = PubSub.over(target);
            Stream.of(orders)
                    .forEach(order -> pubSub.publish(PLACED, "o" + order, order).await());
        }

        private Cli dlq(String command, String... args) {
            return cli(Stream.concat(Stream.of("dlq", command, "--url", url, "order.rejected"), Stream.of(args))
                    .toArray(String[]::new));
        }

        private List<String> deadLetters(int count) {
            Cli list = dlq("list", "--count", "" + count, "--timeout", "60s");
            assertEquals(Main.OK, list.exit(), list.err());
            return list.lines();
        }

        private List<Integer> orders() {
            return handled.stream().map(TypedEvent::detail).toList();
        }

        @Test
        void listsTheDeadLettersFromTheEarliestOn() {
            listen();
            publish(-1, 2, -3);

            List<String> all = deadLetters(2);
            assertEquals(2, all.size());
            assertTrue(all.get(0).contains("\"dead-letter-type\":\"order.placed:o-1\""), all.get(0));
            assertTrue(all.get(0).contains("\"dead-letter-group\":\"stock\""), all.get(0));
            assertTrue(all.get(1).contains("\"detail\":-3"), all.get(1));
            assertEquals(all.subList(0, 1), deadLetters(1));
        }

        @Test
        void listingEndsWhenThereIsNothing() {
            Cli list = dlq("list", "--timeout", "200ms");

            assertEquals(Main.OK, list.exit(), list.err());
            assertEquals("", list.out());
            assertTrue(list.err().contains("0 dead letters"), list.err());
        }

        @Test
        void replaysEachOnceUnderTheTypeThatItHad() {
            listen();
            publish(-1, 2, -3);
            deadLetters(2);
            refuses = false;

            Cli replay = dlq("replay");
            assertEquals(Main.OK, replay.exit(), replay.err());
            assertTrue(replay.err().contains("published 2 dead letters anew"), replay.err());
            await().atMost(Cli.LONG).until(() -> handled.size() == 3);
            assertEquals(List.of(2, -1, -3), orders());
            TypedEvent<Integer> again = handled.get(1);
            assertEquals("order.placed:o-1", again.type().topic());
            assertEquals(1, again.headers().size(), again.headers().toString());
            assertFalse(again.headers()
                    .getOrDefault(DlqReplayCommand.REPLAYED_ID, "")
                    .isEmpty());

            Cli second = dlq("replay", "--timeout", "500ms");
            assertEquals(Main.OK, second.exit(), second.err());
            assertTrue(second.err().contains("published 0 dead letters anew"), second.err());
            assertEquals(3, handled.size());
            assertEquals(2, deadLetters(2).size());
        }

        @Test
        void replaysSoManyAndTheRestTheNextTime() {
            listen();
            publish(-1, -2, -3);
            deadLetters(3);
            refuses = false;

            assertEquals(Main.OK, dlq("replay", "--count", "1").exit());
            await().atMost(Cli.LONG).until(() -> orders().equals(List.of(-1)));
            assertEquals(Main.OK, dlq("replay").exit());
            await().atMost(Cli.LONG).until(() -> orders().equals(List.of(-1, -2, -3)));
        }

        @Test
        void whatIsRefusedAgainIsLeftForTheNextReplay() {
            listen();
            publish(-1);
            deadLetters(1);

            Cli replay = dlq("replay");
            assertEquals(Main.OK, replay.exit(), replay.err());
            assertTrue(replay.err().contains("published 1 dead letter anew"), replay.err());
            assertEquals(2, deadLetters(2).size());
            refuses = false;
            assertEquals(Main.OK, dlq("replay").exit());
            await().atMost(Cli.LONG).until(() -> orders().equals(List.of(-1)));
        }

        @Test
        void whatCannotBePublishedStaysForTheNextReplay() {
            Subscription stock = listen();
            publish(-1);
            deadLetters(1);
            stock.close().await();
            refuses = false;
            String key = prefix + ":order.placed";
            assertEquals("+OK", redis(url, "RENAME " + key + " kept-" + key));
            assertEquals("+OK", redis(url, "SET " + key + " text"));

            Cli failed = dlq("replay");
            assertEquals(Main.FAILED, failed.exit(), failed.err());
            assertTrue(failed.err().contains("WRONGTYPE"), failed.err());
            assertTrue(failed.err().contains("published 0 dead letters anew"), failed.err());

            assertEquals("+OK", redis(url, "RENAME kept-" + key + " " + key));
            listen();
            Cli replay = dlq("replay");
            assertTrue(replay.err().contains("published 1 dead letter anew"), replay.err());
            await().atMost(Cli.LONG).until(() -> orders().equals(List.of(-1)));
        }

        @Test
        void passesOverWhatIsNoDeadLetter() {
            EventType<String> rejected = EventType.of("order.rejected", String.class);
            target.dispatchEvent(TypedEvent.of(rejected, "by hand")).await();
            target.dispatchEvent(TypedEvent.of(rejected, "broken").withHeaders(Map.of(DeadLetter.TYPE, "no type!")))
                    .await();
            listen();
            publish(-1);
            deadLetters(3);
            refuses = false;

            Cli replay = dlq("replay");
            assertEquals(Main.FAILED, replay.exit(), replay.err());
            assertTrue(replay.err().contains("published 1 dead letter anew"), replay.err());
            await().atMost(Cli.LONG).until(() -> orders().equals(List.of(-1)));
        }

        @Test
        void theDetailIsPublishedAsItWas() {
            EventType<EncodedDetail> raw = EventType.of("order.placed", EncodedDetail.class);
            byte[] json = "{\"n\":  1.500}".getBytes(StandardCharsets.UTF_8);
            listen(); // wants a number
            target.dispatchEvent(TypedEvent.of(raw, new EncodedDetail(TargetCommand.JSON, json, 0, json.length)))
                    .await();
            assertTrue(deadLetters(1).get(0).contains("\"dead-letter-reason\":\"codec\""));
            List<String> details = new CopyOnWriteArrayList<>();
            target.addEventListener(
                            raw, event -> details.add(new String(event.detail().toBytes(), StandardCharsets.UTF_8)))
                    .ready()
                    .await();

            assertEquals(Main.OK, dlq("replay", "--count", "1").exit());
            await().atMost(Cli.LONG).until(() -> details.equals(List.of("{\"n\":  1.500}")));
        }

        @Test
        void refusesATargetThatKeepsNothing() {
            Cli list = cli("dlq", "list", "--url", "memory:" + UUID.randomUUID(), "order.rejected");

            assertEquals(Main.USAGE, list.exit(), list.err());
        }

        @ParameterizedTest
        @ValueSource(strings = {"list", "replay"})
        void helpHasExamples(String command) {
            Cli help = cli("dlq", command, "--help");

            assertEquals(Main.OK, help.exit(), help.err());
            assertTrue(help.out().contains("Usage: pubsub dlq " + command), help.out());
            assertTrue(help.out().contains("Examples"), help.out());
        }

        @Test
        void withoutACommandItNamesThem() {
            Cli nothing = cli("dlq");

            assertEquals(Main.USAGE, nothing.exit());
            assertEquals(1, nothing.err().lines().count(), nothing.err());
            assertTrue(nothing.err().contains("list and replay"), nothing.err());
        }
    }
}
