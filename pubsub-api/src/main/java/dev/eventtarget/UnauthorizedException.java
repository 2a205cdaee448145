package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** The other side does not let us: credentials are missing, wrong, or don't allow it. */
public class UnauthorizedException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public UnauthorizedException(String message, @Nullable Throwable cause) {
        super(Reason.UNAUTHORIZED, false, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public UnauthorizedException(String message) {
        this(message, null);
    }
}
