package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventCodec;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** A command that works on a target: opens it, and closes it however the command ends. */
abstract class TargetCommand implements Callable<Integer> {
    /** How lines are written. */
    static final EventCodec JSON = EventCodecs.named("json");

    final Main main;

    @Option(
            names = {"-v", "--verbose"},
            description = "Shows errors with their stack traces.")
    private boolean verbose;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private String opened = "";

    TargetCommand(Main main) {
        this.main = main;
    }

    @Override
    public final Integer call() throws Exception {
        check();
        String url = url();
        if (!EmbeddedRedis.isWanted(url)) {
            return execute(url);
        }
        try (EmbeddedRedis server = EmbeddedRedis.start()) {
            err().println("redis-server listens at " + server.url() + " until this command ends");
            return execute(server.url(url));
        }
    }

    private int execute(String url) throws Exception {
        Vertx vertx = main.vertx();
        opened = url;
        TypedEventTarget target = open(vertx, url);
        int exit;
        try {
            exit = execute(vertx, target);
        } catch (Exception e) {
            target.close();
            throw e;
        }
        target.close().await();
        return exit;
    }

    TypedEventTarget open(Vertx vertx, String url) {
        return EventTargets.open(vertx, url);
    }

    /** Refuses options that don't go together, before anything is opened. */
    void check() {}

    abstract int execute(Vertx vertx, TypedEventTarget target) throws Exception;

    /**
     * Where the target is.
     *
     * @return its URI
     * @throws ConfigurationException if nobody has said
     */
    abstract String url();

    /** {@return the URI that was opened: with a server of its own, where that is} */
    final String openedUrl() {
        return opened;
    }

    final boolean isVerbose() {
        return verbose;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final CommandSpec spec() {
        return spec;
    }

    static InputStream read(Path file) throws ConfigurationException {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new ConfigurationException("The file " + file + " can't be read: " + e, e);
        }
    }

    final ProgressBarBuilder progressBar(String task) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setUpdateIntervalMillis(200)
                .clearDisplayOnFinish();
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    static long perSecond(long events, long nanos) {
        return Math.round(events * 1e9 / Math.max(nanos, 1));
    }

    /** Reads a duration as targets' options are written. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return EventTargetConfig.of(
                                new JsonObject().put("transport", "pubsub").put("timeout", value))
                        .duration("timeout", Duration.ZERO);
            } catch (ConfigurationException e) {
                throw new TypeConversionException("it must be a duration such as 500ms, 30s, 5m, 2h or PT30S");
            }
        }
    }
}
