package dev.eventtarget.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.HubStatus;
import dev.eventtarget.link.SlowSpokePolicy;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
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
            "  pubsub hub --backend redis://localhost:6379 --config hub.json",
            "",
            "  pubsub hub --listen quic://0.0.0.0:4433 --identity hub.pem --allow allowed",
            "  pubsub hub --listen ws://127.0.0.1:8080/events --listen quic://127.0.0.1:4433",
            "  pubsub hub --dial quic://NODEID@spoke.example:4433 --identity hub.pem"
        })
final class HubCommand extends TargetCommand {
    @Option(
            names = {"-l", "--listen"},
            paramLabel = "URL",
            description = "Where to take connections, with port 0 for a free one; may be given several times, also over"
                    + " several transports. Default: ws://127.0.0.1:8080/events.")
    private List<String> addresses = List.of("ws://127.0.0.1:8080/events");

    @Option(
            names = "--dial",
            paramLabel = "URL",
            description =
                    "A spoke that listens, such as quic://NODEID@host:4433, to connect to; may be given several times.")
    private List<String> dialled = List.of();

    @Option(
            names = {"-b", "--backend"},
            paramLabel = "URL",
            description =
                    "The target that the events go through; default: ${DEFAULT-VALUE}, which is this process alone."
                            + " redis+embedded: starts a redis-server that lives as long as the command.")
    private String backend = "memory:";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "JSON with who may come in and do what, and with the hub's bounds, such as"
                    + " {\"maxLinks\": 1000, \"rules\": [{\"peer\": \"*\", \"subscribe\": [\"news.>\"]}]}.")
    private @Nullable Path config;

    @Option(
            names = "--slow",
            paramLabel = "POLICY",
            converter = SlowConverter.class,
            description = "What becomes of one who does not take events as fast as they come: disconnect (the default),"
                    + " drop-oldest or pause.")
    private @Nullable SlowSpokePolicy slow;

    @ArgGroup(exclusive = false, heading = "%nOf quic: addresses:%n")
    private NodeOptions nodes = new NodeOptions();

    private HubOptions options = HubOptions.defaults();

    HubCommand(Main main) {
        super(main);
    }

    @Override
    void check() {
        nodes.check(addresses, dialled);
        if (config != null) {
            options = options(config);
        }
        if (slow != null) {
            options = options.slowSpokes(slow);
        }
    }

    private static HubOptions options(Path file) {
        try (InputStream in = read(file)) {
            if (Json.decodeValue(Buffer.buffer(in.readAllBytes())) instanceof JsonObject json) {
                return HubOptions.of(json);
            }
            throw new ConfigurationException("it must be one object, such as {\"maxLinks\": 1000}");
        } catch (DecodeException e) {
            throw new ConfigurationException(file + " is no JSON: " + whatAndWhere(e), e);
        } catch (IOException | ConfigurationException e) {
            throw new ConfigurationException(file + ": " + e.getMessage(), e);
        }
    }

    private static String whatAndWhere(DecodeException e) {
        return e.getCause() instanceof JsonProcessingException json
                ? json.getOriginalMessage() + " in line " + json.getLocation().getLineNr()
                : String.valueOf(e.getMessage());
    }

    @Override
    String url() {
        return backend;
    }

    @Override
    int execute(Vertx vertx, TypedEventTarget target) throws Exception {
        Hub hub = Hub.create(vertx, target, options);
        try {
            List<String> urls = new ArrayList<>();
            for (String address : addresses) {
                String url = hub.listen(nodes.listening(address)).await();
                urls.add("listening " + url);
                if (hasPage(address)) {
                    urls.add("page " + page(url));
                }
            }
            for (String spoke : dialled) {
                hub.dial(nodes.dialling(spoke)).await();
            }
            urls.forEach(out()::println);
            out().flush();
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            int links = hub.status().links().size();
            err().printf(Locale.ROOT, "closing, with %,d %s%n", links, links == 1 ? "link" : "links");
        } finally {
            hub.close().await();
        }
        HubStatus status = hub.status();
        err().printf(Locale.ROOT, "closed after %,d events in and %,d out%n", status.published(), status.delivered());
        return Main.OK;
    }

    private static boolean hasPage(String address) {
        EventTargetConfig config = EventTargetConfig.of(address);
        return config.transport().startsWith("ws") && config.bool("page", true);
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
