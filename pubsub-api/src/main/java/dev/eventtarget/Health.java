package dev.eventtarget;

import java.util.Objects;

/**
 * Whether a target does its work, for probes and dashboards.
 *
 * @param state how well
 * @param reason why it is not up, and what can be done; empty if it is
 */
public record Health(State state, String reason) {
    private static final Health UP = new Health(State.UP, "");

    /** How well a target does its work. */
    public enum State {
        /** Events go and come. */
        UP,
        /** Events are accepted, or some are, but wait: a connection is lost and is being made again. */
        DEGRADED,
        /** Events are not accepted. */
        DOWN
    }

    /** Checks that nothing is null. */
    public Health {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
    }

    /** {@return all is well} */
    public static Health up() {
        return UP;
    }

    /**
     * Not all is well.
     *
     * @param reason what is not
     * @return events wait
     */
    public static Health degraded(String reason) {
        return new Health(State.DEGRADED, reason);
    }

    /**
     * Nothing goes.
     *
     * @param reason why
     * @return events are not accepted
     */
    public static Health down(String reason) {
        return new Health(State.DOWN, reason);
    }

    /** {@return whether all is well} */
    public boolean isUp() {
        return state == State.UP;
    }
}
