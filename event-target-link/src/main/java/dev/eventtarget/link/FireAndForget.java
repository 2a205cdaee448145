package dev.eventtarget.link;

import dev.eventtarget.TypedEvent;

/**
 * Marks events that are worth something only now: where a link has datagrams, they are sent as such, overtake everything else
 * and may be lost. Where it has none, or one is too long for it, they go the way of all others.
 */
public final class FireAndForget {
    /** The header that marks an event, with the value {@code true}. */
    public static final String HEADER = "fire-and-forget";

    private FireAndForget() {}

    /**
     * Marks an event.
     *
     * @param event the event
     * @return a copy with the header
     */
    public static <T> TypedEvent<T> mark(TypedEvent<T> event) {
        return event.withHeader(HEADER, "true");
    }

    /**
     * Whether an event is marked.
     *
     * @param event the event
     * @return whether it has the header
     */
    public static boolean isMarked(TypedEvent<?> event) {
        return "true".equals(event.headers().get(HEADER));
    }
}
