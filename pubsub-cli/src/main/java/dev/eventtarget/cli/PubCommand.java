package dev.eventtarget.cli;

import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
        name = "pub",
        description = {
            "Publishes events from a file, from standard input, or one given as arguments.",
            "",
            "Each line is an object {\"type\", \"detail\"}, with \"id\", \"time\", \"source\" and \"headers\" where"
                    + " wanted. A line that is no event, or can't be published, is named by its number and ends the command."
        },
        footerHeading = "%nExamples, where EVENT_TARGET_URL is set:%n",
        footer = {
            "  pubsub pub order.placed '{\"id\":\"42\"}'",
            "  pubsub pub --file events.ndjson",
            "  jq -c '{type: \"user.created\", detail: .}' users.json | pubsub pub"
        })
final class PubCommand extends UrlCommand {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Reads the events from this file, in place of standard input.")
    private @Nullable Path file;

    @Option(names = "--skip-bad", description = "Goes on behind a line that is no event; the exit code stays 1.")
    private boolean skipBad;

    @Parameters(
            arity = "0..*",
            paramLabel = "[TYPE JSON]",
            hideParamSyntax = true,
            description = "One event's type, such as order.placed or order.placed:42, and its detail.")
    private List<String> arguments = List.of();

    private @Nullable TypedEvent<EncodedDetail> event;
    private final AtomicBoolean failed = new AtomicBoolean();

    PubCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        if (arguments.isEmpty()) {
            return;
        }
        if (arguments.size() != 2) {
            throw new ParameterException(
                    spec().commandLine(),
                    "An event is two arguments, its type and its detail, and not " + arguments.size());
        }
        if (file != null) {
            throw new ParameterException(spec().commandLine(), "Give either --file or one event, not both");
        }
        try {
            byte[] json = arguments.get(1).getBytes(StandardCharsets.UTF_8);
            EncodedDetail detail = new EncodedDetail(JSON, json, 0, json.length);
            detail.decode(Object.class);
            event = TypedEvent.of(EventType.of(arguments.get(0), EncodedDetail.class), detail);
        } catch (IllegalArgumentException | CodecException e) {
            throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        warnIfAlone();
        Publisher publisher = new Publisher(target);
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            if (event == null) {
                publishLines(publisher);
            } else {
                publish(publisher, "", event);
            }
        } catch (InterruptedException | ClosedByInterruptException e) {
            interrupted = true;
            Thread.interrupted(); // the channel leaves it set
        }
        publisher.drain();
        long nanos = System.nanoTime() - start;
        long published = publisher.published();
        err().printf(
                        Locale.ROOT,
                        "published %d %s in %s (%d events/s)%s%n",
                        published,
                        published == 1 ? "event" : "events",
                        seconds(nanos),
                        perSecond(published, nanos),
                        interrupted ? ", then interrupted" : "");
        return interrupted ? Main.INTERRUPTED : failed.get() ? Main.FAILED : Main.OK;
    }

    private void publishLines(Publisher publisher) throws IOException, InterruptedException {
        try (InputStream in = open()) {
            EventLines lines = new EventLines(in, JSON);
            while (skipBad || !failed.get()) {
                TypedEvent<EncodedDetail> next;
                try {
                    next = lines.next();
                } catch (CodecException e) {
                    fail("line " + lines.number() + ": ", e);
                    continue;
                }
                if (next == null) {
                    return;
                }
                publish(publisher, "line " + lines.number() + ": ", next);
            }
        }
    }

    private InputStream open() throws IOException {
        if (file == null) {
            return main.in();
        }
        InputStream in = read(file);
        return main.isTerminal()
                ? ProgressBar.wrap(
                        in,
                        progressBar("publishing")
                                .setInitialMax(Files.size(file))
                                .setUnit(" MiB", 1 << 20))
                : in;
    }

    private void publish(Publisher publisher, String where, TypedEvent<?> event) throws InterruptedException {
        publisher.publish(event, e -> fail(where, e));
    }

    private void fail(String where, Throwable e) {
        failed.set(true);
        err().println(where + Main.describe(e));
    }
}
