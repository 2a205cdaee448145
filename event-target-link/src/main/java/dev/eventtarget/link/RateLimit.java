package dev.eventtarget.link;

/** So many a second, over ten seconds. Not thread-safe. */
final class RateLimit {
    private static final long SECONDS = 10;

    private final long rate;
    private double left;
    private long since;

    /** 0 for no limit. */
    RateLimit(int rate, long now) {
        this.rate = rate;
        this.left = rate * (double) SECONDS;
        this.since = now;
    }

    /** Whether one more is within the limit, at a time of {@link System#nanoTime}. */
    boolean allows(long now) {
        if (rate == 0) {
            return true;
        }
        left = Math.min(rate * (double) SECONDS, left + (now - since) / 1e9 * rate);
        since = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
