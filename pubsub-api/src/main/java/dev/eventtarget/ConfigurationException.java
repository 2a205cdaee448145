package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** The configuration names an unknown transport or option, or a value that is out of bounds. */
public class ConfigurationException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public ConfigurationException(String message, @Nullable Throwable cause) {
        super(Reason.CONFIGURATION, false, message, cause);
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public ConfigurationException(String message) {
        this(message, null);
    }
}
