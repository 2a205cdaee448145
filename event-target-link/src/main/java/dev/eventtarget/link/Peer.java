package dev.eventtarget.link;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a link, as an {@link Authenticator} has found out.
 *
 * @param name what rules, logs and the {@code source} of its events call it; empty for somebody unknown
 * @param claims what else is known, for an {@link Authorizer} of one's own
 * @param expires when the peer has to have shown a new token; null for never
 */
public record Peer(
        String name, Map<String, String> claims, @Nullable Instant expires) {
    /** Somebody unknown. */
    public static final Peer ANONYMOUS = new Peer("", Map.of());

    /** Copies the claims. */
    public Peer {
        Objects.requireNonNull(name, "name");
        claims = Map.copyOf(claims);
    }

    /**
     * One who may stay.
     *
     * @param name as above
     * @param claims as above
     */
    public Peer(String name, Map<String, String> claims) {
        this(name, claims, null);
    }

    /**
     * One of whom only the name is known.
     *
     * @param name its name
     * @return the peer
     */
    public static Peer named(String name) {
        return new Peer(name, Map.of());
    }

    /** {@return whether its name is not known} */
    public boolean isAnonymous() {
        return name.isEmpty();
    }

    @Override
    public String toString() {
        return isAnonymous() ? "anonymous" : name;
    }
}
