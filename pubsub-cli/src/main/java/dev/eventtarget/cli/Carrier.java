package dev.eventtarget.cli;

import io.vertx.core.Future;
import java.util.function.LongConsumer;

/** Something to measure: it carries what is published to each listener. */
interface Carrier {
    /** {@return what the report calls it} */
    String name();

    /**
     * Begins to listen.
     *
     * @param heard is called by each listener with the number that was published, on any thread
     * @return completes when all listen
     */
    Future<?> listen(LongConsumer heard);

    /**
     * Publishes.
     *
     * @param number what to carry
     * @return completes when it is accepted
     */
    Future<?> publish(long number);

    /** Ends; waits until it has. */
    void close();
}
