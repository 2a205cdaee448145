package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class DeadLetterCommandTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() throws Exception {
        VERTX.close().await(20, TimeUnit.SECONDS);
    }

    /** Which takes as long as it waits for a server at most, 30 seconds. */
    @Test
    void itEndsInTimeAlthoughNobodyIsThere() throws Exception {
        Cli.Running list = Cli.Running.start(
                VERTX, "dlq", "list", "--url", "ws://127.0.0.1:1/events?capabilities=replay", "order.rejected");

        Cli ended = list.result().get(90, TimeUnit.SECONDS);
        assertEquals(Main.FAILED, ended.exit());
        assertTrue(ended.err().contains("Not listening after 30000 ms"), ended.err());
    }
}
