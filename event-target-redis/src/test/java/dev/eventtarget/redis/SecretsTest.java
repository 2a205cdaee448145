package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.SecretLog;
import io.netty.pkitesting.CertificateBuilder;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords are in no error with its causes, in no line of any log, in no state, and in no name. */
class SecretsTest extends RedisTest {
    private static final EventType<String> ORDER = EventType.of("order", String.class);

    /** None that is a part of anything else. */
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

    /** Publishes and listens, and keeps all that is said about it. */
    private void use(TypedEventTarget target) {
        Subscription subscription = target.addEventListener(
                ORDER, event -> {}, ListenerOptions.defaults().onError(this::tell));
        result(target.dispatchEvent(TypedEvent.of(ORDER, "detail"))
                .onFailure(this::tell)
                .otherwiseEmpty());
        told.add(result(target.status()).toString());
        told.add(target.toString());
        told.add(subscription.toString());
    }

    private TypedEventTarget impatient(String url, String... options) {
        TypedEventTarget target =
                open(url + (url.contains("?") ? "&" : "?") + "publishTimeout=1s&commandTimeout=1s", options);
        use(target);
        return target;
    }

    @Test
    void aPasswordThatIsRefusedIsNotRepeated() {
        RedisServer server = use(RedisServer.start());
        server.call("CONFIG", "SET", "requirepass", "another");
        try (SecretLog log = new SecretLog(secret)) {
            TypedEventTarget target = open("redis://:" + secret + "@" + server.address());
            use(target);
            eventually(() -> assertEquals(
                    Health.State.DOWN, result(target.status()).health().state()));
            use(open("redis://shop:" + secret + "@" + server.address()));
            use(open("redis://" + server.address() + "?password=" + secret));
            assertTrue(told.stream().anyMatch(text -> text.contains("WRONGPASS")), told::toString);
            assertNothingTold(log);
        }
    }

    @Test
    void aPasswordForAServerThatIsGoneIsNotRepeated() {
        RedisServer server = use(RedisServer.start());
        server.call("CONFIG", "SET", "requirepass", secret);
        try (SecretLog log = new SecretLog(secret)) {
            TypedEventTarget target = impatient("redis://:" + secret + "@" + server.address());
            eventually(() -> assertTrue(result(target.status()).health().isUp()));
            server.close();
            use(target);
            impatient("redis://:" + secret + "@" + server.address());
            impatient("redis+cluster://shop:" + secret + "@" + server.address() + ",127.0.0.1:1");
            impatient("redis+sentinel://shop:" + secret + "@127.0.0.1:1");
            impatient("redis://shop:" + secret + "@nowhere.invalid");
            assertNothingTold(log);
        }
    }

    @Test
    void aPasswordBehindTlsThatFailsIsNotRepeated() throws Exception {
        RedisServer server = use(RedisServer.startWithTls(new CertificateBuilder()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned()));
        try (SecretLog log = new SecretLog(secret)) {
            impatient(server.tlsUrl().replace("//", "//shop:" + secret + "@"));
            impatient(server.url().replace("redis://", "rediss://shop:" + secret + "@"));
            assertNothingTold(log);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://shop:%s@localhost?shards=0",
                "redis://shop:%s@localhost?colour=red",
                "redis://shop:%s@localhost:70000",
                "redis://shop:%s@localhost/orders",
                "redis://shop:%s@localhost?prefix=a%%20b",
                "redis://shop:%s@localhost?password=again",
                "redis://shop:%s@",
                "redis://shop:%s/more@localhost",
                "redis://shop:12/%s@localhost",
                "redis://shop:%s?more@localhost",
                "redis+cluster://shop:%s@localhost:1,,localhost:2",
                "redis+pigeon://shop:%s@localhost",
                "rediss://shop:%s@localhost?caFile=/no/such/file&publishTimeout=soon"
            })
    void aUrlThatIsRefusedIsNotRepeated(String url) {
        try (SecretLog log = new SecretLog(secret)) {
            tell(assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, url.formatted(secret))));
            assertNothingTold(log);
        }
    }

    @Test
    void otherSettingsAreComparedWithoutPasswords() {
        JsonObject config = new JsonObject()
                .put("url", "redis://127.0.0.1:1")
                .put("name", "shop")
                .put("user", "shop")
                .put("password", secret);
        TypedEventTarget first = EventTargets.open(vertx, config);
        try (SecretLog log = new SecretLog(secret)) {
            tell(assertThrows(
                    ConfigurationException.class,
                    () -> EventTargets.open(vertx, config.copy().put("shards", 2))));
            tell(assertThrows(
                    ConfigurationException.class,
                    () -> EventTargets.open(vertx, config.copy().put("password", secret + "2"))));
            assertNothingTold(log);
        }
        result(first.close());
    }
}
