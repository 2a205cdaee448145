package dev.eventtarget;

/** A listener refused an event as often as its {@link RetryPolicy} lets it be tried. The cause is the last refusal. */
public class DeliveryException extends EventTargetException {
    private static final long serialVersionUID = 1L;

    private final transient TypedEvent<?> event;
    private final int attempts;

    /**
     * Makes one.
     *
     * @param event what was refused
     * @param attempts how often
     * @param cause the last refusal
     */
    public DeliveryException(TypedEvent<?> event, int attempts, Throwable cause) {
        super(
                Reason.LISTENER_FAILED,
                false,
                "A listener failed on " + event + " after " + attempts + (attempts == 1 ? " attempt: " : " attempts: ")
                        + cause,
                cause);
        this.event = event;
        this.attempts = attempts;
    }

    /** {@return what was refused} */
    public TypedEvent<?> event() {
        return event;
    }

    /** {@return how often it was tried} */
    public int attempts() {
        return attempts;
    }
}
