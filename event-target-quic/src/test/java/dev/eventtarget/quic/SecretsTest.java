package dev.eventtarget.quic;

import static dev.eventtarget.quic.Outcome.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Hub;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A node's private key is in no error with its causes, in no line of any log, in no state, and in no name. */
@NeedsNativeQuic
class SecretsTest extends FaultTest {
    private static final EventType<String> GREETING = EventType.of("greeting", String.class);

    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    private void tell(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        told.add(text.toString());
    }

    private void assertNothingTold(String secret, SecretLog log) {
        assertFalse(told.isEmpty());
        told.forEach(text -> assertFalse(text.contains(secret), text));
        assertEquals(List.of(), log.lines());
    }

    private Path key(String name) {
        Path file = home.resolve(name + ".pem");
        told.add(NodeIdentity.loadOrCreate(file).toString());
        return file;
    }

    /** The key itself, without what stands before it in every file. */
    private static String secret(Path key) throws IOException {
        String base64 = Files.readString(key).replaceAll("-----.*-----|\\s", "");
        return base64.substring(base64.length() - 40);
    }

    private Throwable use(TypedEventTarget spoke) {
        Subscription subscription = spoke.addEventListener(
                GREETING, event -> {}, ListenerOptions.defaults().onError(this::tell));
        Throwable error = error(spoke.dispatchEvent(TypedEvent.of(GREETING, "hello")));
        if (error != null) {
            tell(error);
        }
        told.add(result(spoke.status()).toString());
        told.add(spoke.toString());
        told.add(subscription.toString());
        return error;
    }

    @Test
    void theKeyOfANodeThatIsTurnedAwayOrFindsNobodyIsNotRepeated() throws Exception {
        Path key = key("spoke");
        String as = "&identity=" + key;
        Path nobody = Files.writeString(home.resolve("nobody"), "");
        try (SecretLog log = new SecretLog(secret(key))) {
            Hub open = hub(memory(), options());
            String url = listen(open);
            assertEquals(null, use(spoke(url, as)));
            told.add(open.status().toString());
            told.add(open.toString());
            String other = url.replaceFirst(
                    "quic://[^@]*@", "quic://" + NodeIdentity.generate().nodeId() + "@");
            assertFalse(use(spoke(other, Duration.ofSeconds(1), as)) == null);
            String closed = result(hub(memory(), options()).listen("quic://127.0.0.1:0?allow=" + nobody));
            assertInstanceOf(UnauthorizedException.class, use(spoke(closed, as)));
            result(open.close());
            assertInstanceOf(NotConnectedException.class, use(spoke(url, Duration.ofSeconds(1), as)));
            assertNothingTold(secret(key), log);
        }
    }

    @Test
    void aUrlWithAKeyThatIsRefusedDoesNotRepeatIt() throws Exception {
        Path key = key("spoke");
        String node = NodeIdentity.load(key).nodeId().toString();
        String secret = secret(key);
        try (SecretLog log = new SecretLog(secret)) {
            for (String url : List.of(
                    "quic://" + node + "@localhost:4433?identity=" + key + "&colour=red",
                    "quic://" + node + "@localhost?identity=" + key + "&datagrams=perhaps",
                    "quic://localhost:4433?identity=" + key,
                    "quic://" + node + ":" + secret.replaceAll("[^A-Za-z0-9]", "")
                            + secret.replaceAll("[^A-Za-z0-9]", "") + "@localhost:4433")) {
                tell(assertThrows(
                        ConfigurationException.class,
                        () -> result(EventTargets.open(vertx, url).dispatchEvent(TypedEvent.of(GREETING, "hello")))));
            }
            assertNothingTold(secret, log);
        }
    }

    /** The key's file where a list is expected, and files with a key that is no use. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileThatIsRefusedIsNotRepeated() throws Exception {
        Path key = key("hub");
        String secret = secret(key);
        Path cut = Files.writeString(
                home.resolve("cut.pem"), Files.readString(key).replaceFirst(".{4}\\n-----END", "\n-----END"));
        Files.setPosixFilePermissions(cut, PosixFilePermissions.fromString("rw-------"));
        Path open = Files.copy(key, home.resolve("open.pem"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        try (SecretLog log = new SecretLog(secret.substring(0, 30))) {
            for (String option : List.of("allow=" + key, "deny=" + key, "identity=" + cut, "identity=" + open)) {
                tell(error(hub(memory(), options()).listen("quic://127.0.0.1:0?" + option)));
            }
            assertNothingTold(secret.substring(0, 30), log);
        }
    }
}
