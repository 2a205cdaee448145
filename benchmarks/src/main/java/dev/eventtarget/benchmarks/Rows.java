package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures rows in turn, so that what the machine does meanwhile hits all alike, each row for the same time.
 */
final class Rows {
    /** How often and how long; the first rounds are not counted. */
    record Size(int warmUps, int rounds, int millis, int trips) {
        static final Size FULL = new Size(3, 7, 500, 20_000);
        static final Size QUICK = new Size(2, 3, 200, 5_000);
    }

    /** Opens what a row measures. */
    interface Opening<T> {
        T open() throws Exception;
    }

    private final Size size;
    private final String only;

    /**
     * @param only a part of the names of the rows to run
     */
    Rows(Size size, String only) {
        this.size = size;
        this.only = only;
    }

    /** By the command line: {@code --quick} or nothing, and perhaps a part of the names of the rows to run. */
    static Rows of(String... arguments) {
        boolean quick = arguments.length > 0 && arguments[0].equals("--quick");
        int used = quick ? 1 : 0;
        if (arguments.length > used + 1) {
            throw new IllegalArgumentException(
                    "It takes --quick and a part of the names of rows, and not " + List.of(arguments));
        }
        return new Rows(quick ? Size.QUICK : Size.FULL, arguments.length > used ? arguments[used] : "");
    }

    /** What a row has in one column, where there are several. */
    record Place(String row, String column) {}

    /** What is made of the time that so many messages took. */
    private interface Figure {
        double of(double seconds, long messages);
    }

    /**
     * How many a second.
     *
     * @param each what a message that all receivers have got counts
     * @param references the names of the rows that others are compared with
     */
    Table rates(
            String title,
            String what,
            double each,
            Map<String, Opening<? extends Carrier>> openings,
            String... references)
            throws Exception {
        Table table = new Table(title, Table.Unit.PER_SECOND, what, true, references);
        measure(table, inOneColumn(openings, what), (seconds, messages) -> each * messages / seconds);
        return table;
    }

    /**
     * How long a message takes, from what many take.
     *
     * @param references the names of the rows that others are compared with
     */
    Table costs(String title, String what, Map<Place, Opening<? extends Carrier>> openings, String... references)
            throws Exception {
        Table table = new Table(title, Table.Unit.SECONDS, what, true, references);
        measure(table, openings, (seconds, messages) -> seconds / messages);
        return table;
    }

    private void measure(Table table, Map<Place, Opening<? extends Carrier>> openings, Figure figure) throws Exception {
        Map<Place, Integer> windows = new HashMap<>();
        Map<Place, Carrier> carriers = open(openings);
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Map.Entry<Place, Carrier> one : carriers.entrySet()) {
                Place place = one.getKey();
                Arrivals arrivals = one.getValue().arrivals();
                int count = windows.getOrDefault(place, 4);
                long nanos = arrivals.measure(one.getValue(), count);
                if (round < 0) {
                    windows.put(place, (int) Math.max(4, count * size.millis * 1e6 / nanos));
                } else {
                    table.add(place.row, place.column, figure.of(nanos / 1e9, (long) count * arrivals.window()));
                }
            }
        }
        closeAll(carriers.values());
    }

    /**
     * How long there and back takes.
     *
     * @param references the names of the rows that others are compared with
     */
    Table roundTrips(String title, Map<String, Opening<? extends Echo>> openings, String... references)
            throws Exception {
        Table table = new Table(title, Table.Unit.SECONDS, "there and back", true, references);
        Map<Place, Echo> echoes = open(inOneColumn(openings, ""));
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Map.Entry<Place, Echo> one : echoes.entrySet()) {
                long[] nanos = new long[size.trips];
                one.getValue().measure(nanos);
                if (round >= 0) {
                    Arrays.sort(nanos);
                    for (int percent : new int[] {50, 99}) {
                        table.add(one.getKey().row, "p" + percent, nanos[nanos.length * percent / 100] / 1e9);
                    }
                }
            }
        }
        closeAll(echoes.values());
        return table;
    }

    private static <T> Map<Place, Opening<? extends T>> inOneColumn(
            Map<String, Opening<? extends T>> openings, String column) {
        Map<Place, Opening<? extends T>> places = new LinkedHashMap<>();
        openings.forEach((row, opening) -> places.put(new Place(row, column), opening));
        return places;
    }

    private <T> Map<Place, T> open(Map<Place, Opening<? extends T>> openings) throws Exception {
        Map<Place, T> opened = new LinkedHashMap<>();
        for (Map.Entry<Place, Opening<? extends T>> one : openings.entrySet()) {
            if (one.getKey().row.contains(only)) {
                opened.put(one.getKey(), one.getValue().open());
            }
        }
        return opened;
    }

    private static void closeAll(Iterable<? extends AutoCloseable> rows) throws Exception {
        for (AutoCloseable row : rows) {
            row.close();
        }
    }
}
