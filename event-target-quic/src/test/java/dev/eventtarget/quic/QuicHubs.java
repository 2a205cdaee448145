package dev.eventtarget.quic;

import dev.eventtarget.fixtures.link.HubsByBus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** The hubs of contract tests: all those of one test are the same node. */
final class QuicHubs {
    private QuicHubs() {}

    /** With the URI of the target for a bus. */
    static HubsByBus with(UnaryOperator<String> targetUri) {
        return with(targetUri, "");
    }

    /** And with options of the hubs' addresses. */
    static HubsByBus with(UnaryOperator<String> targetUri, String options) {
        Path identity = identity();
        return new HubsByBus(targetUri, port -> "quic://127.0.0.1:" + port + "?identity=" + identity + options);
    }

    private static Path identity() {
        try {
            Path directory = Files.createTempDirectory("hubs");
            Path identity = directory.resolve("hub.pem");
            // the last is deleted first
            directory.toFile().deleteOnExit();
            identity.toFile().deleteOnExit();
            return identity;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
