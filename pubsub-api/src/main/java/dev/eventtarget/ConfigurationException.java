package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/** The configuration names an unknown transport or option, or a value that is out of bounds. */
public class ConfigurationException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    private final String option;

    /**
     * Makes one.
     *
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public ConfigurationException(String message, @Nullable Throwable cause) {
        this("", message, cause);
    }

    /**
     * Makes one about an option.
     *
     * @param option which, such as {@code maxLinks} or {@code rules[0].peer}
     * @param message what happened and what to do
     * @param cause why, or null
     */
    public ConfigurationException(String option, String message, @Nullable Throwable cause) {
        super(Reason.CONFIGURATION, false, message, cause);
        this.option = option;
    }

    /**
     * Makes one without a cause.
     *
     * @param message what happened and what to do
     */
    public ConfigurationException(String message) {
        this("", message);
    }

    /**
     * Makes one about an option, without a cause.
     *
     * @param option which, such as {@code maxLinks} or {@code rules[0].peer}
     * @param message what happened and what to do
     */
    public ConfigurationException(String option, String message) {
        this(option, message, null);
    }

    /** {@return the option that is wrong, as a path such as {@code rules[0].peer}; empty where it is none, or not one alone} */
    public final String option() {
        return option;
    }
}
