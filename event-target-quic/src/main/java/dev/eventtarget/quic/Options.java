package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Options that several kinds of addresses have. */
final class Options {
    private static final int MOST_MESSAGE = 64 << 20;

    private Options() {}

    /** {@return the options of every node, each with one line of help; to be changed as one likes} */
    static Map<String, String> ofNode(String whose) {
        Map<String, String> help = new TreeMap<>();
        help.put(
                "identity",
                "the file with the " + whose + "'s key, made where there is none; without it the " + whose
                        + " is another node each time");
        help.put("alpn", "the protocol's name in the TLS handshake; eventtarget/1 by default");
        help.put(
                "largeFrom",
                "from how many bytes on an event goes on a stream of its own; 131072 by default, 0 for never");
        help.put("datagrams", "whether events that may be lost go as datagrams; true by default");
        return help;
    }

    static @Nullable Path file(EventTargetConfig config, String name) {
        String value = config.string(name);
        try {
            return value == null ? null : Path.of(value);
        } catch (InvalidPathException e) {
            throw new ConfigurationException(
                    name, "The option " + name + " must be the path of a file: " + e.getMessage(), e);
        }
    }

    static Duration connectTimeout(EventTargetConfig config) {
        Duration timeout = config.duration("connectTimeout", Duration.ofSeconds(5));
        if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new ConfigurationException("connectTimeout", "The option connectTimeout must be from 1ms to 24d");
        }
        return timeout;
    }

    /** The most bytes of a message of the hub's. */
    static int maxMessage(EventTargetConfig config) {
        return config.integer("maxMessage", MOST_MESSAGE, 1024, MOST_MESSAGE);
    }
}
