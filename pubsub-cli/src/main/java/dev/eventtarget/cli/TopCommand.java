package dev.eventtarget.cli;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
        name = "top",
        description = {
            "Shows how many events of each type come, the busiest first.",
            "",
            "On a terminal it is one table that changes; elsewhere each type is a line, once an interval. It goes on until"
                    + " --count or --timeout is reached, or until SIGINT or SIGTERM. It holds up no publisher: what it"
                    + " can't count in time is left out, and told."
        },
        footerHeading = "%nExamples, where EVENT_TARGET_URL is set:%n",
        footer = {
            "  pubsub top",
            "  pubsub top 'order.>' --interval 5s",
            "  pubsub top --count 1 --interval 1m | sort -k3nr"
        })
final class TopCommand extends UrlCommand {
    private static final int BUFFER = 65_536;
    private static final String CLEAR = "\u001b[H\u001b[J";
    private static final double KIB = 1024;

    @Parameters(
            arity = "0..*",
            paramLabel = "PATTERN",
            converter = SubCommand.PatternConverter.class,
            description = "What to count: types and patterns as of 'sub'; all by default.")
    private List<EventType<EncodedDetail>> patterns = List.of(EventType.of(">", EncodedDetail.class));

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            converter = TargetCommand.DurationConverter.class,
            description = "Over how long to count; default: 1s.")
    private Duration interval = Duration.ofSeconds(1);

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Ends after so many intervals.")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            converter = TargetCommand.DurationConverter.class,
            description = "Ends after this time.")
    private @Nullable Duration timeout;

    @Option(names = "--rows", paramLabel = "N", description = "The most types to show; default: ${DEFAULT-VALUE}.")
    private int rows = 20;

    private volatile boolean failed;

    TopCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        if (count < 1 || rows < 1 || interval.toMillis() < 1) {
            throw new ParameterException(
                    spec().commandLine(), "--count and --rows must be at least 1, and --interval 1ms");
        }
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        warnIfAlone();
        TypeRates rates = new TypeRates();
        EventListener<EncodedDetail> listener = rates::count;
        ListenerOptions options = ListenerOptions.defaults()
                .buffer(BUFFER, OverflowPolicy.DROP_OLDEST)
                .onError(this::fail);
        List<Subscription> subscriptions = new ArrayList<>();
        for (EventType<EncodedDetail> pattern : Set.copyOf(patterns)) {
            subscriptions.add(target.addEventListener(pattern, listener, options));
        }
        Future<?> listening =
                Future.all(subscriptions.stream().map(Subscription::ready).toList());
        long begun = System.nanoTime();
        try {
            if (timeout == null) {
                listening.await();
            } else {
                awaitListening(listening, timeout);
            }
            show(target, rates, subscriptions, begun);
        } catch (InterruptedException e) {
            // it has shown what there was
        }
        out().flush();
        return failed ? Main.FAILED : Main.OK;
    }

    private void fail(EventTargetException e) {
        failed = true;
        err().println(Main.describe(e));
    }

    private void show(TypedEventTarget target, TypeRates rates, List<Subscription> subscriptions, long begun)
            throws InterruptedException {
        long start = System.nanoTime();
        long end = timeout == null ? Long.MAX_VALUE : Math.max(0, begun + timeout.toNanos() - start);
        for (long shown = 1; shown <= count; shown++) {
            long due = Math.min(end, shown * interval.toNanos());
            TimeUnit.NANOSECONDS.sleep(start + due - System.nanoTime());
            List<TypeRates.Rate> now = rates.next();
            long dropped =
                    subscriptions.stream().mapToLong(Subscription::dropped).sum();
            if (main.isTerminal()) {
                table(target, now, dropped);
            } else {
                lines(due, now, dropped);
            }
            boolean over = subscriptions.stream().allMatch(one -> one.ended().isComplete());
            if (out().checkError() || over || due == end) {
                return;
            }
        }
    }

    private void table(TypedEventTarget target, List<TypeRates.Rate> rates, long dropped) {
        Table table = new Table("TYPE", "EVENTS/S", "KiB/S", "EVENTS");
        rates.stream()
                .limit(rows)
                .forEach(rate -> table.add(List.of(
                        rate.type(),
                        Table.decimal(rate.events()),
                        Table.decimal(rate.bytes() / KIB),
                        Table.number(rate.total()))));
        double events = rates.stream().mapToDouble(TypeRates.Rate::events).sum();
        out().print(CLEAR);
        out().printf(
                        Locale.ROOT,
                        "%s: %s events/s of %,d types%s%n%n",
                        target,
                        Table.decimal(events),
                        rates.size(),
                        dropped == 0 ? "" : String.format(Locale.ROOT, ", %,d left out", dropped));
        table.lines().forEach(out()::println);
        out().flush();
    }

    /** Elapsed seconds, type, events a second, bytes a second, events. */
    private void lines(long elapsed, List<TypeRates.Rate> rates, long dropped) {
        for (TypeRates.Rate rate : rates.subList(0, Math.min(rows, rates.size()))) {
            out().printf(
                            Locale.ROOT,
                            "%.1f %s %.1f %.1f %d%n",
                            elapsed / 1e9,
                            rate.type(),
                            rate.events(),
                            rate.bytes(),
                            rate.total());
        }
        if (dropped > 0) {
            err().printf(Locale.ROOT, "%,d events came too fast, and were left out%n", dropped);
        }
        out().flush();
    }
}
