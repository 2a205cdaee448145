package dev.eventtarget.redis;

import dev.eventtarget.core.DedupWindow;

/**
 * Tells duplicates by the {@code dedup_id} of stream entries, for those who read the streams themselves: a producer that
 * loses its connection sends what was not confirmed again, and may thus append an entry twice where the idempotent append
 * is turned off.
 *
 * <pre>{@code
 * RedisStreamDedup dedup = new RedisStreamDedup();
 * if (!dedup.isDuplicate(entry.get("dedup_id").toString())) {
 *     handle(entry);
 * }
 * }</pre>
 *
 * <p>It remembers the IDs seen last and forgets the oldest first. Thread-safe.
 */
public final class RedisStreamDedup {
    /** How many IDs it remembers unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 4096;

    private final int capacity;
    private final DedupWindow window;

    /** Remembers the last {@value #DEFAULT_CAPACITY} IDs. */
    public RedisStreamDedup() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * Remembers so many IDs.
     *
     * @param capacity how many, at least 1
     * @throws IllegalArgumentException if less
     */
    public RedisStreamDedup(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("The capacity is " + capacity + ": it must be at least 1");
        }
        this.capacity = capacity;
        this.window = new DedupWindow(capacity);
    }

    /**
     * Whether an ID was asked for before, within the window; from now on it was.
     *
     * @param id a {@code dedup_id}
     * @return true if it is a duplicate
     */
    public boolean isDuplicate(String id) {
        return !window.add(id);
    }

    /** {@return how many IDs it remembers now} */
    public int size() {
        return window.size();
    }

    /** {@return how many IDs it remembers at most} */
    public int capacity() {
        return capacity;
    }

    /** Forgets all IDs. */
    public void clear() {
        window.clear();
    }
}
