package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.examples.Order;
import dev.eventtarget.link.Authenticator;
import dev.eventtarget.link.Authorizer;
import dev.eventtarget.link.Handshake;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecurityTest {
    private final Vertx vertx = Vertx.vertx();
    private final Vertx hubs = Vertx.vertx();
    private final TypedEventTarget target = EventTargets.open(hubs, "memory:");

    private final List<TypedEventTarget> spokes = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (TypedEventTarget spoke : spokes) {
            spoke.close().await(40, SECONDS);
        }
        vertx.close().await(40, SECONDS);
        hubs.close().await(40, SECONDS);
    }

    private String listen(HubOptions options) {
        return Hub.create(hubs, target, options)
                .listen("ws://127.0.0.1:0/events")
                .await();
    }

    // snippet: security-token
    /** What an identity provider does: says who somebody is, for some minutes. */
    static String token(PrivateKey key, String name) throws Exception {
        JwtClaims claims = new JwtClaims();
        claims.setSubject(name);
        claims.setAudience("events");
        claims.setExpirationTimeMinutesInTheFuture(10);
        JsonWebSignature token = new JsonWebSignature(); // of jose4j; any library for JWT does
        token.setAlgorithmHeaderValue("EdDSA");
        token.setKey(key);
        token.setPayload(claims.toJson());
        return token.getCompactSerialization();
    }
    // end

    @Test
    void tokensSayWhoSomebodyIsAndRulesWhatTheyMay(@TempDir Path directory) throws Exception {
        KeyPair issuer = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path publicKey = directory.resolve("issuer.pem");
        Files.writeString(
                publicKey,
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(UTF_8))
                                .encodeToString(issuer.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        // snippet: security-hub
        HubOptions options = HubOptions.of(new JsonObject()
                .put(
                        "auth",
                        new JsonObject()
                                .put(
                                        "jwt",
                                        new JsonObject()
                                                .put("algorithm", "EdDSA")
                                                .put("publicKeyFile", publicKey.toString())
                                                .put("audience", "events")))
                .put(
                        "rules",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("peer", "shop-*")
                                        .put("publish", new JsonArray().add("order.*")))
                                .add(new JsonObject()
                                        .put("peer", "billing")
                                        .put("subscribe", new JsonArray().add("order.>")))));
        // end
        String url = listen(options);

        Path tokenFile = Files.writeString(directory.resolve("token"), token(issuer.getPrivate(), "billing"));
        // snippet: security-spoke
        TypedEventTarget billing =
                EventTargets.open(vertx, new JsonObject().put("url", url).put("tokenFile", tokenFile.toString()));
        // end
        TypedEventTarget shop = EventTargets.open(
                vertx, new JsonObject().put("url", url).put("token", token(issuer.getPrivate(), "shop-1")));
        spokes.addAll(List.of(billing, shop));
        List<String> heard = new CopyOnWriteArrayList<>();
        billing.addEventListener(
                        EventType.of("order.>", Order.class),
                        event -> heard.add(event.source() + " " + event.detail().id()))
                .ready()
                .await(20, SECONDS);
        PubSub.over(shop).publish(PLACED, new Order("42", 3)).await(20, SECONDS);

        await().untilAsserted(() -> assertEquals(List.of("shop-1 42"), heard));
        // snippet: security-refused
        assertThrows(
                UnauthorizedException.class,
                () -> PubSub.over(billing).publish(PLACED, new Order("43", 1)).await(20, SECONDS));
        // end
        TypedEventTarget anonymous = EventTargets.open(vertx, url);
        spokes.add(anonymous);
        assertThrows(
                UnauthorizedException.class,
                () -> anonymous.addEventListener(PLACED, event -> {}).ready().await(20, SECONDS));
    }

    // snippet: security-authenticator
    /** Knows peers by keys that were given out to them: a hash of each key, and whose it is. */
    record ApiKeys(Map<String, String> namesByHash) implements Authenticator {
        @Override
        public Future<Peer> authenticate(Handshake handshake) {
            String key = handshake.token();
            String name = key == null ? null : namesByHash.get(hash(key));
            return name == null
                    ? Future.failedFuture(new UnauthorizedException("Give the key that you have got as a bearer token"))
                    : Future.succeededFuture(Peer.named(name));
        }

        static String hash(String key) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
                return Base64.getEncoder().encodeToString(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e); // every JDK has it
            }
        }
    }
    // end

    // snippet: security-authorizer
    /** Lets peers publish their own readings, and read everything. */
    static final class OwnReadings implements Authorizer {
        @Override
        public boolean mayPublish(Peer peer, EventType<?> type) {
            return type.name().equals("sensor.reading") && peer.name().equals(type.id());
        }

        @Override
        public boolean maySubscribe(Peer peer, EventType<?> type) {
            return true;
        }
    }
    // end

    @Test
    void anAuthenticatorAndAnAuthorizerOfOnesOwn() throws Exception {
        String key = "b3d8f1c27a5e";
        // snippet: security-own
        HubOptions options = HubOptions.defaults()
                .authenticator(new ApiKeys(Map.of(ApiKeys.hash(key), "sensor-7")))
                .authorizer(new OwnReadings());
        // end
        TypedEventTarget spoke = EventTargets.open(
                vertx, new JsonObject().put("url", listen(options)).put("token", key));
        spokes.add(spoke);
        EventType<Double> reading = EventType.of("sensor.reading", Double.class);
        PubSub.over(spoke).publish(reading, "sensor-7", 21.5).await(20, SECONDS);
        assertThrows(
                UnauthorizedException.class,
                () -> PubSub.over(spoke).publish(reading, "sensor-8", 21.5).await(20, SECONDS));
    }
}
