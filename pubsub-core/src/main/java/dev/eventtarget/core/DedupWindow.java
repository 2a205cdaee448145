package dev.eventtarget.core;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The IDs that were seen last. Thread-safe.
 *
 * <p>It forgets the oldest first, so that among the last so many IDs no duplicate gets through. (A size-bounded Caffeine
 * cache does not promise that: its admission policy may drop a new entry in favour of an older one.)
 */
public final class DedupWindow {
    private final Map<String, Boolean> seen;

    /**
     * An empty window.
     *
     * @param capacity how many IDs it holds
     */
    public DedupWindow(int capacity) {
        seen = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > capacity;
            }
        };
    }

    /**
     * Takes note of an ID.
     *
     * @param id the ID
     * @return false if it is in the window already
     */
    public synchronized boolean add(String id) {
        return seen.putIfAbsent(id, Boolean.TRUE) == null;
    }

    /**
     * Forgets an ID, as what it stands for has failed and may be tried again.
     *
     * @param id the ID
     */
    public synchronized void remove(String id) {
        seen.remove(id);
    }

    /**
     * Whether an ID is in the window, without taking note of it.
     *
     * @param id the ID
     * @return true if it was seen
     */
    public synchronized boolean contains(String id) {
        return seen.containsKey(id);
    }

    /** {@return how many IDs are in it} */
    public synchronized int size() {
        return seen.size();
    }

    /** Forgets all. */
    public synchronized void clear() {
        seen.clear();
    }
}
