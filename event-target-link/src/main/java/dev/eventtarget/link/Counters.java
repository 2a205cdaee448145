package dev.eventtarget.link;

import java.util.concurrent.atomic.LongAdder;

/**
 * What a hub has done.
 *
 * @param published accepted by its target
 * @param delivered sent to spokes
 * @param dropped left out
 * @param refused answered with an error
 * @param slow links closed
 */
record Counters(LongAdder published, LongAdder delivered, LongAdder dropped, LongAdder refused, LongAdder slow) {
    Counters() {
        this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
}
