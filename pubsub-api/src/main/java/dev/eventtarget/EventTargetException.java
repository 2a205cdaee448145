package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/**
 * What all errors of event targets are. Act on {@link #reason()}, never on the message. Thrown by methods that return no
 * future, and what futures fail with.
 */
public class EventTargetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final boolean retryable;

    /** Why; more may come in later versions. */
    public enum Reason {
        /** A buffer is full. */
        BACKPRESSURE,
        /** The transport can't be reached. */
        NOT_CONNECTED,
        /** Something could not be encoded or decoded. */
        CODEC,
        /** The other side does not let us. */
        UNAUTHORIZED,
        /** The target does not have what was asked for. */
        UNSUPPORTED_CAPABILITY,
        /** The target is closed. */
        CLOSED,
        /** The configuration is wrong. */
        CONFIGURATION,
        /** A listener refused an event as often as it was tried. */
        LISTENER_FAILED,
        /** Events are no longer there. */
        GAP,
        /** Time was up. */
        TIMEOUT,
        /** The transport said no for a reason of its own. */
        TRANSPORT
    }

    /**
     * Makes one.
     *
     * @param reason why
     * @param retryable whether the same call may succeed later
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public EventTargetException(Reason reason, boolean retryable, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.retryable = retryable;
    }

    /** {@return why} */
    public final Reason reason() {
        return reason;
    }

    /** {@return whether the same call may succeed later} */
    public final boolean isRetryable() {
        return retryable;
    }
}
