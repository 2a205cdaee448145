package dev.eventtarget.cli;

import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the events of each type, ids left out. Any thread may count. */
final class TypeRates {
    /** More types than anybody looks at are counted as one. */
    private static final int MOST = 10_000;

    private static final String OTHERS = "(others)";

    private final Map<String, Count> counts = new ConcurrentHashMap<>();
    private Map<String, long[]> before = new HashMap<>();
    private long since = System.nanoTime();

    private record Count(LongAdder events, LongAdder bytes) {
        Count() {
            this(new LongAdder(), new LongAdder());
        }
    }

    /**
     * What went on lately.
     *
     * @param type the type's name
     * @param events a second
     * @param bytes of details a second
     * @param total events since the beginning
     */
    record Rate(String type, double events, double bytes, long total) {}

    void count(TypedEvent<EncodedDetail> event) {
        String name = event.type().name();
        Count count = counts.get(name);
        if (count == null) {
            count = counts.computeIfAbsent(counts.size() < MOST ? name : OTHERS, any -> new Count());
        }
        count.events.increment();
        EncodedDetail detail = event.detail();
        count.bytes.add(detail == null ? 0 : detail.length());
    }

    /** {@return the rates since it was last asked, the busiest type first} */
    List<Rate> next() {
        long now = System.nanoTime();
        double seconds = Math.max(1, now - since) / 1e9;
        since = now;
        Map<String, long[]> current = new HashMap<>();
        List<Rate> rates = new ArrayList<>();
        counts.forEach((type, count) -> {
            long[] sums = {count.events.sum(), count.bytes.sum()};
            long[] old = before.getOrDefault(type, new long[2]);
            current.put(type, sums);
            rates.add(new Rate(type, (sums[0] - old[0]) / seconds, (sums[1] - old[1]) / seconds, sums[0]));
        });
        before = current;
        rates.sort(Comparator.comparingDouble(Rate::events)
                .thenComparingLong(Rate::total)
                .reversed()
                .thenComparing(Rate::type));
        return rates;
    }
}
