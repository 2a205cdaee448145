package dev.eventtarget.cli;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long nothing may come until it is over. Time in which this process did not run, as it or its machine was stopped, does
 * not count: what has come meanwhile is not taken yet. One thread's to use.
 */
final class Patience {
    /** Whoever looks does so more often. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final long limit;
    private final LongSupplier nanoTime;
    private long looked;
    private long quiet;

    Patience(Duration limit) {
        this(limit, System::nanoTime);
    }

    Patience(Duration limit, LongSupplier nanoTime) {
        this.limit = limit.toNanos();
        this.nanoTime = nanoTime;
        looked = nanoTime.getAsLong();
    }

    /** Something has come. */
    void renew() {
        quiet = 0;
        looked = nanoTime.getAsLong();
    }

    /** {@return whether nothing has come for too long} */
    boolean isOver() {
        long now = nanoTime.getAsLong();
        quiet += Math.min(now - looked, MOST_NANOS);
        looked = now;
        return quiet > limit;
    }
}
