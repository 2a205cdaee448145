package dev.eventtarget.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a JSON Web Token says of itself. Its signature is not looked at: only who has the key can. */
final class BearerToken {
    private final @Nullable JsonNode claims;

    BearerToken(String token) {
        claims = claims(token);
    }

    private static @Nullable JsonNode claims(String token) {
        String[] parts = token.split("\\.", -1);
        try {
            JsonNode json = parts.length == 3
                    ? new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[1]))
                    : null;
            return json != null && json.isObject() ? json : null;
        } catch (IllegalArgumentException | IOException e) {
            return null;
        }
    }

    private @Nullable Instant time(String claim) {
        return claims != null && claims.path(claim).isNumber()
                ? Instant.ofEpochSecond(claims.path(claim).asLong())
                : null;
    }

    /** {@return whether it has expired, or is not valid yet} */
    boolean isOver() {
        Instant expires = time("exp");
        Instant begins = time("nbf");
        Instant now = Instant.now();
        return expires != null && now.isAfter(expires) || begins != null && now.isBefore(begins);
    }

    @Override
    public String toString() {
        if (claims == null) {
            return "of a kind that only the hub can read";
        }
        Instant expires = time("exp");
        Instant begins = time("nbf");
        String whose = "of '" + claims.path("sub").asText("nobody") + "'";
        if (begins != null && Instant.now().isBefore(begins)) {
            return whose + ", valid from " + begins + " on";
        }
        return whose
                + (expires == null
                        ? ", without an end"
                        : isOver() ? ", expired at " + expires : ", valid until " + expires);
    }
}
