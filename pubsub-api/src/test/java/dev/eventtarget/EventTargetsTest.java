package dev.eventtarget;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventTargetsTest {
    private static Vertx vertx;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Never opens: what it is asked for is refused before. */
    public static final class NarrowProvider implements EventTargetProvider {
        @Override
        public Set<String> transports() {
            return Set.of("narrow");
        }

        @Override
        public Map<String, String> options() {
            return Map.of("history", "how many events", "host", "where");
        }

        @Override
        public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
            throw new ConfigurationException("not reached");
        }
    }

    private static String refusal(Path directory, String uri) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(EventTargetProvider.class.getName()), NarrowProvider.class.getName(), UTF_8);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, EventTargetsTest.class.getClassLoader())) {
            thread.setContextClassLoader(loader);
            return assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, uri))
                    .getMessage();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void anUnknownOptionIsAnErrorThatListsWhatIsAllowed(@TempDir Path directory) throws IOException {
        String message = refusal(directory, "narrow:orders?histroy=1");
        assertTrue(message.contains("'histroy'"), message);
        assertTrue(message.contains("history, host, name"), message);
    }

    @Test
    void aPasswordThatIsNotUnderstoodIsNotQuoted(@TempDir Path directory) throws IOException {
        String message = refusal(directory, "narrow://user:s3cret@host");
        assertFalse(message.contains("s3cret"), message);
    }

    @Test
    void anUnknownTransportIsAnErrorThatListsWhatIsThere(@TempDir Path directory) throws IOException {
        String message = refusal(directory, "carrier-pigeon:");
        assertTrue(message.contains("carrier-pigeon"), message);
        assertTrue(message.contains("narrow"), message);
    }

    @Test
    void withoutAnyAdapterTheErrorSaysWhatToAdd() {
        String message = assertThrows(
                        ConfigurationException.class,
                        () -> EventTargets.open(vertx, new JsonObject().put("transport", "memory")))
                .getMessage();
        assertTrue(message.contains("event-target-memory"), message);
    }
}
