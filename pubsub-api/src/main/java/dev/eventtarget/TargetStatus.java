package dev.eventtarget;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a target has to do at a moment, for gauges and for whoever looks for what is slow.
 *
 * @param health whether it does its work
 * @param subscriptions those that have not ended, in no order
 */
public record TargetStatus(Health health, List<SubscriptionStatus> subscriptions) {
    /** Checks that nothing is null. */
    public TargetStatus {
        Objects.requireNonNull(health, "health");
        subscriptions = List.copyOf(subscriptions);
    }

    /**
     * What a listener has to do.
     *
     * @param topic what it listens to
     * @param group its group, if it is in one
     * @param queued events that wait in its buffer; members of a group in memory have the same
     * @param inFlight events that it is handling
     * @param dropped events that were dropped as the buffer was full, since it began
     * @param behind events that the transport has for it, or for its group, and has not delivered to it: they wait, or other
     *     members have them; -1 where that is not known
     */
    public record SubscriptionStatus(
            String topic, @Nullable String group, int queued, int inFlight, long dropped, long behind) {}
}
