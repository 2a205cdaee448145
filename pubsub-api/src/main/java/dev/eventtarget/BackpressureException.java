package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** A buffer is full: publish again later, and wait for the futures of what was published before. */
public class BackpressureException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public BackpressureException(String message, @Nullable Throwable cause) {
        super(Reason.BACKPRESSURE, true, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public BackpressureException(String message) {
        this(message, null);
    }
}
