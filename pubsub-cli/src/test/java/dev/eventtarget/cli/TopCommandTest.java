package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rates of types, by {@code top} and {@code sub}. */
class TopCommandTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);
    private static final EventType<Integer> PAID = EventType.of("order.paid", Integer.class);

    private final String url = "memory:" + UUID.randomUUID() + "?codec=json";
    private final TypedEventTarget target = EventTargets.open(VERTX, url);
    private Cli.Running running;

    @AfterEach
    void close() throws Exception {
        end();
        target.close().await();
    }

    /** Ends the command: what it has printed is whole then. */
    private Cli end() throws Exception {
        running.thread().interrupt();
        return running.result().get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    /** Two of one type for one of the other, until something is so. */
    private void publishUntil(String text) {
        publishUntil(
                () -> (running.out().toString() + running.err()).matches("(?s).*" + text + ".*"),
                TypedEvent.of(PLACED.withId("42"), 1),
                TypedEvent.of(PLACED, 2),
                TypedEvent.of(PAID, 3));
    }

    private void publishUntil(BooleanSupplier condition, TypedEvent<?>... events) {
        await().atMost(Cli.LONG).pollInterval(Duration.ofMillis(10)).until(() -> {
            for (TypedEvent<?> event : events) {
                target.dispatchEvent(event).await();
            }
            return condition.getAsBoolean();
        });
    }

    @Test
    void eachTypeIsALine() throws Exception {
        running = Cli.Running.start(VERTX, "top", "--url", url, "--interval", "50ms");

        publishUntil("order\\.placed [1-9][\\d.]* [1-9][\\d.]* [1-9]\\d*\n.*order\\.paid ");
        for (String line : end().lines()) {
            assertTrue(line.matches("\\d+\\.\\d order\\.(placed|paid) \\d+\\.\\d \\d+\\.\\d \\d+"), line);
        }
    }

    @Test
    void itEndsAfterSoManyIntervals() throws Exception {
        running = Cli.Running.start(VERTX, "top", "--url", url, "--interval", "10ms", "--count", "3");

        Cli ended = running.result().get(60, TimeUnit.SECONDS);
        assertEquals(Main.OK, ended.exit());
        assertEquals("", ended.out());
    }

    @Test
    void itEndsInTimeAlthoughNobodyIsThere() throws Exception {
        running = Cli.Running.start(VERTX, "top", "--url", "ws://127.0.0.1:1/events", "--timeout", "300ms");

        Cli ended = running.result().get(60, TimeUnit.SECONDS);
        assertEquals(Main.FAILED, ended.exit());
        assertTrue(ended.err().contains("Not listening after 300 ms"), ended.err());
    }

    @Test
    void onlyWhatIsAskedForIsCounted() throws Exception {
        running = Cli.Running.start(VERTX, "top", "--url", url, "--interval", "50ms", "order.paid");

        publishUntil("order\\.paid ");
        String out = end().out();
        assertTrue(!out.contains("order.placed"), out);
    }

    @Test
    void onlyTheBusiestAreShown() throws Exception {
        running = Cli.Running.start(VERTX, "top", "--url", url, "--interval", "100ms", "--rows", "1", "order.*");

        // one after the other, as an interval may begin between two that come at the same time
        publishUntil(() -> running.out().toString().contains(" order.paid "), TypedEvent.of(PAID, 3));
        publishUntil(
                () -> running.out().toString().matches("(?s).* order\\.placed [1-9][^\n]*\n"),
                TypedEvent.of(PLACED, 2));
        List<String> times =
                end().lines().stream().map(line -> line.split(" ")[0]).toList();
        assertEquals(times.stream().distinct().toList(), times, "one row each time");
    }

    @Test
    void onATerminalItIsATable() {
        running = Cli.Running.start(VERTX, true, "top", "--url", url, "--interval", "50ms");

        publishUntil("order\\.placed +[1-9]");
        String out = running.out().toString();
        assertTrue(out.contains("\u001b[H\u001b[J"), out);
        assertTrue(out.contains("TYPE"), out);
        assertTrue(out.contains("EVENTS/S"), out);
    }

    @Test
    void onATerminalSubShowsRatesBelowTheEvents() {
        running = Cli.Running.start(VERTX, true, "sub", "--url", url, "order.*");

        publishUntil("\\{\"type\":\"order\\.placed:42\",\"detail\":1}");
        publishUntil("order\\.placed [1-9][\\d.,]*/s");
        assertTrue(!running.out().toString().contains("/s"), running.out()::toString);
    }
}
