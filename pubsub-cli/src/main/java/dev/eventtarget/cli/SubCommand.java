package dev.eventtarget.cli;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "sub",
        description = {
            "Prints events as they come, one JSON envelope a line.",
            "",
            "It goes on until --count or --timeout is reached, or until SIGINT or SIGTERM: it then prints what has"
                    + " arrived already. Standard error says when it listens: what is published from then on comes. On a"
                    + " terminal, the last line shows how many events of each type come a second."
        },
        footerHeading = "%nExamples, where EVENT_TARGET_URL is set:%n",
        footer = {
            "  pubsub sub order.placed",
            "  pubsub sub 'order.*' 'user.>' | jq .detail",
            "  pubsub sub --from earliest --count 10 --timeout 30s '>'",
            "  pubsub sub --group billing order.placed"
        })
final class SubCommand extends UrlCommand {
    private static final long RATES_MILLIS = 1000;

    @Parameters(
            arity = "1..*",
            paramLabel = "PATTERN",
            converter = PatternConverter.class,
            description = "What to listen to: a type such as order.placed, one id of it such as order.placed:42, or a"
                    + " pattern, where * is any one token and > all that follow. An event that several match is"
                    + " printed for each.")
    private List<EventType<EncodedDetail>> patterns = List.of();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "NAME",
            description = "Shares the events with the other listeners of this group: each goes to one of them.")
    private @Nullable String group;

    @Option(
            names = "--from",
            paramLabel = "START",
            converter = StartConverter.class,
            description =
                    "earliest, latest (the default), an ISO-8601 time, or the position of an event: begins behind it.")
    private StartFrom from = StartFrom.latest();

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Ends after so many events.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Ends after this time, such as 30s; with fewer than --count events the exit code is 1.")
    private @Nullable Duration timeout;

    private ListenerOptions options = ListenerOptions.defaults();

    SubCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        if (count < 1) {
            throw new ParameterException(spec().commandLine(), "--count must be at least 1");
        }
        options = options.from(from);
        if (group != null) {
            try {
                options = options.group(group);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec().commandLine(), "--group: " + e.getMessage(), e);
            }
        }
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        warnIfAlone();
        Printer printer = new Printer(target);
        boolean interrupted = false;
        try {
            Future<String> listening =
                    vertx.deployVerticle(printer, new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));
            listening.onFailure(error -> printer.ended.countDown());
            if (timeout == null) {
                printer.ended.await();
            } else if (!printer.ended.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                if (!listening.isComplete()) {
                    printer.fail(notListening(timeout));
                }
                printer.close().await();
            }
            if (listening.failed()) {
                listening.await(); // throws what has gone wrong
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        target.close().await();
        return printer.finish(interrupted);
    }

    /** Listens on a worker thread, which may block while nobody reads what it prints: publishers feel the pressure. */
    private final class Printer extends VerticleBase {
        final CountDownLatch ended = new CountDownLatch(1);

        private final TypedEventTarget target;
        private final List<Subscription> subscriptions = new ArrayList<>();
        private final AtomicLong printed = new AtomicLong();
        private final TypeRates rates = new TypeRates();
        private final StatusLine status = new StatusLine(err());
        private volatile boolean failed;
        private volatile @Nullable String position;
        private boolean flushing;

        Printer(TypedEventTarget target) {
            this.target = target;
        }

        @Override
        public Future<?> start() {
            EventListener<EncodedDetail> listener = this::print;
            for (EventType<EncodedDetail> pattern : Set.copyOf(patterns)) {
                subscriptions.add(target.addEventListener(pattern, listener, options.onError(this::fail)));
            }
            Future.join(subscriptions.stream().map(Subscription::ended).toList())
                    .onComplete(all -> ended.countDown());
            if (main.isTerminal()) {
                vertx.setPeriodic(RATES_MILLIS, id -> status.update(rates.next()));
            }
            return Future.all(subscriptions.stream().map(Subscription::ready).toList())
                    .onSuccess(ready -> context.runOnContext(now -> sayListening()));
        }

        private void sayListening() {
            status.hide();
            err().println("listening");
            status.show();
        }

        private void print(TypedEvent<EncodedDetail> event) {
            if (!flushing) {
                status.hide();
            }
            rates.count(event);
            out().println(new String(JSON.encode(event), StandardCharsets.UTF_8));
            position = event.position();
            if (printed.incrementAndGet() == count) {
                close();
            }
            if (!flushing) {
                flushing = true;
                context.runOnContext(burstOver -> {
                    flushing = false;
                    if (out().checkError()) {
                        failed = true;
                        err().println("Nobody reads the standard output any more");
                        close();
                    }
                    status.show();
                });
            }
        }

        private void fail(EventTargetException e) {
            failed = true;
            err().println(Main.describe(e));
        }

        Future<?> close() {
            return Future.join(subscriptions.stream().map(Subscription::close).toList());
        }

        int finish(boolean interrupted) {
            status.hide();
            out().flush();
            if (position != null && patterns.size() == 1) {
                err().println("to go on behind the last event: --from " + position);
            }
            if (count < Long.MAX_VALUE && printed.get() < count) {
                err().printf(
                                Locale.ROOT,
                                "%s after %,d of %,d events%n",
                                interrupted ? "interrupted" : "the time was up",
                                printed.get(),
                                count);
                return interrupted ? Main.INTERRUPTED : Main.FAILED;
            }
            return failed ? Main.FAILED : Main.OK;
        }
    }

    /** Reads a type, a type with an id, or a pattern. */
    static final class PatternConverter implements ITypeConverter<EventType<EncodedDetail>> {
        @Override
        public EventType<EncodedDetail> convert(String value) {
            try {
                return EventType.of(value, EncodedDetail.class);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class StartConverter implements ITypeConverter<StartFrom> {
        @Override
        public StartFrom convert(String value) {
            return switch (value) {
                case "earliest" -> StartFrom.earliest();
                case "latest" -> StartFrom.latest();
                default -> {
                    try {
                        yield StartFrom.since(Instant.parse(value));
                    } catch (DateTimeParseException e) {
                        yield StartFrom.after(value);
                    }
                }
            };
        }
    }
}
