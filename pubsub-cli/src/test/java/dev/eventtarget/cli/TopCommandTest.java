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
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rates of types, by {@code top} and {@code sub}. */
class TopCommandTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);
    private static final EventType<Integer> PAID = EventType.of("order.paid", Integer.class);

    private final String url = "memory:" + UUID.randomUUID() + "?codec=json";
    private final TypedEventTarget target = EventTargets.open(VERTX, url);
    private Cli.Running running;

    @AfterEach
    void end() throws Exception {
        running.thread().interrupt();
        running.result().get(60, TimeUnit.SECONDS);
        target.close().await();
    }

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    /** Two of one type for one of the other, until something is so. */
    private void publishUntil(String text) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    target.dispatchEvent(TypedEvent.of(PLACED.withId("42"), 1)).await();
                    target.dispatchEvent(TypedEvent.of(PLACED, 2)).await();
                    target.dispatchEvent(TypedEvent.of(PAID, 3)).await();
                    return (running.out().toString() + running.err()).matches("(?s).*" + text + ".*");
                });
    }

    @Test
    void eachTypeIsALine() {
        running = Cli.Running.start(VERTX, "top", "--url", url, "--interval", "50ms");

        publishUntil("order\\.placed [1-9][\\d.]* [1-9][\\d.]* [1-9]\\d*\n.*order\\.paid ");
        for (String line : running.out().toString().lines().toList()) {
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

    @ParameterizedTest
    @ValueSource(strings = {"order.paid", "order.*"})
    void onlyWhatIsAskedForIsCounted(String pattern) {
        running = Cli.Running.start(VERTX, "top", "--url", url, "--interval", "50ms", "--rows", "1", pattern);

        publishUntil(pattern.equals("order.*") ? "order\\.placed " : "order\\.paid ");
        String other = pattern.equals("order.*") ? "order.paid" : "order.placed";
        String last = running.out().toString().lines().reduce("", (one, next) -> next);
        assertTrue(!last.contains(other), last);
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

        publishUntil("order\\.placed [1-9][\\d.,]*/s");
        assertTrue(running.out().toString().contains("{\"type\":\"order.placed:42\",\"detail\":1}"));
        assertTrue(!running.out().toString().contains("/s"), running.out()::toString);
    }
}
