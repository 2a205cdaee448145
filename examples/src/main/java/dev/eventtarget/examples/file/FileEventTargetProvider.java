package dev.eventtarget.examples.file;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

// snippet: file-provider
/** Opens {@code file:///path/to/events.ndjson}. */
public final class FileEventTargetProvider implements EventTargetProvider {
    /** Called by the service loader. */
    public FileEventTargetProvider() {}

    @Override
    public Set<String> transports() {
        return Set.of("file");
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "path", "the file; made where there is none",
                "closeTimeout", "how long close() waits for listeners; 30s by default");
    }

    @Override
    public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        String path = config.string("path");
        if (path == null) {
            throw new ConfigurationException("Which file? Write a URI such as file:///var/spool/events.ndjson");
        }
        try {
            Duration closeTimeout = config.duration("closeTimeout", Duration.ofSeconds(30));
            return new FileEventTarget(vertx, Path.of(path), closeTimeout, interceptors);
        } catch (IOException e) {
            throw new ConfigurationException("The file " + path + " can't be opened: " + e, e);
        }
    }
}
// end
