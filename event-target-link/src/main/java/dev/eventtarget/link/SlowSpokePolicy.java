package dev.eventtarget.link;

/** What a hub does when more waits for a link than may. */
public enum SlowSpokePolicy {
    /** Closes the link; its session is over. The spoke connects again and is told of the gap. The default. */
    DISCONNECT,
    /** Leaves out the oldest events, and tells the spoke how many. */
    DROP_OLDEST,
    /**
     * Takes no more events for it from the hub's target. What that means for publishers is up to the target: a log keeps
     * the events, in memory the publishers' futures stay open.
     */
    PAUSE
}
