package dev.eventtarget;

/** What a target may guarantee. To ask for what it does not fails with {@link UnsupportedCapabilityException}. */
public enum Capability {
    /** A listener gets each publisher's events of a type in the order they were published. */
    ORDERED,
    /** Events whose publication was confirmed survive a crash of publisher, listener and transport. */
    PERSISTENT,
    /** {@link ListenerOptions#from} can go back to events from before the subscription. */
    REPLAY,
    /** {@link ListenerOptions#group}: listeners of a group share the events, each going to one of them. */
    GROUPS,
    /** An event counts as delivered when its listener has handled it; one refused is delivered again, if so configured. */
    ACKNOWLEDGED,
    /** An event published twice under one {@linkplain TypedEvent#id() ID} within a window is delivered once. */
    DEDUPLICATED,
    /** Patterns such as {@code order.*} can be listened to. */
    WILDCARDS,
    /** Publisher and listener may be in different processes. */
    CROSS_PROCESS
}
