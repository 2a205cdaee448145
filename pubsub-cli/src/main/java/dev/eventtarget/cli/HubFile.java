package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a hub's configuration file says: where to listen, what is behind the hub, and how it treats its links. */
final class HubFile {
    private static final Set<String> OWN = Set.of("listen", "dial", "backend", "metrics");

    private final LocatedDocument document;
    private final List<EventTargetConfig> listen = new ArrayList<>();
    private final List<EventTargetConfig> dial = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();
    private @Nullable Object backend;
    private @Nullable String metrics;
    private HubOptions options = HubOptions.defaults();

    private HubFile(LocatedDocument document) {
        this.document = document;
        content().forEach(this::read);
        if (mistakes.isEmpty()) {
            options = HubOptions.of(rest());
        } else {
            throw new FaultyFileException(mistakes);
        }
    }

    /**
     * Reads a file.
     *
     * @param path in JSON or YAML
     * @return what it says, as far as can be told without a hub
     * @throws FaultyFileException with all mistakes
     */
    static HubFile read(Path path) {
        try {
            return new HubFile(new LocatedDocument(path.toString(), Files.readString(path)));
        } catch (MalformedInputException e) {
            throw new FaultyFileException(List.of(path + ":1:1: this is no UTF-8"));
        } catch (IOException e) {
            throw new FaultyFileException(List.of(path + " can't be read: " + e));
        }
    }

    private JsonObject content() {
        return document.content();
    }

    private JsonObject rest() {
        JsonObject rest = content().copy();
        OWN.forEach(rest::remove);
        return rest;
    }

    private void read(Map.Entry<String, Object> entry) {
        String name = entry.getKey();
        Object value = entry.getValue();
        try {
            switch (name) {
                case "listen" -> addresses(name, value, "ws://127.0.0.1:8080/events", listen);
                case "dial" -> addresses(name, value, "quic://NODEID@host:4433", dial);
                case "backend" -> {
                    var unused = target(name, value);
                    backend = value instanceof JsonObject object ? joined(object) : value;
                }
                case "metrics" -> {
                    metrics = value.toString();
                    var unused = StatusServer.address(metrics);
                }
                default -> option(name, value);
            }
        } catch (ConfigurationException e) {
            mistakes.add(mistake(name, e));
        }
    }

    private void option(String name, Object value) {
        if (HubOptions.names().contains(name)) {
            // one by one, so that all mistakes are told
            var unused = HubOptions.of(new JsonObject().put(name, value));
        } else {
            Collection<String> all = new TreeSet<>(HubOptions.names());
            all.addAll(OWN);
            throw new ConfigurationException(
                    name, "There is no option '" + name + "'. There are: " + String.join(", ", all));
        }
    }

    private void addresses(String name, Object value, String example, List<EventTargetConfig> addresses) {
        if (!(value instanceof JsonArray all) || all.isEmpty()) {
            throw new ConfigurationException(name + " must be an array such as [\"" + example + "\"]");
        }
        for (int i = 0; i < all.size(); i++) {
            String path = name + "[" + i + "]";
            try {
                addresses.add(target(path, all.getValue(i)));
            } catch (ConfigurationException e) {
                mistakes.add(mistake(path, e));
            }
        }
    }

    private static EventTargetConfig target(String path, Object value) {
        if (value instanceof String url) {
            return EventTargetConfig.of(url);
        }
        if (value instanceof JsonObject object) {
            return EventTargetConfig.of(joined(object));
        }
        throw new ConfigurationException(
                path
                        + " must be a URL, or an object with a \"url\" and its options, such as {\"url\": \"ws://127.0.0.1:8080\"}");
    }

    /** Has several of something as in a URL, with commas between. */
    private static JsonObject joined(JsonObject object) {
        JsonObject options = new JsonObject();
        object.forEach(option -> options.put(
                option.getKey(),
                option.getValue() instanceof JsonArray all
                        ? all.stream().map(String::valueOf).collect(Collectors.joining(","))
                        : option.getValue()));
        return options;
    }

    /** {@return where to listen; empty where that is not said} */
    List<EventTargetConfig> listen() {
        return listen;
    }

    /** {@return the spokes to connect to} */
    List<EventTargetConfig> dial() {
        return dial;
    }

    /** {@return whether an option is there} */
    boolean has(String path) {
        return content().containsKey(path.replaceFirst("[.\\[].*", ""));
    }

    /** {@return what is behind the hub, if that is said: a URL, or an object to open it with} */
    @Nullable Object backend() {
        return backend;
    }

    /** {@return where to show metrics and health, if that is said} */
    @Nullable String metrics() {
        return metrics;
    }

    /** {@return how the hub treats its links} */
    HubOptions options() {
        return options;
    }

    /**
     * Says what is wrong, and where.
     *
     * @param path the option that was read
     * @param error may know more exactly which of the options in it
     * @return one line
     */
    String mistake(String path, Throwable error) {
        String option = error instanceof ConfigurationException known ? known.option() : "";
        boolean whole = option.startsWith(path);
        return document.place(option.isEmpty() ? path : whole ? option : path + "." + option) + ": "
                + Main.describe(error);
    }

    /** Says that an option is something. */
    String remark(String path, String text) {
        return document.place(path) + ": " + text;
    }

    /** {@return the files that options name whose change the hub can follow} */
    Set<Path> files() {
        Set<Path> files = new TreeSet<>();
        for (EventTargetConfig address : listen) {
            for (String name : address.names()) {
                addFile(files, name, address.string(name));
            }
        }
        addFiles(files, "", rest());
        return files;
    }

    private static void addFiles(Set<Path> files, String parent, JsonObject object) {
        object.forEach(entry -> {
            if (entry.getValue() instanceof JsonObject inner) {
                addFiles(files, entry.getKey(), inner);
            } else {
                addFile(files, parent.endsWith("Files") ? parent : entry.getKey(), entry.getValue());
            }
        });
    }

    private static void addFile(Set<Path> files, String option, @Nullable Object value) {
        if (value instanceof String file && (option.matches(".*Files?") || option.equals("keyStore"))) {
            files.add(Path.of(file));
        }
    }
}
