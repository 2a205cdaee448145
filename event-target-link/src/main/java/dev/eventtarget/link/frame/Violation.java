package dev.eventtarget.link.frame;

import dev.eventtarget.link.spi.CloseReason;

/** A peer does what it must not: the link is closed. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final CloseReason reason;

    /**
     * Makes one.
     *
     * @param reason what kind
     * @param message what it did, and what it may do
     */
    public Violation(CloseReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** {@return what kind} */
    public CloseReason reason() {
        return reason;
    }

    /** {@return what it did, and what it may do} */
    public String text() {
        return String.valueOf(getMessage());
    }
}
