package dev.eventtarget.cli.soak;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one publisher has published, in numbers from 0, and what became of it. Keeps what did not go well alone. */
final class Publications {
    private final Set<Long> open = new HashSet<>();
    private final Set<Long> failed = new HashSet<>();
    private long begun;
    private @Nullable String firstFailure;

    /** {@return the next number, which has no outcome yet} */
    synchronized long begin() {
        open.add(begun);
        return begun++;
    }

    synchronized void accepted(long number) {
        open.remove(number);
    }

    /** Enters that an event's future has failed: it may have been delivered all the same. */
    synchronized void failed(long number, Throwable why) {
        open.remove(number);
        failed.add(number);
        if (firstFailure == null) {
            firstFailure = String.valueOf(why.getMessage());
        }
    }

    synchronized boolean isAccepted(long number) {
        return number < begun && !open.contains(number) && !failed.contains(number);
    }

    synchronized long begun() {
        return begun;
    }

    synchronized long accepted() {
        return begun - open.size() - failed.size();
    }

    synchronized long failed() {
        return failed.size();
    }

    /** {@return what the first failed future said; null if none has failed} */
    synchronized @Nullable String firstFailure() {
        return firstFailure;
    }

    /** {@return how many have no outcome} */
    synchronized long unknown() {
        return open.size();
    }
}
