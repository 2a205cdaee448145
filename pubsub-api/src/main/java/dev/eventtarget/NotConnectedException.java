package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** The transport could not be reached in time; the target goes on trying to connect. */
public class NotConnectedException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public NotConnectedException(String message, @Nullable Throwable cause) {
        super(Reason.NOT_CONNECTED, true, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public NotConnectedException(String message) {
        this(message, null);
    }
}
