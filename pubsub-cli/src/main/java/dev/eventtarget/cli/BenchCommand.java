package dev.eventtarget.cli;

import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(
        name = "bench",
        description = {
            "Measures a target: how many events a second it carries, and how long they take.",
            "",
            "First it publishes as many events as arrive, with 1024 on their way at most. Then it publishes at a rate that"
                    + " leaves the target time, a tenth of that unless --rate says otherwise, and measures from when each"
                    + " event was due until it was accepted, and until each listener was called. Publishers and"
                    + " listeners are in this process, each with a connection of its own where the target has connections.",
            "A target that keeps events keeps those as well: on a server that others use, give it a prefix of its own."
                    + " Compare figures of one machine, and of one hour, only."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub bench",
            "  pubsub bench --url redis+embedded: --peers",
            "  pubsub bench --url 'redis://localhost:6379?prefix=bench' --size 1000",
            "  pubsub bench --url ws://127.0.0.1:8080/events --listeners 10 --time 30s"
        })
final class BenchCommand extends UrlCommand {
    @Option(
            names = {"-t", "--time"},
            paramLabel = "TIME",
            converter = TargetCommand.DurationConverter.class,
            description =
                    "How long each of the two measurements takes; default: 5s. A quarter of it goes before, to warm up.")
    private Duration time = Duration.ofSeconds(5);

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            description = "About how large each event is; default: ${DEFAULT-VALUE}.")
    private int size = 200;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "The rate for the second measurement, in events a second.")
    private @Nullable Integer rate;

    @Option(names = "--publishers", paramLabel = "N", description = "How many publishers; default: ${DEFAULT-VALUE}.")
    private int publishers = 1;

    @Option(names = "--listeners", paramLabel = "N", description = "How many listeners; default: ${DEFAULT-VALUE}.")
    private int listeners = 1;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TargetCommand.DurationConverter.class,
            description = "How long it waits for the target to let it listen; default: 30s.")
    private Duration timeout = LISTENING;

    @Option(
            names = "--peers",
            description = "Measures what the target stands on as well: the event bus of Vert.x for memory:, PUBLISH and"
                    + " SUBSCRIBE of the same server for redis:, and bare WebSockets within this process for ws:.")
    private boolean peers;

    BenchCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        if (size < 1 || publishers < 1 || listeners < 1 || rate != null && rate < 1 || time.toMillis() < 1) {
            throw new ParameterException(
                    spec().commandLine(),
                    "--size, --publishers, --listeners and --rate must be at least 1, and --time 1ms");
        }
    }

    @Override
    String urlByDefault() {
        return "memory:";
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        EventTargetConfig config = EventTargetConfig.of(openedUrl());
        List<Carrier> carriers = new ArrayList<>();
        carriers.add(new TargetCarrier(vertx, target, openedUrl(), publishers, listeners, size));
        Carrier peer = peers ? PeerCarriers.of(vertx, config, publishers, listeners, size) : null;
        if (peer != null) {
            carriers.add(peer);
        } else if (peers) {
            err().println("There is nothing to compare with " + config.transport() + ":");
        }
        Table table = new Table("", "EVENTS/S", "LATENCY AT/S", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs");
        long failures = 0;
        long missing = 0;
        try {
            for (Carrier carrier : carriers) {
                Measurement measurement = measure(carrier);
                failures += measurement.failures();
                missing += measurement.missing();
                measurement.addTo(table);
            }
        } catch (InterruptedException e) {
            err().println("interrupted");
            table.lines().forEach(out()::println);
            out().flush();
            return Main.INTERRUPTED;
        }
        table.lines().forEach(out()::println);
        if (failures + missing > 0) {
            out().printf(Locale.ROOT, "%n%,d events were refused, and %,d have not arrived%n", failures, missing);
        }
        out().flush();
        return failures + missing > 0 ? Main.FAILED : Main.OK;
    }

    private Measurement measure(Carrier carrier) throws InterruptedException {
        Measurement measurement = new Measurement(carrier, listeners, time);
        try {
            awaitListening(measurement.listen(), timeout);
            if (main.isTerminal()) {
                try (ProgressBar bar = progressBar(carrier.name())
                        .setInitialMax(measurement.millis())
                        .build()) {
                    measurement.run(rate, bar::stepTo);
                }
            } else {
                measurement.run(rate, millis -> {});
            }
        } finally {
            carrier.close();
        }
        return measurement;
    }
}
