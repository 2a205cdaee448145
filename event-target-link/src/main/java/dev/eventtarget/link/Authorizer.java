package dev.eventtarget.link;

import dev.eventtarget.EventType;

/** Decides what a peer may do. Called for each subscription and each event on an event loop: must be fast and not block. */
public interface Authorizer {
    /**
     * Whether a peer may publish.
     *
     * @param peer who
     * @param type the event's type
     * @return whether it may
     */
    boolean mayPublish(Peer peer, EventType<?> type);

    /**
     * Whether a peer may listen.
     *
     * @param peer who
     * @param type a type or pattern: all that it matches is meant
     * @return whether it may
     */
    boolean maySubscribe(Peer peer, EventType<?> type);

    /** {@return lets every peer do everything} */
    static Authorizer everything() {
        return new Authorizer() {
            @Override
            public boolean mayPublish(Peer peer, EventType<?> type) {
                return true;
            }

            @Override
            public boolean maySubscribe(Peer peer, EventType<?> type) {
                return true;
            }
        };
    }
}
