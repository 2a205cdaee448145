package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** That it measures what there is; never how much that is. */
class BenchCommandTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static void assertMeasures(int rows, String... args) {
        Cli bench = Cli.run(VERTX, "", args);
        assertEquals(Main.OK, bench.exit(), bench.out() + bench.err());
        List<String> lines = bench.lines();
        assertEquals(1 + rows, lines.size(), bench.out());
        assertTrue(
                lines.get(0).matches(" +EVENTS/S +LATENCY AT/S +p50 µs +p90 µs +p99 µs +p99.9 µs +max µs"),
                lines.get(0));
        for (String row : lines.subList(1, lines.size())) {
            assertTrue(row.matches(".*, (heard|accepted) +[1-9][\\d,]* +[1-9][\\d,]*( +[\\d,.]+){5}"), row);
        }
    }

    @Test
    void memoryAndTheEventBus() {
        assertMeasures(
                4,
                "bench",
                "--url",
                "memory:" + UUID.randomUUID(),
                "--peers",
                "--time",
                "200ms",
                "--publishers",
                "2",
                "--listeners",
                "2");
    }

    @Test
    void redisAndItsOwnPublishing() {
        assertMeasures(4, "bench", "--url", "redis+embedded:", "--peers", "--time", "200ms", "--rate", "100");
    }

    @Test
    void aHubAndBareWebSockets() {
        TypedEventTarget target = EventTargets.open(VERTX, "memory:" + UUID.randomUUID());
        Hub hub = Hub.create(VERTX, target);
        String url = hub.listen("ws://127.0.0.1:0/events").await();

        assertMeasures(4, "bench", "--url", url, "--peers", "--time", "200ms", "--rate", "100", "--listeners", "3");
        hub.close().await();
        target.close().await();
    }

    @Test
    void nothingIsMeasuredWhereNobodyIs() throws Exception {
        Cli.Running bench = Cli.Running.start(VERTX, "bench", "--url", "ws://127.0.0.1:1/events", "--timeout", "300ms");

        Cli ended = bench.result().get(60, TimeUnit.SECONDS);
        assertEquals(Main.FAILED, ended.exit());
        assertEquals("", ended.out());
        assertTrue(ended.err().contains("Not listening after 300 ms"), ended.err());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        for (String option : List.of("--size", "--rate", "--publishers", "--listeners", "--time")) {
            assertEquals(Main.USAGE, Cli.run(VERTX, "", "bench", option, "0").exit(), option);
        }
    }
}
