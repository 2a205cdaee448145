package dev.eventtarget.link;

import java.util.HashSet;
import java.util.Set;

/** How far a spoke's publications have got, over all its sessions. Thread-safe. */
final class Producer {
    /** Refusals that are told apart; of more, none is taken for accepted. */
    private static final int REFUSALS = 4096;

    private final String name;
    private final Set<Long> refused = new HashSet<>();
    private long settled = -1;

    /** Nothing is known of what is not above. */
    private long unknown = -1;

    Producer(String name) {
        this.name = name;
    }

    /** The id of an event that has none. */
    String id(long number) {
        return name + ":" + number;
    }

    /** Whether an event was accepted before. */
    synchronized boolean has(long number) {
        return number > unknown && number <= settled && !refused.contains(number);
    }

    synchronized void settled(long number, boolean isRefused) {
        if (isRefused) {
            if (refused.size() == REFUSALS) {
                refused.clear();
                unknown = settled;
            }
            refused.add(number);
        } else if (!refused.isEmpty()) {
            refused.remove(number);
        }
        settled = Math.max(settled, number);
    }
}
