package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.HubStatus;
import dev.eventtarget.link.SlowSpokePolicy;
import dev.eventtarget.micrometer.EventTargetMetrics;
import dev.eventtarget.spi.EventTargetConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "hub",
        description = {
            "Is a hub: what one process publishes to it, all others hear.",
            "",
            "Prints each address that other commands and programs connect to, and that of the page that shows the events"
                    + " in a browser. It goes on until SIGINT or SIGTERM: it then sends what waits, says goodbye to those who"
                    + " are connected, and exits with 0.",
            "Hubs with the same Redis as --backend are one cluster: whoever is connected to one hears those of the others."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  pubsub hub",
            "  pubsub run --url ws://127.0.0.1:8080/events",
            "",
            "  pubsub hub --listen ws://127.0.0.1:8081 --listen ws://0.0.0.0:8082",
            "  pubsub hub --listen 'wss://0.0.0.0?certFile=cert.pem&keyFile=key.pem'",
            "  pubsub hub --listen quic://0.0.0.0:4433 --identity hub.pem --allow allowed",
            "  pubsub hub --listen ws://127.0.0.1:8080/events --listen quic://127.0.0.1:4433",
            "  pubsub hub --dial quic://NODEID@spoke.example:4433 --identity hub.pem",
            "",
            "  pubsub hub --backend redis://localhost:6379 --metrics :9090",
            "",
            "  pubsub hub --config hub.yaml --check",
            "  pubsub hub --config hub.yaml",
            "  kill -HUP PID"
        })
final class HubCommand extends TargetCommand {
    private static final String LISTENS = "ws://127.0.0.1:8080/events";

    /** For the backend to close, beside the hub's own closeTimeout. */
    private static final Duration GRACE = Duration.ofSeconds(40);

    @Option(
            names = {"-l", "--listen"},
            paramLabel = "URL",
            description = "Where to take connections, with port 0 for a free one; may be given several times, also over"
                    + " several transports. Default: ws://127.0.0.1:8080/events.")
    private List<String> addresses = List.of();

    @Option(
            names = "--dial",
            paramLabel = "URL",
            description =
                    "A spoke that listens, such as quic://NODEID@host:4433, to connect to; may be given several times.")
    private List<String> dialled = List.of();

    @Option(
            names = {"-b", "--backend"},
            paramLabel = "URL",
            description = "The target that the events go through; default: memory:, which is this process alone."
                    + " redis+embedded: starts a redis-server that lives as long as the command.")
    private @Nullable String backend;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "YAML or JSON with all of this, with who may come in and do what, and with the hub's bounds. Read"
                            + " again on SIGHUP, and when it changes, without closing connections. Options here come before it.")
    private @Nullable Path config;

    @Option(
            names = {"-m", "--metrics"},
            paramLabel = "[HOST]:PORT",
            description = "Where to show /metrics for Prometheus, /health/live and /health/ready; without a host at all"
                    + " addresses of this machine. Default: nowhere.")
    private @Nullable String metrics;

    @Option(
            names = "--slow",
            paramLabel = "POLICY",
            converter = SlowConverter.class,
            description = "What becomes of one who does not take events as fast as they come: disconnect (the default),"
                    + " drop-oldest or pause.")
    private @Nullable SlowSpokePolicy slow;

    @ArgGroup(exclusive = false, heading = "%nOf quic: addresses:%n")
    private NodeOptions nodes = new NodeOptions();

    @Option(names = "--check", description = "Looks whether all this is right, says what is not, and exits.")
    private boolean check;

    private @Nullable HubFile file;
    private @Nullable HubReload reload;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    HubCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        if (config != null) {
            reload = new HubReload(config, err());
            file = reload.read();
        }
        nodes.check(listening(file), dialled(file));
        String shown = metrics();
        if (shown != null) {
            var unused = StatusServer.address(shown);
        }
    }

    @Override
    String url() {
        return !check && backend() instanceof String url ? url : "memory:";
    }

    @Override
    TypedEventTarget open(Vertx vertx, String url) {
        Interceptor[] measuring =
                check || metrics() == null ? new Interceptor[0] : new Interceptor[] {new EventTargetMetrics(registry)};
        try {
            return behind(vertx, !check && backend() instanceof JsonObject object ? object : url, measuring);
        } catch (ConfigurationException e) {
            throw located("backend", e);
        }
    }

    /** Opens what is behind the hub, by a URL or an object. */
    private static TypedEventTarget behind(Vertx vertx, Object backend, Interceptor... measuring) {
        return backend instanceof JsonObject object
                ? EventTargets.open(vertx, object, measuring)
                : EventTargets.open(vertx, backend.toString(), measuring);
    }

    /** Says where in the file it is, if it is from there. */
    private ConfigurationException located(String path, ConfigurationException e) {
        return file != null && file.has(path) ? new FaultyFileException(List.of(file.mistake(path, e))) : e;
    }

    private Object backend() {
        if (backend != null) {
            return backend;
        }
        Object written = file == null ? null : file.backend();
        return written == null ? "memory:" : written;
    }

    private @Nullable String metrics() {
        return metrics != null || file == null ? metrics : file.metrics();
    }

    private List<EventTargetConfig> listening(@Nullable HubFile from) {
        if (!addresses.isEmpty()) {
            return addresses.stream().map(EventTargetConfig::of).toList();
        }
        return from != null && from.has("listen") ? from.listen() : List.of(EventTargetConfig.of(LISTENS));
    }

    private List<EventTargetConfig> dialled(@Nullable HubFile from) {
        if (!dialled.isEmpty()) {
            return dialled.stream().map(EventTargetConfig::of).toList();
        }
        return from == null ? List.of() : from.dial();
    }

    /** How the file calls the address with a number; nothing if it is from the command line. */
    private static String path(String option, List<String> given, int number) {
        return given.isEmpty() ? option + "[" + number + "]" : "";
    }

    private HubOptions options(@Nullable HubFile from) {
        HubOptions options = from == null ? HubOptions.defaults() : from.options();
        options = slow == null ? options : options.slowSpokes(slow);
        main.grace(options.closeTimeout().plus(GRACE));
        return options;
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        Hub hub = Hub.create(vertx, target, options(file));
        if (check) {
            return look(vertx, hub);
        }
        String shown = metrics();
        StatusServer status = shown == null ? null : new StatusServer(vertx, shown, target, hub, registry);
        try {
            List<String> lines = new ArrayList<>();
            if (status != null) {
                lines.add("metrics " + listen(status));
            }
            List<EventTargetConfig> listening = listening(file);
            for (int i = 0; i < listening.size(); i++) {
                EventTargetConfig address = listening.get(i);
                String url = begun(path("listen", addresses, i), hub.listen(nodes.listening(address)));
                lines.add("listening " + url);
                if (hasPage(address)) {
                    lines.add("page " + page(url));
                }
            }
            List<EventTargetConfig> spokes = dialled(file);
            for (int i = 0; i < spokes.size(); i++) {
                begun(path("dial", dialled, i), hub.dial(nodes.dialling(spokes.get(i))));
            }
            if (reload != null) {
                reload.start(next -> change(hub, next));
            }
            lines.forEach(out()::println);
            out().flush();
            if (status != null) {
                status.ready(true);
            }
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            int links = hub.status().links().size();
            err().printf(Locale.ROOT, "closing, with %,d %s%n", links, links == 1 ? "link" : "links");
        } finally {
            if (reload != null) {
                reload.close();
            }
            if (status != null) {
                status.ready(false);
            }
            hub.close().await();
            if (status != null) {
                status.close();
            }
        }
        HubStatus done = hub.status();
        err().printf(Locale.ROOT, "closed after %,d events in and %,d out%n", done.published(), done.delivered());
        return Main.OK;
    }

    private String listen(StatusServer status) {
        try {
            return status.listen();
        } catch (ConfigurationException e) {
            throw metrics == null ? located("metrics", e) : e;
        }
    }

    private <T> T begun(String path, Future<T> beginning) {
        try {
            return beginning.await();
        } catch (ConfigurationException e) {
            throw path.isEmpty() ? e : located(path, e);
        }
    }

    /** Finds all that a start would stumble over, except for ports that are taken. */
    private int look(Vertx vertx, Hub hub) {
        List<String> mistakes = mistakes(hub, file);
        if (!(backend() instanceof String url && EmbeddedRedis.isWanted(url))) {
            attempt(
                    mistakes,
                    file,
                    backend == null ? "backend" : "",
                    () -> behind(vertx, backend()).close());
        }
        hub.close().await();
        mistakes.forEach(err()::println);
        if (mistakes.isEmpty()) {
            out().println((config == null ? "The hub's options" : config) + " can be used");
        }
        return mistakes.isEmpty() ? Main.OK : Main.USAGE;
    }

    /** What is wrong with the addresses. */
    private List<String> mistakes(Hub hub, @Nullable HubFile from) {
        List<String> mistakes = new ArrayList<>();
        List<EventTargetConfig> listening = listening(from);
        for (int i = 0; i < listening.size(); i++) {
            EventTargetConfig address = listening.get(i);
            attempt(mistakes, from, path("listen", addresses, i), () -> hub.check(nodes.listening(address)));
        }
        List<EventTargetConfig> spokes = dialled(from);
        for (int i = 0; i < spokes.size(); i++) {
            EventTargetConfig spoke = spokes.get(i);
            attempt(mistakes, from, path("dial", dialled, i), () -> hub.checkDial(nodes.dialling(spoke)));
        }
        return mistakes;
    }

    private static void attempt(
            List<String> mistakes, @Nullable HubFile from, String path, Supplier<Future<Void>> attempted) {
        try {
            attempted.get().await();
        } catch (ConfigurationException e) {
            mistakes.add(from != null && !path.isEmpty() ? from.mistake(path, e) : Main.describe(e));
        }
    }

    /** Goes over to what the file says now. */
    private void change(Hub hub, HubFile next) {
        List<String> mistakes = mistakes(hub, next);
        if (!mistakes.isEmpty()) {
            throw new FaultyFileException(mistakes);
        }
        hub.reload(options(next)).await();
        HubFile begun = Objects.requireNonNull(file);
        remark(next, "listen", addresses.isEmpty() && !next.listen().equals(begun.listen()));
        remark(next, "dial", dialled.isEmpty() && !next.dial().equals(begun.dial()));
        remark(next, "backend", backend == null && !Objects.equals(next.backend(), begun.backend()));
        remark(next, "metrics", metrics == null && !Objects.equals(next.metrics(), begun.metrics()));
    }

    private void remark(HubFile next, String option, boolean changed) {
        if (changed) {
            err().println(next.remark(
                    option, "'" + option + "' has changed, which takes a restart: it stays as it was"));
        }
    }

    private static boolean hasPage(EventTargetConfig address) {
        return address.transport().startsWith("ws") && address.bool("page", true);
    }

    /** The page stands beside the path of the links, over the HTTP that the WebSockets begin with. */
    private static URI page(String url) {
        return URI.create(url.replaceFirst("^ws", "http")).resolve(".");
    }

    private static final class SlowConverter implements ITypeConverter<SlowSpokePolicy> {
        @Override
        public SlowSpokePolicy convert(String value) {
            return switch (value) {
                case "disconnect" -> SlowSpokePolicy.DISCONNECT;
                case "drop-oldest" -> SlowSpokePolicy.DROP_OLDEST;
                case "pause" -> SlowSpokePolicy.PAUSE;
                default -> throw new TypeConversionException("it must be disconnect, drop-oldest or pause");
            };
        }
    }
}
