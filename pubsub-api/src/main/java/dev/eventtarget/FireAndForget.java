package dev.eventtarget;

/**
 * Marks events that are worth something only now. Where a transport has datagrams, as QUIC has, they are sent as such: they
 * overtake everything else, and may be lost without anybody being told. Elsewhere, or where one is too long for a datagram,
 * they go the way of all others.
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
