package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures rows in turn, so that what the machine does meanwhile hits all alike, each row for the same time; and writes tables
 * in Markdown.
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

    /**
     * How many a second, in millions.
     *
     * @param each what a message that all receivers have got counts
     * @param reference the name of the row that others are compared with
     */
    String rates(
            String title, String unit, double each, Map<String, Opening<? extends Carrier>> openings, String reference)
            throws Exception {
        Map<String, double[]> rates = new LinkedHashMap<>();
        Map<String, Integer> windows = new LinkedHashMap<>();
        Map<String, Carrier> rows = open(openings);
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Map.Entry<String, Carrier> row : rows.entrySet()) {
                Arrivals arrivals = row.getValue().arrivals();
                int count = windows.getOrDefault(row.getKey(), 4);
                long nanos = arrivals.measure(row.getValue(), count);
                if (round < 0) {
                    windows.put(row.getKey(), (int) Math.max(4, count * size.millis * 1e6 / nanos));
                } else {
                    rates.computeIfAbsent(row.getKey(), name -> new double[size.rounds])[round] =
                            each * count * arrivals.window() * 1e9 / nanos;
                }
            }
        }
        closeAll(rows.values());
        if (rates.isEmpty()) {
            return "";
        }
        double[] limit = rates.get(reference);
        StringBuilder table = new StringBuilder("\n### " + title + "\n\n|  | " + unit + " | from – to | of " + reference
                + " |\n|---|---:|---:|---:|\n");
        rates.forEach((name, values) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.2f M | %.2f – %.2f | %s |%n",
                name,
                median(values) / 1e6,
                Arrays.stream(values).min().orElseThrow() / 1e6,
                Arrays.stream(values).max().orElseThrow() / 1e6,
                limit == null ? "" : ratio(median(values), median(limit)))));
        return table.toString();
    }

    /**
     * How long there and back takes.
     *
     * @param reference the name of the row that others are compared with
     */
    String roundTrips(String title, Map<String, Opening<? extends Echo>> openings, String reference) throws Exception {
        Map<String, Echo> rows = open(openings);
        Map<String, List<long[]>> results = new LinkedHashMap<>();
        for (int round = -size.warmUps; round < size.rounds; round++) {
            for (Map.Entry<String, Echo> row : rows.entrySet()) {
                long[] nanos = new long[size.trips];
                row.getValue().measure(nanos);
                if (round >= 0) {
                    Arrays.sort(nanos);
                    results.computeIfAbsent(row.getKey(), name -> new ArrayList<>())
                            .add(nanos);
                }
            }
        }
        closeAll(rows.values());
        if (results.isEmpty()) {
            return "";
        }
        List<long[]> limit = results.get(reference);
        StringBuilder table = new StringBuilder(
                "\n### " + title + "\n\n|  | p50 | p99 | p50 of " + reference + " |\n|---|---:|---:|---:|\n");
        results.forEach((name, each) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.1f µs | %.0f µs | %s |%n",
                name,
                micros(each, 0.5),
                micros(each, 0.99),
                limit == null ? "" : ratio(micros(each, 0.5), micros(limit, 0.5)))));
        return table.toString();
    }

    private <T> Map<String, T> open(Map<String, Opening<? extends T>> openings) throws Exception {
        Map<String, T> rows = new LinkedHashMap<>();
        for (Map.Entry<String, Opening<? extends T>> one : openings.entrySet()) {
            if (one.getKey().contains(only)) {
                rows.put(one.getKey(), one.getValue().open());
            }
        }
        return rows;
    }

    private static void closeAll(Iterable<? extends AutoCloseable> rows) throws Exception {
        for (AutoCloseable row : rows) {
            row.close();
        }
    }

    private static String ratio(double value, double reference) {
        return String.format(Locale.ROOT, "%.2f", value / reference);
    }

    private static double micros(List<long[]> rounds, double quantile) {
        return median(rounds.stream()
                        .mapToDouble(sorted -> sorted[(int) (sorted.length * quantile)])
                        .toArray())
                / 1e3;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
