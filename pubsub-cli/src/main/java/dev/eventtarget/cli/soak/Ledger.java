package dev.eventtarget.cli.soak;

import java.util.TreeSet;
import java.util.stream.LongStream;

/** What one listener, or one group, has got of one publisher. Keeps the numbers that are missing alone. */
final class Ledger {
    private final Publications publications;
    private final TreeSet<Long> missing = new TreeSet<>();
    private long next;
    private long received;
    private long again;
    private long late;
    private long reported;
    private boolean gap;

    Ledger(Publications publications) {
        this.publications = publications;
    }

    /** Enters an event that was handled. */
    synchronized void enter(long number) {
        if (number >= next) {
            if (gap) {
                reported += number - next;
                gap = false;
            }
            LongStream.range(next, number).forEach(missing::add);
            next = number + 1;
            received++;
        } else if (missing.remove(number)) {
            late++;
            received++;
        } else {
            again++;
        }
    }

    /** Enters that the listener was told that events are missing at this place. */
    synchronized void gap() {
        gap = true;
    }

    /** {@return how many different events have come} */
    synchronized long received() {
        return received;
    }

    /** {@return how often an event came that had come before} */
    synchronized long again() {
        return again;
    }

    /** {@return how many events came behind one that was published later} */
    synchronized long late() {
        return late;
    }

    /** {@return how many events were left out where the listener was told so, be it that they came later} */
    synchronized long reported() {
        return reported;
    }

    /** {@return how many events were accepted and have not come} */
    synchronized long lost() {
        return LongStream.concat(
                        missing.stream().mapToLong(Long::longValue), LongStream.range(next, publications.begun()))
                .filter(publications::isAccepted)
                .count();
    }
}
