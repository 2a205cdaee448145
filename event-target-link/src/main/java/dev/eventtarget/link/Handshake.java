package dev.eventtarget.link;

import org.jspecify.annotations.Nullable;

/**
 * What a peer shows when it opens a link.
 *
 * @param transport how it comes, such as {@code ws}
 * @param remoteAddress where it comes from, {@code host:port}
 * @param origin the origin of the page that it is part of, if it is a browser
 * @param token the bearer token that it gives, if it does; a secret
 * @param identity the name that the transport has proved, if it does prove one
 */
public record Handshake(
        String transport,
        String remoteAddress,
        @Nullable String origin,
        @Nullable String token,
        @Nullable String identity) {
    /**
     * With a token that came later, in the first frame.
     *
     * @param later the token
     * @return a copy
     */
    Handshake withToken(String later) {
        return new Handshake(transport, remoteAddress, origin, later, identity);
    }

    /** {@return all but the token} */
    @Override
    public String toString() {
        return transport + " from " + remoteAddress + (identity == null ? "" : " as " + identity);
    }
}
