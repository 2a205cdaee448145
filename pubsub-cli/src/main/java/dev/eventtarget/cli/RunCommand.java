package dev.eventtarget.cli;

import dev.eventtarget.Capability;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
        name = "run",
        description = {
            "Tries out a target: publishes events and listens to them, both in this process, and checks that every"
                    + " listener gets every event once and intact; and in order, where the target says that it keeps order.",
            "",
            "A verticle for each type in the file listens to that type, and one more to all. Without --file it makes"
                    + " up orders. Prints a table of events, throughput and latency, and the verdict.",
            "Without --url and EVENT_TARGET_URL it runs in memory. A target that keeps events keeps those of the run as"
                    + " well: on a server that others use, give it a prefix of its own."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub run",
            "  pubsub run --url redis+embedded:",
            "  pubsub run --url 'redis://localhost:6379?prefix=try'",
            "  pubsub run --url ws://127.0.0.1:8080/events",
            "  pubsub run --file events.ndjson --repeat 100",
            "  pubsub run --url 'memory:?codec=json' --count 1000000",
            "  pubsub run --rate 5000"
        })
final class RunCommand extends UrlCommand {
    /** Failed publications that are printed one by one. */
    private static final int SHOWN = 10;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Publishes the events of this file, one JSON envelope a line. It is read into memory.")
    private @Nullable Path file;

    @Option(names = "--repeat", paramLabel = "N", description = "Publishes the file so many times.")
    private int repeat = 1;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Without --file, how many events to make up; default: ${DEFAULT-VALUE}.")
    private int count = 100_000;

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "Publishes so many events a second, and counts latency from when each was due; without it, as"
                    + " many as the target takes, so that latency is for the most part time spent in full buffers.")
    private int rate;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Gives up on missing events when for this time none has arrived; default: 30s.")
    private Duration timeout = Duration.ofSeconds(30);

    RunCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        if (repeat < 1 || count < 1 || rate < 0) {
            throw new ParameterException(spec().commandLine(), "--repeat, --count and --rate must be at least 1");
        }
    }

    @Override
    String urlByDefault() {
        return "memory:";
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        Workload workload = workload();
        AtomicInteger errors = new AtomicInteger();
        Run run = new Run(target, workload, e -> {
            if (errors.incrementAndGet() <= SHOWN) {
                err().println(Main.describe(e));
            }
        });
        try {
            run.listen(vertx).await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new NotConnectedException(target + " has not answered for " + timeout.toSeconds()
                    + " s: look whether it runs at that address");
        }
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            publish(run, workload.size());
            run.awaitArrival(timeout);
        } catch (InterruptedException e) {
            interrupted = true;
            err().println("interrupted");
        }
        target.close().await();
        boolean passed =
                new RunReport(out()).print(run, start, target.capabilities().contains(Capability.ORDERED));
        if (errors.get() > 0) {
            out().printf(Locale.ROOT, "There were %,d errors%n", errors.get());
        }
        return interrupted ? Main.INTERRUPTED : passed && errors.get() == 0 ? Main.OK : Main.FAILED;
    }

    private void publish(Run run, int size) throws InterruptedException {
        if (main.isTerminal()) {
            try (ProgressBar bar = progressBar("publishing").setInitialMax(size).build()) {
                run.publish(rate, bar::stepTo);
            }
        } else {
            run.publish(rate, published -> {});
        }
    }

    private Workload workload() throws IOException {
        if (file == null) {
            return Workload.orders(count);
        }
        try (InputStream in = read(file)) {
            return Workload.read(in, JSON, repeat);
        }
    }
}
