package dev.eventtarget.cli;

import dev.eventtarget.cli.soak.Report;
import dev.eventtarget.cli.soak.Soak;
import dev.eventtarget.cli.soak.Soak.Fault;
import dev.eventtarget.cli.soak.Soak.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "soak",
        description = {
            "Tests endurance: publishes and listens over all transports at once, while what they stand on fails, and"
                    + " keeps accounts of every event.",
            "",
            "It starts a redis-server, hubs on it in processes of their own, and proxies before each of them. At random it"
                    + " kills and restarts servers, cuts connections, stalls networks, makes listeners slow, and starts"
                    + " publishers anew as if the disk with the file that keeps who they are were full. What was lost, repeated or"
                    + " out of order must be what each transport promises, and neither memory nor threads nor file"
                    + " descriptors of this process may grow.",
            "Prints a report in Markdown."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub soak",
            "  pubsub soak --duration 8h --rate 500 --report soak.md",
            "  pubsub soak --duration 1m --transports memory,redis --faults kill,cut",
            "  pubsub soak --seed 7"
        })
final class SoakCommand implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** More than any timeout of the library. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "TIME",
            converter = TargetCommand.DurationConverter.class,
            description = "How long to publish; default: 10m. Waiting for what is on its way comes on top of it.")
    private Duration duration = Duration.ofMinutes(10);

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "How many events a second to publish over each transport; default: ${DEFAULT-VALUE}.")
    private int rate = 200;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Faults of the same seed are the same, at the same times; default: another one each time.")
    private @Nullable Long seed;

    @Option(
            names = "--transports",
            paramLabel = "NAME",
            split = ",",
            description = "Which of ${COMPLETION-CANDIDATES} to try; default: all.")
    private Set<Transport> transports = EnumSet.allOf(Transport.class);

    @Option(
            names = "--faults",
            paramLabel = "NAME",
            split = ",",
            description = "Which of ${COMPLETION-CANDIDATES} are to happen; default: all.")
    private Set<Fault> faults = EnumSet.allOf(Fault.class);

    @Option(names = "--report", paramLabel = "FILE", description = "Writes the report to this file as well.")
    private @Nullable Path report;

    @Option(
            names = {"-v", "--verbose"},
            description = "Says when each fault happens.")
    private boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final Main main;

    SoakCommand(Main main) {
        this.main = main;
    }

    @Override
    public Integer call() throws Exception {
        if (rate < 1 || duration.compareTo(SHORTEST) < 0) {
            throw new ParameterException(spec.commandLine(), "--rate must be at least 1, and --duration 1s");
        }
        if (transports.equals(Set.of(Transport.memory))) {
            return soak(null);
        }
        try (EmbeddedRedis redis = EmbeddedRedis.startDurable()) {
            return soak(redis);
        }
    }

    private int soak(@Nullable EmbeddedRedis redis) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        long drawn = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        err.println("seed " + drawn);
        StatusLine status = new StatusLine(err);
        Consumer<String> progress = main.isTerminal() ? status::update : line -> {};
        try (TemporaryDirectory directory = TemporaryDirectory.create("pubsub-soak-")) {
            Report result = new Soak(
                            main.vertx(),
                            new Soak.Settings(duration, rate, drawn, transports, faults, PATIENCE),
                            pubsub(),
                            directory.path(),
                            verbose ? err::println : line -> {})
                    .run(redis, progress);
            status.hide();
            return tell(result, out, report);
        }
    }

    /** Prints a report, and returns the exit code. */
    static int tell(Report result, PrintWriter out, @Nullable Path file) throws IOException {
        List<String> lines = result.lines();
        if (file != null) {
            Files.write(file, lines);
        }
        lines.forEach(out::println);
        out.flush();
        return result.passed() ? Main.OK : Main.FAILED;
    }

    /** What this command is called by in a process of its own. */
    private static List<String> pubsub() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
    }
}
