package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.cli.soak.Report;
import dev.eventtarget.cli.soak.Soak;
import dev.eventtarget.cli.soak.Soak.Fault;
import dev.eventtarget.cli.soak.Soak.Transport;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
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
        for (String happened :
                new String[] {"| kill, redis |", "| cut, redis |", "| full, nonce file |", "| memory | memory |"}) {
            assertTrue(cli.out().contains(happened), cli.out());
        }
        assertEquals(cli.lines(), Files.readAllLines(report));
    }

    /** What is confirmed and not read yet is gone when Redis, which writes nothing to disk, is killed. */
    @Test
    void aLossIsToldAndFails() throws Exception {
        Soak.Settings settings = new Soak.Settings(
                Duration.ofSeconds(10), 200, 4, Set.of(Transport.redis), Set.of(Fault.kill), Duration.ofSeconds(5));
        StringWriter out = new StringWriter();
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Report report = new Soak(VERTX, settings, List.of(), directory, line -> {})
                    .run(new ForgetfulRedis(redis), line -> {});

            assertEquals(Main.FAILED, SoakCommand.tell(report, new PrintWriter(out), null));
        }
        String told = out.toString();
        assertTrue(told.startsWith("Failed: "), told);
        for (String listener : List.of("alone", "alone, refuses some", "group")) {
            Matcher lost = Pattern.compile("redis to redis, " + listener + ": ([\\d,]+) accepted events lost")
                    .matcher(told);
            assertTrue(lost.find(), told);
            assertTrue(
                    told.lines()
                            .anyMatch(line -> line.startsWith("| redis | redis | " + listener + " |")
                                    && line.endsWith(" " + lost.group(1) + " | **no** |")),
                    told);
        }
    }

    /** Before it is killed for the first time, it lets nobody read any more, and then confirms some events. */
    private record ForgetfulRedis(EmbeddedRedis redis, AtomicBoolean hasForgotten) implements Soak.Server {
        /** A read that waited may bring the first append, and two may be under way: of one more, one is confirmed and unread. */
        private static final int APPENDS = 3;

        ForgetfulRedis(EmbeddedRedis redis) {
            this(redis, new AtomicBoolean());
        }

        @Override
        public String url() {
            return redis.url();
        }

        @Override
        public void kill() throws IOException, InterruptedException {
            if (hasForgotten.compareAndSet(false, true)) {
                forget();
            }
            redis.kill();
        }

        private void forget() {
            Redis client = Redis.createClient(VERTX, url());
            try {
                RedisConnection connection = client.connect().await();
                connection
                        .send(Request.cmd(Command.ACL)
                                .arg("SETUSER")
                                .arg("default")
                                .arg("-xread")
                                .arg("-xreadgroup"))
                        .await();
                await(() -> count(connection, "xread", "rejected_calls") > 0
                        && count(connection, "xreadgroup", "rejected_calls") > 1);
                long before = count(connection, "evalsha", "calls");
                await(() -> count(connection, "evalsha", "calls") > before + APPENDS);
            } finally {
                client.close();
            }
        }

        private static void await(BooleanSupplier condition) {
            Awaitility.await().pollInSameThread().atMost(Cli.LONG).until(condition::getAsBoolean);
        }

        private static long count(RedisConnection connection, String command, String what) {
            String all = connection
                    .send(Request.cmd(Command.INFO).arg("commandstats"))
                    .await()
                    .toString();
            Matcher found = Pattern.compile("cmdstat_" + command + ":.*?\\b" + what + "=(\\d+)")
                    .matcher(all);
            return found.find() ? Long.parseLong(found.group(1)) : 0;
        }

        @Override
        public void restart() throws IOException, InterruptedException {
            redis.restart();
        }
    }

    @Test
    void wrongOptionsAreRefused() {
        assertEquals(Main.USAGE, Cli.run(VERTX, "", "soak", "--rate", "0").exit());
        assertEquals(Main.USAGE, Cli.run(VERTX, "", "soak", "--duration", "1ms").exit());
        assertEquals(
                Main.USAGE, Cli.run(VERTX, "", "soak", "--transports", "pigeon").exit());
    }
}
