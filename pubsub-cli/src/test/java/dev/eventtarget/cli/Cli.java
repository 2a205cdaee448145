package dev.eventtarget.cli;

import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a command run in this process printed, and its exit code. */
record Cli(int exit, String out, String err) {
    /** How long to wait for what is to happen. */
    static final Duration LONG = Duration.ofSeconds(60);

    static Cli run(Vertx vertx, String in, String... args) {
        return run(vertx, in, false, new StringWriter(), new StringWriter(), args);
    }

    /** Runs a command as if somebody watched. */
    static Cli onTerminal(Vertx vertx, String in, String... args) {
        return run(vertx, in, true, new StringWriter(), new StringWriter(), args);
    }

    private static Cli run(
            Vertx vertx, String in, boolean terminal, StringWriter out, StringWriter err, String... args) {
        Main main = new Main(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), terminal, () -> vertx);
        int exit = main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        return new Cli(exit, out.toString(), err.toString());
    }

    List<String> lines() {
        return out.lines().toList();
    }

    /**
     * A command that runs on a thread of its own.
     *
     * @param thread its thread
     * @param out what it has printed and flushed
     * @param err what it has printed on its standard error
     * @param result what comes of it
     */
    record Running(Thread thread, StringWriter out, StringWriter err, CompletableFuture<Cli> result) {
        static Running start(Vertx vertx, String... args) {
            return start(vertx, false, args);
        }

        static Running start(Vertx vertx, boolean terminal, String... args) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CompletableFuture<Cli> result = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    result.complete(run(vertx, "", terminal, out, err, args));
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            thread.start();
            return new Running(thread, out, err, result);
        }
    }
}
