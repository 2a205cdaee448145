package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** Events that were asked for are no longer there: delivery goes on behind the gap. */
public class GapException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public GapException(String message, @Nullable Throwable cause) {
        super(Reason.GAP, false, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public GapException(String message) {
        this(message, null);
    }
}
