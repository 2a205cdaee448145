package dev.eventtarget.link;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and is not acknowledged, by its number. Numbers come one after the other and go nearly so: a ring, where a
 * hash table with neighbouring keys would search its whole length with each that goes.
 */
final class Unacknowledged {
    private static final int LEAST = 16;

    /** The length is a power of two. */
    private @Nullable Delivery[] ring = new @Nullable Delivery[LEAST];

    /** The least number that may be there. */
    private long first;

    /** One more than the greatest. */
    private long end;

    private int size;

    int size() {
        return size;
    }

    /** {@return how many numbers there are from the first that is there to the last that was} */
    long span() {
        return size == 0 ? 0 : end - first;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Adds one whose number is greater than all that are there. */
    void add(long number, Delivery delivery) {
        if (size == 0) {
            first = number;
        }
        if (number - first >= ring.length) {
            grow(number);
        }
        ring[index(number)] = delivery;
        end = number + 1;
        size++;
    }

    private void grow(long number) {
        int length = ring.length;
        while (number - first >= length) {
            length <<= 1;
        }
        @Nullable Delivery[] longer = new @Nullable Delivery[length];
        for (long one = first; one < end; one++) {
            longer[(int) one & length - 1] = ring[index(one)];
        }
        ring = longer;
    }

    boolean contains(long number) {
        return get(number) != null;
    }

    @Nullable Delivery get(long number) {
        return number >= first && number < end ? ring[index(number)] : null;
    }

    @Nullable Delivery remove(long number) {
        if (number < first || number >= end) {
            return null;
        }
        int index = index(number);
        Delivery removed = ring[index];
        if (removed != null) {
            ring[index] = null;
            size--;
            while (first < end && ring[index(first)] == null) {
                first++;
            }
        }
        return removed;
    }

    /** Has none any more. */
    void clear() {
        Arrays.fill(ring, null);
        first = end;
        size = 0;
    }

    private int index(long number) {
        return (int) number & ring.length - 1;
    }
}
