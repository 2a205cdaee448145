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
        return run(vertx, in, new StringWriter(), args);
    }

    private static Cli run(Vertx vertx, String in, StringWriter out, String... args) {
        StringWriter err = new StringWriter();
        Main main = new Main(new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), false, () -> vertx);
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
     * @param result what comes of it
     */
    record Running(Thread thread, StringWriter out, CompletableFuture<Cli> result) {
        static Running start(Vertx vertx, String... args) {
            StringWriter out = new StringWriter();
            CompletableFuture<Cli> result = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    result.complete(run(vertx, "", out, args));
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            thread.start();
            return new Running(thread, out, result);
        }
    }
}
