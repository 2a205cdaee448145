package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test of endurance, for a short time. */
class SoakCommandTest {
    private static final Vertx VERTX = Vertx.vertx();

    @TempDir
    private Path directory;

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    @Test
    void memoryAndRedisKeepTheirPromisesWhileServersFail() throws Exception {
        Path report = directory.resolve("soak.md");
        Cli cli = Cli.run(
                VERTX,
                "",
                "soak",
                "--duration",
                "10s",
                "--seed",
                "4",
                "--transports",
                "memory,redis",
                "--report",
                report.toString());

        assertEquals(Main.OK, cli.exit(), cli.out() + cli.err());
        assertTrue(cli.err().contains("seed 4"), cli.err());
        assertTrue(cli.out().startsWith("Passed: "), cli.out());
        for (String happened : new String[] {"| kill, redis |", "| cut, redis |", "| memory | memory |"}) {
            assertTrue(cli.out().contains(happened), cli.out());
        }
        assertEquals(cli.lines(), Files.readAllLines(report));
    }

    @Test
    void wrongOptionsAreRefused() {
        assertEquals(Main.USAGE, Cli.run(VERTX, "", "soak", "--rate", "0").exit());
        assertEquals(Main.USAGE, Cli.run(VERTX, "", "soak", "--duration", "1ms").exit());
        assertEquals(
                Main.USAGE, Cli.run(VERTX, "", "soak", "--transports", "pigeon").exit());
    }
}
