package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** The target is closed. */
public class ClosedException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public ClosedException(String message, @Nullable Throwable cause) {
        super(Reason.CLOSED, false, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public ClosedException(String message) {
        this(message, null);
    }
}
