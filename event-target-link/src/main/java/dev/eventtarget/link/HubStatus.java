package dev.eventtarget.link;

import java.time.Instant;
import java.util.List;

/**
 * What a hub has done and has to do, at one moment.
 *
 * @param links the links that are open
 * @param sessions how many sessions wait to be resumed
 * @param opened links that it has taken, since it began
 * @param resumed sessions that were taken up again by a new link
 * @param published events that spokes have published and the hub's target has accepted
 * @param delivered events sent to spokes, each counted for each of them
 * @param dropped events that did not fit into what may wait for a link
 * @param duplicates events that spokes have published again and the hub has left out; its target may leave out more
 * @param refused links and frames that were answered with an error
 * @param slow links that were closed as they did not take their events
 */
public record HubStatus(
        List<LinkStatus> links,
        int sessions,
        long opened,
        long resumed,
        long published,
        long delivered,
        long dropped,
        long duplicates,
        long refused,
        long slow) {
    /**
     * One link.
     *
     * @param peer who is at its end; empty for somebody unknown
     * @param transport how it came, such as {@code ws}
     * @param remoteAddress where it came from
     * @param since when it was opened
     * @param subscriptions how many it has
     * @param published events that it has published
     * @param delivered events sent to it
     * @param queued events that wait for it
     */
    public record LinkStatus(
            String peer,
            String transport,
            String remoteAddress,
            Instant since,
            int subscriptions,
            long published,
            long delivered,
            int queued) {}
}
