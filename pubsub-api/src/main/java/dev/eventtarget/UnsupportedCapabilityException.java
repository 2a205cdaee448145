package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** The target does not have what was asked for; see {@link TypedEventTarget#capabilities()}. */
public class UnsupportedCapabilityException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public UnsupportedCapabilityException(String message, @Nullable Throwable cause) {
        super(Reason.UNSUPPORTED_CAPABILITY, false, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public UnsupportedCapabilityException(String message) {
        this(message, null);
    }
}
