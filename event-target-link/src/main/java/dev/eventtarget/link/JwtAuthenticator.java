package dev.eventtarget.link;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.InvalidAlgorithmException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who shows a JSON Web Token (RFC 7519) that is signed with HS256 or with Ed25519 (RFC 8037).
 *
 * <p>Which of the two is set here; a token that is signed in any other way, or not at all, is refused. A token must have
 * an {@code exp} that has not passed, and a {@code sub}, which becomes the {@linkplain Peer#name name} of the peer; its
 * claims that are texts become the {@linkplain Peer#claims claims}. {@code nbf} is heeded. The peer {@linkplain Peer#expires may stay} until {@code exp}
 * and the leeway have passed. A token with an {@code aud} is
 * refused unless that names the {@linkplain #audience audience} which is set here. At most {@value #MAX_TOKEN_LENGTH}
 * characters are looked at. With {@link #identities} a peer without a token comes in by the identity that its transport has
 * proved.
 *
 * <p>Immutable and thread-safe: each method returns a changed copy.
 */
public final class JwtAuthenticator implements Authenticator {
    /** The most characters that a token may have. */
    public static final int MAX_TOKEN_LENGTH = 8192;

    private static final int MIN_SECRET_BYTES = 32;
    private static final int MAX_NAME_LENGTH = 255;
    private static final Instant FAR_FUTURE = Instant.parse("9999-12-31T00:00:00Z");
    private static final Duration MAX_LEEWAY = Duration.ofHours(1);
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final Set<String> OPTIONS = Set.of(
            "algorithm", "secretFile", "publicKeyFile", "publicKeyFiles", "issuer", "audience", "leeway", "identities");

    private final String algorithm;
    private final VerificationKeyResolver keys;
    private final @Nullable String issuer;
    private final @Nullable String audience;
    private final Duration leeway;
    private final boolean identities;
    private final JwtConsumer consumer;

    private JwtAuthenticator(
            String algorithm,
            VerificationKeyResolver keys,
            @Nullable String issuer,
            @Nullable String audience,
            Duration leeway,
            boolean identities) {
        this.algorithm = algorithm;
        this.keys = keys;
        this.issuer = issuer;
        this.audience = audience;
        this.leeway = leeway;
        this.identities = identities;
        JwtConsumerBuilder builder = new JwtConsumerBuilder()
                .setJwsAlgorithmConstraints(ConstraintType.PERMIT, algorithm)
                .setJweAlgorithmConstraints(ConstraintType.PERMIT)
                .setVerificationKeyResolver(keys)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setAllowedClockSkewInSeconds((int) leeway.toSeconds());
        if (issuer != null) {
            builder.setExpectedIssuer(issuer);
        }
        if (audience != null) {
            builder.setExpectedAudience(audience);
        }
        this.consumer = builder.build();
    }

    /**
     * Tokens that are signed with a secret which their issuer and the hub share.
     *
     * @param secret at least 32 random bytes
     * @return an authenticator
     * @throws IllegalArgumentException if the secret is shorter
     */
    public static JwtAuthenticator hs256(byte[] secret) {
        if (secret.length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException("A secret for HS256 needs at least " + MIN_SECRET_BYTES
                    + " bytes, and this one has " + secret.length + ": make one with openssl rand -hex 32");
        }
        Key key = new HmacKey(secret.clone());
        return create(AlgorithmIdentifiers.HMAC_SHA256, (jws, nesting) -> key);
    }

    /**
     * Tokens that are signed with an Ed25519 key.
     *
     * @param key the issuer's public key
     * @return an authenticator
     * @throws IllegalArgumentException if it is another kind of key
     */
    public static JwtAuthenticator ed25519(PublicKey key) {
        requireEd25519(key);
        return create(AlgorithmIdentifiers.EDDSA, (jws, nesting) -> key);
    }

    /**
     * Tokens that are signed with one of several Ed25519 keys, and name it in their header as {@code kid}. So that a key can
     * be replaced while tokens of the old one are still about.
     *
     * @param keys public keys by {@code kid}
     * @return an authenticator
     * @throws IllegalArgumentException if there are none, or other kinds of keys
     */
    public static JwtAuthenticator ed25519(Map<String, PublicKey> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("There is no public key: give at least one");
        }
        Map<String, PublicKey> known = Map.copyOf(keys);
        known.values().forEach(JwtAuthenticator::requireEd25519);
        return create(AlgorithmIdentifiers.EDDSA, (jws, nesting) -> {
            String kid = jws.getKeyIdHeaderValue();
            PublicKey key = kid == null ? null : known.get(kid);
            if (key == null) {
                throw new UnresolvableKeyException("kid");
            }
            return key;
        });
    }

    /**
     * As JSON says: {@code {"algorithm": "HS256", "secretFile": "hub.secret"}}, {@code {"algorithm": "EdDSA",
     * "publicKeyFile": "issuer.pem"}} or, for several keys by {@code kid}, {@code {"algorithm": "EdDSA", "publicKeyFiles":
     * {"2026": "new.pem", "2025": "old.pem"}}}. To each may be added {@code issuer}, {@code audience}, {@code leeway}, a
     * duration such as {@code 30s}, and {@code identities}. A secret's file is taken as it is; of one that is plain text, without the line break at
     * its end. A public key is PEM, as {@code openssl pkey -pubout} writes it. Files are read now and never again.
     *
     * @param json the options
     * @return an authenticator
     * @throws ConfigurationException if an option is unknown, missing or wrong, or a file can't be read
     */
    public static JwtAuthenticator of(JsonObject json) {
        HubConfiguration.checkNames("auth.jwt", json, OPTIONS);
        EventTargetConfig config = HubConfiguration.options(json);
        JwtAuthenticator authenticator = switch (config.string("algorithm", "")) {
            case "HS256" -> hs256(config);
            case "EdDSA" -> eddsa(config, json);
            default ->
                throw wrong(
                        "algorithm",
                        "auth.jwt needs an \"algorithm\": \"HS256\" with a \"secretFile\", or \"EdDSA\" with a \"publicKeyFile\"",
                        null);
        };
        try {
            String issuer = config.string("issuer");
            String audience = config.string("audience");
            authenticator = issuer == null ? authenticator : authenticator.issuer(issuer);
            authenticator = audience == null ? authenticator : authenticator.audience(audience);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("auth.jwt." + e.getMessage(), e);
        }
        try {
            return authenticator
                    .leeway(config.duration("leeway", authenticator.leeway))
                    .identities(config.bool("identities", false));
        } catch (ConfigurationException e) {
            throw wrong(e.option(), String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw wrong("leeway", "auth.jwt." + e.getMessage(), e);
        }
    }

    private static ConfigurationException wrong(String option, String message, @Nullable Throwable cause) {
        return new ConfigurationException("auth.jwt." + option, message, cause);
    }

    private static JwtAuthenticator hs256(EventTargetConfig config) {
        String file = config.string("secretFile");
        if (file == null || config.string("publicKeyFile") != null || config.string("publicKeyFiles") != null) {
            throw new ConfigurationException("auth.jwt with HS256 needs a \"secretFile\", and no public key");
        }
        try {
            return hs256(secret(read("secretFile", file)));
        } catch (IllegalArgumentException e) {
            throw wrong("secretFile", "auth.jwt.secretFile " + file + ": " + e.getMessage(), e);
        }
    }

    private static JwtAuthenticator eddsa(EventTargetConfig config, JsonObject json) {
        String file = config.string("publicKeyFile");
        Object files = json.getValue("publicKeyFiles");
        if ((file == null) == (files == null) || config.string("secretFile") != null) {
            throw new ConfigurationException(
                    "auth.jwt with EdDSA needs either a \"publicKeyFile\" or \"publicKeyFiles\", and no secret");
        }
        if (file != null) {
            return ed25519(publicKey("publicKeyFile", file));
        }
        if (!(files instanceof JsonObject byKid) || byKid.isEmpty()) {
            throw wrong(
                    "publicKeyFiles", "auth.jwt.publicKeyFiles must be an object: {\"<kid>\": \"<file>\", …}", null);
        }
        Map<String, PublicKey> keys = new HashMap<>();
        byKid.forEach(entry -> keys.put(
                entry.getKey(), publicKey("publicKeyFiles." + entry.getKey(), String.valueOf(entry.getValue()))));
        return ed25519(keys);
    }

    private static byte[] read(String option, String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw wrong(option, "auth.jwt." + option + ": " + file + " can't be read: " + e, e);
        }
    }

    private static byte[] secret(byte[] file) {
        int end = file.length;
        if (end > 0 && file[end - 1] == '\n') {
            end -= end > 1 && file[end - 2] == '\r' ? 2 : 1;
        }
        byte[] line = Arrays.copyOf(file, end);
        for (byte b : line) {
            if (b < ' ' || b == 127) {
                return file;
            }
        }
        return line;
    }

    private static PublicKey publicKey(String option, String file) {
        Matcher pem = PEM.matcher(new String(read(option, file), StandardCharsets.US_ASCII));
        if (pem.find() && pem.group(1).equals("PUBLIC KEY")) {
            try {
                byte[] encoded = Base64.getMimeDecoder().decode(pem.group(2));
                return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // told below
            }
        }
        throw wrong(
                option,
                "auth.jwt." + option + ": " + file
                        + " is no Ed25519 public key in PEM: write one with openssl pkey -in private.pem -pubout",
                null);
    }

    private static void requireEd25519(PublicKey key) {
        if (!(key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519"))) {
            throw new IllegalArgumentException("A key of " + key.getAlgorithm() + " is none of Ed25519");
        }
    }

    private static JwtAuthenticator create(String algorithm, VerificationKeyResolver keys) {
        return new JwtAuthenticator(algorithm, keys, null, null, Duration.ofSeconds(30), false);
    }

    /**
     * Whose tokens are taken; anybody's who has the key by default.
     *
     * @param value what {@code iss} must be
     * @return a copy
     * @throws IllegalArgumentException if it is empty
     */
    public JwtAuthenticator issuer(String value) {
        return new JwtAuthenticator(algorithm, keys, notEmpty("issuer", value), audience, leeway, identities);
    }

    /**
     * What this hub is called in tokens; by default nothing, and a token with an {@code aud} is refused.
     *
     * @param value what {@code aud} must be or contain
     * @return a copy
     * @throws IllegalArgumentException if it is empty
     */
    public JwtAuthenticator audience(String value) {
        return new JwtAuthenticator(algorithm, keys, issuer, notEmpty("audience", value), leeway, identities);
    }

    /**
     * By how much the issuer's clock and the hub's may differ; 30 s by default.
     *
     * @param value 0 to an hour, in whole seconds
     * @return a copy
     * @throws IllegalArgumentException if it is out of these bounds
     */
    public JwtAuthenticator leeway(Duration value) {
        if (value.isNegative() || value.compareTo(MAX_LEEWAY) > 0 || value.toMillis() % 1000 != 0) {
            throw new IllegalArgumentException("leeway(" + value + "): it must be in whole seconds, from 0 s to 1 h");
        }
        return new JwtAuthenticator(algorithm, keys, issuer, audience, value, identities);
    }

    /**
     * Whether a peer that shows no token comes in by the {@linkplain Handshake#identity identity} that its transport has
     * proved, and is called by that; false by default. A token that is shown counts, and is refused if it is wrong. Rules
     * do not tell a name of a token from one that was proved.
     *
     * @param value whether
     * @return a copy
     */
    public JwtAuthenticator identities(boolean value) {
        return new JwtAuthenticator(algorithm, keys, issuer, audience, leeway, value);
    }

    private static String notEmpty(String name, String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + "(\"\"): it must not be empty");
        }
        return value;
    }

    @Override
    public Future<Peer> authenticate(Handshake handshake) {
        String token = handshake.token();
        String identity = handshake.identity();
        if (token == null && identity != null && identities) {
            return Future.succeededFuture(Peer.named(identity));
        }
        if (token == null || token.isEmpty()) {
            return Future.failedFuture(
                    new UnauthorizedException(
                            "This hub asks for a token: give it in the handshake as Authorization: Bearer <token>, or as \"token\" in $hello"));
        }
        if (token.length() > MAX_TOKEN_LENGTH) {
            return Future.failedFuture(new UnauthorizedException(
                    "The token has more than " + MAX_TOKEN_LENGTH + " characters: give one with fewer claims"));
        }
        Context context = Vertx.currentContext();
        if (context != null && context.isEventLoopContext() && algorithm.equals(AlgorithmIdentifiers.EDDSA)) {
            // the JDK's Ed25519 takes half a millisecond, too long for an event loop where many come at once
            return context.executeBlocking(() -> verify(token), false);
        }
        try {
            return Future.succeededFuture(verify(token));
        } catch (UnauthorizedException e) {
            return Future.failedFuture(e);
        }
    }

    private Peer verify(String token) {
        try {
            return peer(consumer.processToClaims(token));
        } catch (InvalidJwtException e) {
            throw new UnauthorizedException(reason(e));
        } catch (UnauthorizedException e) {
            throw e;
        } catch (MalformedClaimException | RuntimeException e) {
            // jose4j casts what a token has without looking
            throw new UnauthorizedException("The token is malformed");
        }
    }

    private Peer peer(JwtClaims claims) throws MalformedClaimException {
        String name = claims.getSubject();
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw new UnauthorizedException(
                    "The token's sub must be 1 to " + MAX_NAME_LENGTH + " characters without control characters");
        }
        Map<String, String> texts = new HashMap<>();
        claims.getClaimsMap().forEach((claim, value) -> {
            if (value instanceof String text) {
                texts.put(claim, text);
            }
        });
        long expires = Math.min(claims.getExpirationTime().getValue(), FAR_FUTURE.getEpochSecond());
        return new Peer(name, texts, Instant.ofEpochSecond(expires).plus(leeway));
    }

    private String reason(InvalidJwtException e) {
        if (e.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)) {
            return "The token's signature is wrong: it was signed with another key than this hub checks with, or changed since";
        }
        if (e.getCause() instanceof UnresolvableKeyException) {
            return "The token's header names no key that this hub knows as kid: get a token that is signed with a current key";
        }
        if (e.getCause() instanceof InvalidAlgorithmException || e.hasErrorCode(ErrorCodes.SIGNATURE_MISSING)) {
            return "The token is not signed with " + algorithm + ", which this hub asks for";
        }
        if (e.hasErrorCode(ErrorCodes.EXPIRED)) {
            return "The token has expired: get a new one";
        }
        if (e.hasErrorCode(ErrorCodes.EXPIRATION_MISSING)) {
            return "The token has no exp: this hub takes only tokens that expire";
        }
        if (e.hasErrorCode(ErrorCodes.NOT_YET_VALID)) {
            return "The token is not valid yet: its nbf is still to come; compare the clocks of its issuer and this hub";
        }
        if (e.hasErrorCode(ErrorCodes.ISSUER_MISSING) || e.hasErrorCode(ErrorCodes.ISSUER_INVALID)) {
            return "The token's iss is not the issuer that this hub trusts";
        }
        if (e.hasErrorCode(ErrorCodes.AUDIENCE_MISSING) || e.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)) {
            return "The token's aud does not name this hub";
        }
        if (e.hasErrorCode(ErrorCodes.SUBJECT_MISSING)) {
            return "The token has no sub: it must say whose it is";
        }
        return "The token is malformed";
    }

    /** {@return what it checks; no key} */
    @Override
    public String toString() {
        return "JwtAuthenticator[" + algorithm + ", issuer=" + Objects.requireNonNullElse(issuer, "any") + ", audience="
                + Objects.requireNonNullElse(audience, "none") + ", leeway=" + leeway
                + (identities ? ", identities" : "") + "]";
    }
}
