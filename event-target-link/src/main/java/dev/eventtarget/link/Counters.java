package dev.eventtarget.link;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a hub has done.
 *
 * @param opened links that were taken
 * @param resumed sessions that were taken up again
 * @param published accepted by its target
 * @param delivered sent to spokes
 * @param dropped left out
 * @param duplicates left out as they were published before
 * @param refused answered with an error
 * @param slow links closed
 */
record Counters(
        LongAdder opened,
        LongAdder resumed,
        LongAdder published,
        LongAdder delivered,
        LongAdder dropped,
        LongAdder duplicates,
        LongAdder refused,
        LongAdder slow) {
    Counters() {
        this(
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder(),
                new LongAdder());
    }
}
