package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands don't print passwords and tokens, whatever is wrong with them. What a hub logs and shows is in {@link SecretsIT}. */
class SecretsTest {
    private static final Vertx VERTX = Vertx.vertx();

    /** Part of nothing else. */
    private static final String SECRET = "s3cret" + Long.toHexString(System.nanoTime());

    @TempDir
    Path directory;

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static Cli fails(String... args) {
        Cli command = Cli.run(VERTX, "", args);
        assertNotEquals(Main.OK, command.exit(), command.out());
        assertFalse((command.out() + command.err()).contains(SECRET), command.out() + command.err());
        return command;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://shop:%s@127.0.0.1:1?publishTimeout=500ms&commandTimeout=500ms",
                "redis://127.0.0.1:1?password=%s&publishTimeout=500ms&commandTimeout=500ms",
                "redis://shop:%s@nowhere.invalid?publishTimeout=500ms&commandTimeout=500ms",
                "redis://shop:%s@127.0.0.1?colour=red",
                "redis://shop:%s/more@127.0.0.1",
                "redis://shop:%s@127.0 0.1",
                "ws://127.0.0.1:1/events?token=%s&publishTimeout=500ms",
                "ws://127.0.0.1:1/events?token=%s&connectTimeout=soon",
                "pigeon://shop:%s@127.0.0.1"
            })
    void aTargetThatDoesNotWorkIsToldWithoutThem(String url) {
        String target = url.formatted(SECRET);
        fails("pub", "--url", target, "--verbose", "order.placed", "1");
        fails("doctor", "--url", target, "--timeout", "1s");
        fails("hub", "--listen", target, "--check");
    }

    @Test
    void aUrlInTheWrongPlaceIsToldWithoutThem() {
        String url = "redis://shop:" + SECRET + "@127.0.0.1";
        Cli argument = fails("doctor", url);
        assertEquals(Main.USAGE, argument.exit(), argument.err());
        assertTrue(argument.err().contains("redis://…@127.0.0.1"), argument.err());
        fails("sub", "--url", "memory:", "--count", "1", "--timeout", "100ms", url);
        fails("run", "--url", "memory:", "--count", url);
        fails("run", "--url" + url + "/orders", "--colour=" + url);
        fails("doctor", "--url", "memory:", "--token=" + SECRET);
        fails("bench", "--url", "memory:", "--config", "x?token=" + SECRET);
    }

    @Test
    void aTokenInAFileIsNotShown() throws IOException {
        Path token = Files.writeString(directory.resolve("token"), "e30." + SECRET + ".e30");
        fails("pub", "--url", "ws://127.0.0.1:1/events?publishTimeout=500ms&tokenFile=" + token, "order.placed", "1");
        fails("doctor", "--url", "ws://127.0.0.1:1/events?tokenFile=" + token, "--timeout", "1s");
    }

    @Test
    void aHubsFileIsReadWithoutTellingThem() throws IOException {
        for (String backend : new String[] {
            "{url: redis://localhost, password: " + SECRET + ", colour: red}",
            "\"redis://shop:" + SECRET + "@localhost?shards=0\"",
            "{url: redis://localhost, password: *" + SECRET + "}",
            "{url: redis://localhost, password: [" + SECRET + "], port: many}"
        }) {
            Path file = Files.writeString(directory.resolve("hub.yaml"), "backend: " + backend + "\n");
            Cli checked = fails("hub", "--config", file.toString(), "--check");
            assertTrue(checked.err().contains("hub.yaml:1:"), checked.err());
        }
    }
}
