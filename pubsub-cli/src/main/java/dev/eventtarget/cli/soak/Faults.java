package dev.eventtarget.cli.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** When which fault begins, what it hits, and how long it lasts. The same seed gives the same ones. */
final class Faults {
    private static final long SHORTEST_MILLIS = 100;
    private static final long LONGEST_MILLIS = 8_000;

    /** A run has at least so many, on average, unless there would be more than one a second. */
    private static final int PARTS = 40;

    private static final long CLOSEST_MILLIS = 1_000;
    private static final long FURTHEST_MILLIS = 5_000;

    /**
     * One fault.
     *
     * @param atMillis when it begins, from the run's beginning
     * @param millis how long it lasts
     * @param fault what it is
     * @param choice which of those that it can hit it hits, counted around
     */
    record Planned(long atMillis, long millis, Soak.Fault fault, int choice) {}

    private Faults() {}

    static List<Planned> plan(long seed, Duration duration, Set<Soak.Fault> kinds) {
        if (kinds.isEmpty()) {
            return List.of();
        }
        List<Soak.Fault> sorted = kinds.stream().sorted().toList();
        Random random = new Random(seed);
        long total = duration.toMillis();
        long between = Math.min(Math.max(total / PARTS, CLOSEST_MILLIS), FURTHEST_MILLIS);
        long longest = Math.min(Math.max(total / 5, SHORTEST_MILLIS + 1), LONGEST_MILLIS);
        List<Planned> plan = new ArrayList<>();
        Map<Soak.Fault, Long> ends = new EnumMap<>(Soak.Fault.class);
        for (long from = between; from < total; from += between) {
            long at = from - random.nextLong(between);
            long millis = random.nextLong(SHORTEST_MILLIS, longest);
            Soak.Fault fault = sorted.get(random.nextInt(sorted.size()));
            int choice = random.nextInt(Integer.MAX_VALUE);
            // one of a kind at a time, else one's end would be the other's
            if (at >= ends.getOrDefault(fault, 0L) && at + millis < total) {
                ends.put(fault, at + millis);
                plan.add(new Planned(at, millis, fault, choice));
            }
        }
        return plan;
    }
}
