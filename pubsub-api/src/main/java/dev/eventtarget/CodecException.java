package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** A detail could not be encoded or decoded, or an envelope is malformed. */
public class CodecException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public CodecException(String message, @Nullable Throwable cause) {
        super(Reason.CODEC, false, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public CodecException(String message) {
        this(message, null);
    }
}
