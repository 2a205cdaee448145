package dev.eventtarget.link;

import dev.eventtarget.UnauthorizedException;
import io.vertx.core.Future;

/** Finds out who opens a link. Called on an event loop: must not block. */
@FunctionalInterface
public interface Authenticator {
    /**
     * Finds out who it is.
     *
     * @param handshake what the peer shows
     * @return who it is; fails with {@link UnauthorizedException}, whose message the peer is told, if it may not come in
     */
    Future<Peer> authenticate(Handshake handshake);

    /** {@return lets everybody in: by the identity that the transport has proved, or else as {@link Peer#ANONYMOUS}} */
    static Authenticator anybody() {
        return handshake -> Future.succeededFuture(
                handshake.identity() == null ? Peer.ANONYMOUS : Peer.named(handshake.identity()));
    }
}
