package dev.eventtarget.link;

import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.Link;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Where links come together: whatever a spoke publishes goes to the hub's target, and what spokes listen to comes from
 * there. (Skeleton while the implementation is written: the signatures are final.)
 */
public interface Hub {
    static Hub create(Vertx vertx, TypedEventTarget target) {
        return create(vertx, target, HubOptions.defaults());
    }

    static Hub create(Vertx vertx, TypedEventTarget target, HubOptions options) {
        throw new UnsupportedOperationException();
    }

    /** Listens at a URI such as ws://127.0.0.1:8080/events; completes with the URI that spokes connect to. */
    Future<String> listen(String uri);

    /** Takes a link; called by transports on the link's event loop. The hub calls link.handler(...). */
    void accept(Link link, Handshake handshake);

    HubOptions options();

    /** Links, sessions, counters: immutable snapshot, may be called from any thread. */
    HubStatus status();

    /** Takes no more links, says goodbye, waits; leaves the hub's target open. */
    Future<Void> close();
}
