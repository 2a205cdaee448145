package dev.eventtarget.websocket;

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
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.fixtures.SecretLog;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens and keys are in no error with its causes, in no line of any log, in no state, and in no name. */
class SecretsTest extends FaultTest {
    private static final EventType<String> GREETING = EventType.of("greeting", String.class);

    @TempDir
    Path directory;

    /** None that is a part of anything else, and long enough for a key. */
    private final String secret = "s3cret" + UUID.randomUUID().toString().replace("-", "");

    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    private void tell(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        told.add(text.toString());
    }

    private void assertNothingTold(SecretLog log) {
        assertFalse(told.isEmpty());
        told.forEach(text -> assertFalse(text.contains(secret), text));
        assertEquals(List.of(), log.lines());
    }

    /** Publishes and listens, keeps all that is said about it, and gives what publishing comes to. */
    private Throwable use(TypedEventTarget spoke) {
        Subscription subscription = spoke.addEventListener(
                GREETING, event -> {}, ListenerOptions.defaults().onError(this::tell));
        Throwable error = result(spoke.dispatchEvent(TypedEvent.of(GREETING, "hello"))
                .<Throwable>map(published -> new AssertionError("it was let in"))
                .recover(Future::succeededFuture));
        tell(error);
        told.add(result(spoke.status()).toString());
        told.add(spoke.toString());
        told.add(subscription.toString());
        return error;
    }

    private Path key() throws Exception {
        return Files.writeString(directory.resolve("key"), secret);
    }

    private Hub withTokens() throws Exception {
        return hub(
                memory(),
                HubOptions.of(new JsonObject()
                        .put(
                                "auth",
                                new JsonObject()
                                        .put(
                                                "jwt",
                                                new JsonObject()
                                                        .put("algorithm", "HS256")
                                                        .put("secretFile", key().toString())))));
    }

    @Test
    void aTokenThatIsRefusedIsNotRepeated() throws Exception {
        try (SecretLog log = new SecretLog(secret)) {
            Hub hub = withTokens();
            String url = listen(hub);
            Path file = Files.writeString(directory.resolve("token"), secret + "\n");
            for (String option : List.of("&token=" + secret, "&token=e30." + secret + ".e30", "&tokenFile=" + file)) {
                assertInstanceOf(UnauthorizedException.class, use(spoke(url, option)));
            }
            told.add(hub.status().toString());
            told.add(hub.toString());
            assertNothingTold(log);
        }
    }

    @Test
    void aTokenForAHubThatIsGoneIsNotRepeated() throws Exception {
        try (SecretLog log = new SecretLog(secret)) {
            Hub hub = hub(memory(), options());
            // that nobody else gets when the hub is gone
            String url = result(hub.listen("ws://127.0.0.1:" + Ports.free() + "/events"));
            TypedEventTarget spoke = target(url, "&token=" + secret);
            eventually(() -> result(spoke.dispatchEvent(TypedEvent.of(GREETING, "hello"))));
            told.add(hub.status().toString());
            result(hub.close());
            assertInstanceOf(NotConnectedException.class, use(spoke));
            assertInstanceOf(NotConnectedException.class, use(target(url, "&token=" + secret)));
            use(target(url.replace("ws:", "wss:"), "&token=" + secret));
            use(target(url, "&tokenFile=" + directory.resolve("none")));
            assertNothingTold(log);
        }
    }

    private TypedEventTarget target(String url, String option) {
        return spoke(url, java.time.Duration.ofSeconds(1), option);
    }

    /** What a client shows in the wrong place, which a proxy's log has by then, is not in the hub's as well. */
    @ParameterizedTest
    @ValueSource(strings = {"/events?token=%s", "/events?access_token=%s", "/%s", "/?%s"})
    void aTokenInAPathIsNotRepeated(String path) throws Exception {
        try (SecretLog log = new SecretLog(secret)) {
            String url = listen(withTokens());
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            "http" + url.substring(2).replace("/events", path.formatted(secret))))
                                    .version(HttpClient.Version.HTTP_1_1)
                                    .timeout(PATIENCE)
                                    .header("Authorization", "Bearer " + secret)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            told.add(response.body() + response.headers());
            assertNothingTold(log);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ws://shop:%s@localhost",
                "ws://localhost/events?token=%s&tokenFile=none",
                "ws://localhost/events?token=%s&colour=red",
                "ws://localhost/events?token=%s&token=again",
                "ws://localhost/events?token=%s&connectTimeout=soon",
                "ws://localhost/events?token=%s&caFile=ca.pem",
                "wss://localhost/events?token=%s&certFile=cert.pem",
                "ws://local host/events?token=%s"
            })
    void aUrlThatIsRefusedIsNotRepeated(String url) {
        try (SecretLog log = new SecretLog(secret)) {
            tell(assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, url.formatted(secret))));
            assertNothingTold(log);
        }
    }

    @Test
    void aKeyThatIsNoUseIsNotRepeated() throws Exception {
        Path cut = Files.writeString(directory.resolve("cut"), secret.substring(0, 20));
        Path pem = Files.writeString(
                directory.resolve("pem"), "-----BEGIN PUBLIC KEY-----\n" + secret + "\n-----END PUBLIC KEY-----\n");
        try (SecretLog log = new SecretLog(secret.substring(0, 20))) {
            for (JsonObject jwt : List.of(
                    new JsonObject().put("algorithm", "HS256").put("secretFile", cut.toString()),
                    new JsonObject().put("algorithm", "EdDSA").put("publicKeyFile", pem.toString()),
                    new JsonObject().put("algorithm", "HS256").put("secret", secret))) {
                JsonObject options = new JsonObject().put("auth", new JsonObject().put("jwt", jwt));
                ConfigurationException refused =
                        assertThrows(ConfigurationException.class, () -> HubOptions.of(options));
                tell(refused);
                assertFalse(told.remove().contains(secret.substring(0, 20)));
            }
            for (String listening :
                    List.of("certFile=" + pem + "&keyFile=" + pem, "keyStore=" + pem + "&keyStorePassword=" + secret)) {
                result(hub(memory(), options())
                        .listen("wss://127.0.0.1:0/events?" + listening)
                        .onFailure(this::tell)
                        .otherwiseEmpty());
            }
            assertNothingTold(log);
        }
    }
}
