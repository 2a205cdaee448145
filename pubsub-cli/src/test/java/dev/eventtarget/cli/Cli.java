package dev.eventtarget.cli;

import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a command run in this process printed, and its exit code. */
record Cli(int exit, String out, String err) {
    static Cli run(Vertx vertx, String in, String... args) {
        StringWriter out = new StringWriter();
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
}
