package dev.eventtarget;

/** What happens to an event for which a subscription's {@linkplain ListenerOptions#buffer buffer} has no room. */
public enum OverflowPolicy {
    /**
     * The event waits in line, and its publisher's future stays open until it has room. The line is as long as the buffer
     * and at least 1024; a publisher that ignores its futures and overruns it as well gets {@link BackpressureException}.
     */
    BLOCK,
    /** The oldest event that waits is dropped and counted. */
    DROP_OLDEST,
    /** The new event is dropped and counted. */
    DROP_NEWEST,
    /** The publisher's future fails with {@link BackpressureException}; other subscriptions get the event. */
    FAIL
}
