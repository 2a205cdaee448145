package dev.eventtarget;

import java.time.Duration;

/**
 * How often, and after what delays, an event that its listener refused is delivered again. The events behind it wait, so
 * that order is kept. Delays grow by the factor 2 and vary at random by up to a quarter, so that consumers which failed
 * together don't come back together.
 *
 * @param attempts deliveries in all, the first included; 1 for no retry, {@link Integer#MAX_VALUE} for no end
 * @param initialDelay before the second delivery
 * @param maxDelay the most that the delay grows to
 */
public record RetryPolicy(int attempts, Duration initialDelay, Duration maxDelay) {
    private static final RetryPolicy NONE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

    /** Checks the numbers. */
    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException(
                    "attempts is " + attempts + ": the first delivery counts, so at least 1");
        }
        if (initialDelay.isNegative() || maxDelay.compareTo(initialDelay) < 0) {
            throw new IllegalArgumentException(
                    "The delays " + initialDelay + " and " + maxDelay + " must not be negative nor the second smaller");
        }
    }

    /** {@return one delivery and no more} */
    public static RetryPolicy none() {
        return NONE;
    }

    /**
     * Delays that double.
     *
     * @param attempts deliveries in all, the first included
     * @param initialDelay before the second delivery
     * @param maxDelay the most that the delay grows to
     * @return the policy
     */
    public static RetryPolicy backoff(int attempts, Duration initialDelay, Duration maxDelay) {
        return new RetryPolicy(attempts, initialDelay, maxDelay);
    }

    /**
     * No delays.
     *
     * @param attempts deliveries in all, the first included
     * @return the policy
     */
    public static RetryPolicy immediately(int attempts) {
        return new RetryPolicy(attempts, Duration.ZERO, Duration.ZERO);
    }
}
