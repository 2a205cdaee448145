package dev.eventtarget.link;

import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How far a spoke's publications have got, over all its sessions. Thread-safe. */
final class Producer {
    /** Refusals that are told apart; of more, none is taken for accepted. */
    private static final int REFUSALS = 4096;

    private final String name;
    private final Set<Long> refused = new HashSet<>();
    private @Nullable Publications current;
    private long settled = -1;

    /** Nothing is known of what is not above. */
    private long unknown = -1;

    Producer(String name) {
        this.name = name;
    }

    /** Begins another session; completes when all publications of the one before have their outcome. */
    synchronized Future<Void> begin(Publications publications) {
        Publications before = current;
        current = publications;
        return before == null ? Future.succeededFuture() : before.whenSettled();
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
