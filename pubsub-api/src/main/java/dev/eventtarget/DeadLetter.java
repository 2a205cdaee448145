package dev.eventtarget;

/** The headers that an event gets when it goes to the {@linkplain ListenerOptions#deadLetter dead-letter} type. */
public final class DeadLetter {
    /** The topic that the event was published under. */
    public static final String TYPE = "dead-letter-type";

    /** The {@link EventTargetException.Reason} in lower case, such as {@code listener_failed} or {@code codec}. */
    public static final String REASON = "dead-letter-reason";

    /** The last error's message, cut at 1,000 characters. */
    public static final String MESSAGE = "dead-letter-message";

    /** How often delivery was tried. */
    public static final String ATTEMPTS = "dead-letter-attempts";

    /** The group that gave up; absent for a listener without one. */
    public static final String GROUP = "dead-letter-group";

    private DeadLetter() {}
}
