package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.UnauthorizedException;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtAuthenticatorTest {
    private static final byte[] SECRET = random(32);
    private static final KeyPair ED25519 = keyPair("Ed25519");
    private static final JwtAuthenticator HS256_ONLY = JwtAuthenticator.hs256(SECRET);
    private static final JwtAuthenticator ED25519_ONLY = JwtAuthenticator.ed25519(ED25519.getPublic());

    @TempDir
    Path directory;

    static Stream<JwtAuthenticator> authenticators() {
        return Stream.of(HS256_ONLY, ED25519_ONLY);
    }

    @ParameterizedTest
    @MethodSource("authenticators")
    void theSubjectIsThePeersNameAndTextsAreItsClaims(JwtAuthenticator authenticator) {
        JwtClaims claims = claims("billing-1");
        claims.setStringClaim("tenant", "acme");
        claims.setClaim("level", 3);
        claims.setStringListClaim("roles", "a", "b");

        Peer peer = admitted(authenticator, signed(authenticator, claims));

        assertEquals("billing-1", peer.name());
        assertEquals(Map.of("sub", "billing-1", "tenant", "acme"), peer.claims());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-"})
    void whoHasNoTokenIsToldWhereToPutIt(String none) {
        assertRefused(HS256_ONLY, none.equals("-") ? null : none, "Authorization: Bearer");
    }

    @Test
    void anIdentityThatIsProvedStandsForATokenOnlyIfThatIsSaid() {
        JwtAuthenticator both = HS256_ONLY.identities(true).leeway(Duration.ZERO);
        Handshake proved = new Handshake("quic", "127.0.0.1:9", null, null, "node");

        assertEquals(Peer.named("node"), both.authenticate(proved).await());
        assertRefused(both, null, "Authorization: Bearer");
        assertInstanceOf(
                UnauthorizedException.class, HS256_ONLY.authenticate(proved).cause());
    }

    @Test
    void aTokenComesBeforeAnIdentity() {
        JwtAuthenticator both = HS256_ONLY.identities(true);
        Handshake proved = new Handshake("quic", "127.0.0.1:9", null, null, "node");

        assertEquals(
                "billing-1",
                both.authenticate(proved.withToken(signed(both, claims("billing-1"))))
                        .await()
                        .name());
        for (String wrong : List.of("", "a.b.c", signed(ED25519_ONLY, claims("billing-1")))) {
            assertInstanceOf(
                    UnauthorizedException.class,
                    both.authenticate(proved.withToken(wrong)).cause());
        }
    }

    @ParameterizedTest
    @MethodSource("authenticators")
    void anExpiredTokenIsRefusedAfterTheLeeway(JwtAuthenticator authenticator) {
        JwtClaims claims = claims("a");
        claims.setExpirationTime(secondsFromNow(-2));

        assertEquals("a", admitted(authenticator, signed(authenticator, claims)).name());
        assertRefused(authenticator.leeway(Duration.ZERO), signed(authenticator, claims), "expired");
        claims.setExpirationTime(secondsFromNow(-40));
        assertRefused(authenticator, signed(authenticator, claims), "expired");
    }

    @Test
    void thePeerMayStayUntilTheTokenHasExpired() {
        JwtClaims claims = claims("a");
        claims.setExpirationTime(NumericDate.fromSeconds(4_000_000_000L));
        JwtAuthenticator authenticator = HS256_ONLY.leeway(Duration.ofSeconds(7));

        assertEquals(
                Instant.ofEpochSecond(4_000_000_007L),
                admitted(authenticator, signed(authenticator, claims)).expires());

        claims.setExpirationTime(NumericDate.fromSeconds(Long.MAX_VALUE / 1000));
        Instant farOff = admitted(authenticator, signed(authenticator, claims)).expires();
        assertTrue(farOff != null && farOff.isBefore(Instant.parse("+10000-01-02T00:00:00Z")), () -> "" + farOff);
    }

    @Test
    void aTokenIsRefusedBeforeItsTimeLessTheLeeway() {
        JwtClaims claims = claims("a");
        claims.setNotBefore(secondsFromNow(28));

        assertEquals("a", admitted(HS256_ONLY, signed(HS256_ONLY, claims)).name());
        assertRefused(HS256_ONLY.leeway(Duration.ZERO), signed(HS256_ONLY, claims), "nbf");
    }

    @Test
    void aTokenThatNeverExpiresIsRefused() {
        JwtClaims claims = claims("a");
        claims.unsetClaim("exp");

        assertRefused(HS256_ONLY, signed(HS256_ONLY, claims), "no exp");
    }

    @Test
    void aTokenSaysWhoseItIs() {
        JwtClaims claims = claims("a");
        claims.unsetClaim("sub");
        assertRefused(HS256_ONLY, signed(HS256_ONLY, claims), "no sub");

        for (String name : new String[] {"", "a\nb", "a\u0085b", "a".repeat(256)}) {
            claims.setSubject(name);
            assertRefused(HS256_ONLY, signed(HS256_ONLY, claims), "sub must be 1 to 255");
        }
        claims.setClaim("sub", 5);
        assertRefused(HS256_ONLY, signed(HS256_ONLY, claims), "");
    }

    @Test
    void anotherKeysSignatureIsRefused() {
        JwtClaims claims = claims("a");
        assertRefused(HS256_ONLY, sign(claims, "HS256", new HmacKey(random(32)), null), "signature");
        assertRefused(ED25519_ONLY, sign(claims, "EdDSA", keyPair("Ed25519").getPrivate(), null), "signature");
        assertRefused(ED25519_ONLY, sign(claims, "EdDSA", keyPair("Ed448").getPrivate(), null), "signature");
    }

    @ParameterizedTest
    @MethodSource("authenticators")
    void noCharacterOfATokenMayBeChanged(JwtAuthenticator authenticator) {
        String token = signed(authenticator, claims("a"));
        int signature = token.lastIndexOf('.') + 1;
        for (int i = 0; i < token.length() - 1; i++) {
            char[] changed = token.toCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            assertRefused(authenticator, new String(changed), i > signature ? "signature" : "");
        }
    }

    @Test
    void theAlgorithmIsNotTheTokensChoice() throws JoseException {
        JwtClaims claims = claims("a");
        // a public key is public, so it must never be taken for a secret
        Key publicKeyAsSecret = new HmacKey(ED25519.getPublic().getEncoded());
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(ED25519.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        Key pemAsSecret = new HmacKey(pem.getBytes(StandardCharsets.US_ASCII));

        assertRefused(ED25519_ONLY, sign(claims, "HS256", publicKeyAsSecret, null), "EdDSA");
        assertRefused(ED25519_ONLY, sign(claims, "HS256", pemAsSecret, null), "EdDSA");
        assertRefused(HS256_ONLY, sign(claims, "EdDSA", ED25519.getPrivate(), null), "HS256");
        assertRefused(HS256_ONLY, sign(claims, "HS512", new HmacKey(random(64)), null), "HS256");

        JsonWebSignature unsigned = new JsonWebSignature();
        unsigned.setAlgorithmConstraints(AlgorithmConstraints.ALLOW_ONLY_NONE);
        unsigned.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        unsigned.setPayload(claims.toJson());
        assertRefused(HS256_ONLY, unsigned.getCompactSerialization(), "HS256");
        assertRefused(ED25519_ONLY, unsigned.getCompactSerialization(), "EdDSA");
    }

    @Test
    void encryptedTokensAreRefusedWithoutAnyWork() {
        String header = base64(
                "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128CBC-HS256\",\"p2c\":2000000000,\"p2s\":\"AAAAAAAAAAA\"}");
        String noise = base64("0123456789abcdef0123456789abcdef0123456789");

        assertRefused(HS256_ONLY, String.join(".", header, noise, noise, noise, noise), "not signed with HS256");
    }

    @Test
    void theIssuerIsChecked() {
        JwtAuthenticator authenticator = HS256_ONLY.issuer("https://login.example");
        JwtClaims claims = claims("a");
        assertRefused(authenticator, signed(authenticator, claims), "issuer");
        claims.setIssuer("https://login.example.evil");
        assertRefused(authenticator, signed(authenticator, claims), "issuer");
        claims.setIssuer("https://login.example");
        assertEquals("a", admitted(authenticator, signed(authenticator, claims)).name());
    }

    @Test
    void aTokenForAnotherAudienceIsRefused() {
        JwtAuthenticator authenticator = HS256_ONLY.audience("events");
        JwtClaims claims = claims("a");
        assertRefused(authenticator, signed(authenticator, claims), "aud");
        claims.setAudience("mail");
        assertRefused(authenticator, signed(authenticator, claims), "aud");
        assertRefused(HS256_ONLY, signed(authenticator, claims), "aud");
        claims.setAudience("mail", "events");
        assertEquals("a", admitted(authenticator, signed(authenticator, claims)).name());
    }

    @Test
    void oneOfSeveralKeysIsNamedByTheToken() {
        KeyPair old = keyPair("Ed25519");
        JwtAuthenticator authenticator =
                JwtAuthenticator.ed25519(Map.of("2026", ED25519.getPublic(), "2025", old.getPublic()));
        JwtClaims claims = claims("a");

        assertEquals(
                "a",
                admitted(authenticator, sign(claims, "EdDSA", ED25519.getPrivate(), "2026"))
                        .name());
        assertEquals(
                "a",
                admitted(authenticator, sign(claims, "EdDSA", old.getPrivate(), "2025"))
                        .name());
        assertRefused(authenticator, sign(claims, "EdDSA", old.getPrivate(), "2026"), "signature");
        assertRefused(authenticator, sign(claims, "EdDSA", old.getPrivate(), "2024"), "kid");
        assertRefused(authenticator, sign(claims, "EdDSA", old.getPrivate(), null), "kid");
    }

    @Test
    void onAnEventLoopThePeerIsKnownOnThatEventLoop() {
        String token = signed(ED25519_ONLY, claims("a"));
        String foreign = sign(claims("a"), "EdDSA", keyPair("Ed25519").getPrivate(), null);
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            Promise<Boolean> sameContext = Promise.promise();
            context.runOnContext(ignored -> ED25519_ONLY
                    .authenticate(handshake(token))
                    .map(peer -> peer.name().equals("a") && Vertx.currentContext() == context)
                    .onComplete(sameContext));
            assertTrue(sameContext.future().await());

            Promise<Peer> refused = Promise.promise();
            context.runOnContext(
                    ignored -> ED25519_ONLY.authenticate(handshake(foreign)).onComplete(refused));
            assertThrows(UnauthorizedException.class, () -> refused.future().await());
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void nothingThatIsNoTokenMakesItThrow() {
        Random random = new Random(5);
        String header = base64("{\"alg\":\"HS256\"}");
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            String noise = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            assertRefused(HS256_ONLY, new String(bytes, StandardCharsets.ISO_8859_1) + ".", "");
            assertRefused(HS256_ONLY, header + "." + noise + "." + noise, "");
            assertRefused(HS256_ONLY, noise + "." + noise + "." + noise, "");
        }
        for (String head : new String[] {
            "{\"alg\":5}",
            "{\"alg\":null}",
            "{\"alg\":[\"HS256\"]}",
            "[]",
            "5",
            "{}",
            "{\"alg\":\"HS256\",\"alg\":\"none\"}",
            "{\"alg\":\"HS256\",\"crit\":[\"x\"]}",
            "{\"alg\":\"HS256\",\"crit\":5}",
            "[".repeat(6000),
            "{\"a\":".repeat(1000)
        }) {
            assertRefused(HS256_ONLY, base64(head) + "." + base64("{}") + ".AA", "");
            assertRefused(ED25519_ONLY, base64(head) + "." + base64("{}") + ".AA", "");
        }
        for (String dots : new String[] {".", "..", "...", "....", ".....", ".".repeat(8192)}) {
            assertRefused(HS256_ONLY, dots, "");
        }
        assertRefused(HS256_ONLY, "a".repeat(8193), "8192");
    }

    @Test
    void signedClaimsOfTheWrongKindAreRefused() throws JoseException {
        for (String payload : new String[] {
            "[]",
            "null",
            "\"a\"",
            "{\"sub\":\"a\",\"exp\":\"soon\"}",
            "{\"sub\":\"a\",\"exp\":[]}",
            "{\"sub\":{},\"exp\":99999999999}",
            "{\"sub\":\"a\",\"exp\":-9223372036854775808}"
        }) {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setAlgorithmHeaderValue("HS256");
            jws.setKey(new HmacKey(SECRET));
            jws.setPayload(payload);
            assertRefused(HS256_ONLY, jws.getCompactSerialization(), "");
        }
    }

    @Test
    void keysThatAreTooWeakOrOfAnotherKindAreNotTaken() {
        assertThrows(IllegalArgumentException.class, () -> JwtAuthenticator.hs256(random(31)));
        PublicKey ed448 = keyPair("Ed448").getPublic();
        assertThrows(IllegalArgumentException.class, () -> JwtAuthenticator.ed25519(ed448));
        assertThrows(IllegalArgumentException.class, () -> JwtAuthenticator.ed25519(Map.of("a", ed448)));
        assertThrows(IllegalArgumentException.class, () -> JwtAuthenticator.ed25519(Map.of()));
        assertThrows(IllegalArgumentException.class, () -> HS256_ONLY.leeway(Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> HS256_ONLY.leeway(Duration.ofHours(2)));
        assertThrows(IllegalArgumentException.class, () -> HS256_ONLY.issuer(""));
        assertThrows(IllegalArgumentException.class, () -> HS256_ONLY.audience(""));
    }

    @Test
    void aSecretIsReadFromAFile() throws Exception {
        byte[] text = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        byte[] binary = random(33);
        binary[0] = 0;
        binary[32] = '\n';
        Path lf = Files.write(
                directory.resolve("lf"),
                (new String(text, StandardCharsets.US_ASCII) + "\n").getBytes(StandardCharsets.US_ASCII));
        Path crlf = Files.write(
                directory.resolve("crlf"),
                (new String(text, StandardCharsets.US_ASCII) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        Path bare = Files.write(directory.resolve("bare"), text);
        Path raw = Files.write(directory.resolve("raw"), binary);

        String token = sign(claims("a"), "HS256", new HmacKey(text), null);
        for (Path file : new Path[] {lf, crlf, bare}) {
            assertEquals("a", admitted(JwtAuthenticator.of(hs256(file)), token).name());
        }
        String rawToken = sign(claims("a"), "HS256", new HmacKey(binary), null);
        assertEquals("a", admitted(JwtAuthenticator.of(hs256(raw)), rawToken).name());
    }

    @Test
    void publicKeysAreReadFromFiles() throws Exception {
        Path pem = pem("key.pem", "PUBLIC KEY", ED25519.getPublic());
        String token = sign(claims("a"), "EdDSA", ED25519.getPrivate(), "k");

        JsonObject one = new JsonObject().put("algorithm", "EdDSA").put("publicKeyFile", pem.toString());
        assertEquals("a", admitted(JwtAuthenticator.of(one), token).name());
        JsonObject several = new JsonObject()
                .put("algorithm", "EdDSA")
                .put("publicKeyFiles", new JsonObject().put("k", pem.toString()));
        assertEquals("a", admitted(JwtAuthenticator.of(several), token).name());
        assertRefused(JwtAuthenticator.of(one.copy().put("issuer", "i")), token, "issuer");
        assertRefused(JwtAuthenticator.of(one.copy().put("audience", "b")), token, "aud");
        assertTrue(
                JwtAuthenticator.of(one.copy().put("leeway", "5s")).toString().contains("PT5S"));
        Handshake proved = new Handshake("quic", "127.0.0.1:9", null, null, "node");
        assertEquals(
                Peer.named("node"),
                JwtAuthenticator.of(one.copy().put("identities", true))
                        .authenticate(proved)
                        .await());
    }

    @Test
    void whatIsWrongInTheConfigurationIsNamed() throws Exception {
        Path weak = Files.writeString(directory.resolve("weak"), "0123456789abcdef0123456789abcde\n");
        Path rsa = pem("rsa.pem", "PUBLIC KEY", keyPair("RSA").getPublic());
        Path ed448 = pem("ed448.pem", "PUBLIC KEY", keyPair("Ed448").getPublic());
        Path secretKey = pem("private.pem", "PRIVATE KEY", ED25519.getPrivate());
        Path garbage = Files.writeString(directory.resolve("garbage"), "no key");
        JsonObject hs256 = hs256(weak);

        assertMisconfigured(new JsonObject(), "\"algorithm\"");
        assertMisconfigured(new JsonObject().put("algorithm", "none"), "\"algorithm\"");
        assertMisconfigured(new JsonObject().put("algorithm", "HS256"), "secretFile");
        assertMisconfigured(new JsonObject().put("algorithm", "HS256").put("secret", "x"), "secretFile");
        assertMisconfigured(hs256, "at least 32");
        assertMisconfigured(hs256.copy().put("publicKeyFile", "x"), "no public key");
        assertMisconfigured(hs256(directory.resolve("absent")), "can't be read");
        assertMisconfigured(new JsonObject().put("algorithm", "EdDSA"), "publicKeyFile");
        for (Path file : new Path[] {rsa, ed448, secretKey, garbage}) {
            assertMisconfigured(
                    new JsonObject().put("algorithm", "EdDSA").put("publicKeyFile", file.toString()),
                    "no Ed25519 public key");
        }
        assertMisconfigured(new JsonObject().put("algorithm", "EdDSA").put("publicKeyFiles", "x"), "must be an object");
        Path good = pem("good.pem", "PUBLIC KEY", ED25519.getPublic());
        JsonObject eddsa = new JsonObject().put("algorithm", "EdDSA").put("publicKeyFile", good.toString());
        assertMisconfigured(eddsa.copy().put("leeway", "2h"), "leeway");
        assertMisconfigured(eddsa.copy().put("leeway", "soon"), "leeway");
        assertMisconfigured(eddsa.copy().put("identities", "some"), "identities=some");
        assertMisconfigured(eddsa.copy().put("secretFile", "x"), "no secret");
        assertMisconfigured(eddsa.copy().put("issuer", ""), "issuer");
    }

    private static void assertMisconfigured(JsonObject json, String said) {
        String message = assertThrows(ConfigurationException.class, () -> JwtAuthenticator.of(json))
                .getMessage();
        assertTrue(message.contains(said), message);
    }

    private static Peer admitted(JwtAuthenticator authenticator, String token) {
        return authenticator.authenticate(handshake(token)).await();
    }

    private static void assertRefused(JwtAuthenticator authenticator, @Nullable String token, String said) {
        var future = authenticator.authenticate(handshake(token));
        assertTrue(future.failed(), () -> "Admitted: " + token);
        UnauthorizedException refusal = assertInstanceOf(UnauthorizedException.class, future.cause());
        String message = refusal.getMessage();
        assertTrue(message.contains(said), message);
        if (token != null && token.length() > 20) {
            assertFalse(message.contains(token), message);
        }
    }

    private static Handshake handshake(@Nullable String token) {
        return new Handshake("ws", "127.0.0.1:9", null, token, null);
    }

    private static JwtClaims claims(String subject) {
        JwtClaims claims = new JwtClaims();
        claims.setSubject(subject);
        claims.setExpirationTime(secondsFromNow(600));
        return claims;
    }

    private static NumericDate secondsFromNow(int seconds) {
        return NumericDate.fromMilliseconds(
                Instant.now().plus(seconds, ChronoUnit.SECONDS).toEpochMilli());
    }

    private static String signed(JwtAuthenticator authenticator, JwtClaims claims) {
        return authenticator.toString().contains("EdDSA")
                ? sign(claims, "EdDSA", ED25519.getPrivate(), null)
                : sign(claims, "HS256", new HmacKey(SECRET), null);
    }

    private static String sign(JwtClaims claims, String algorithm, Key key, @Nullable String kid) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmHeaderValue(algorithm);
        jws.setKey(key);
        if (kid != null) {
            jws.setKeyIdHeaderValue(kid);
        }
        jws.setPayload(claims.toJson());
        try {
            return jws.getCompactSerialization();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject hs256(Path file) {
        return new JsonObject().put("algorithm", "HS256").put("secretFile", file.toString());
    }

    private Path pem(String file, String kind, Key key) throws Exception {
        return Files.writeString(
                directory.resolve(file),
                "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                        + "\n-----END " + kind + "-----\n");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }

    private static KeyPair keyPair(String algorithm) {
        try {
            return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
