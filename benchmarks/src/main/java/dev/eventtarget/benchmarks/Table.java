package dev.eventtarget.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, each figure several times.
 *
 * @param title is its own
 * @param unit of all figures
 * @param what is measured
 * @param references names of rows that the others are compared with; those that are not there are passed over
 * @param inTurn whether all rows were measured once, then all once more, and so on
 * @param rows by name the columns, by name the figures
 */
record Table(
        String title,
        Unit unit,
        String what,
        List<String> references,
        boolean inTurn,
        Map<String, Map<String, List<Double>>> rows) {
    private static final Pattern SERIES = Pattern.compile("(\\D+) = (\\d+)");
    private static final int LEAST_OF_SERIES = 3;

    /** What figures are figures of. */
    enum Unit {
        PER_SECOND("", 1000, "", "k", "M", "G"),
        SECONDS("s", 1000, "n", "µ", "m", ""),
        BYTES("B", 1024, "", "Ki", "Mi", "Gi");

        private final String symbol;
        private final int step;
        private final List<String> prefixes;

        Unit(String symbol, int step, String... prefixes) {
            this.symbol = symbol;
            this.step = step;
            this.prefixes = List.of(prefixes);
        }

        /** With three digits that count, where there are so many. */
        String format(double value) {
            double scaled = this == SECONDS ? value * 1e9 : value;
            int prefix = 0;
            while (Math.abs(scaled) >= step - 0.5 && prefix < prefixes.size() - 1) {
                scaled /= step;
                prefix++;
            }
            return (digits(scaled) + " " + prefixes.get(prefix) + symbol).strip();
        }
    }

    /** The median, and the least and the most. */
    record Spread(double median, double from, double to) {
        static Spread of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            return new Spread(
                    sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2,
                    sorted[0],
                    sorted[sorted.length - 1]);
        }

        String format(Function<Double, String> figure) {
            return figure.apply(median) + " (" + range(figure) + ")";
        }

        /** With the unit once, where both have the same. */
        String range(Function<Double, String> figure) {
            String least = figure.apply(from);
            String most = figure.apply(to);
            int space = least.indexOf(' ');
            return (space >= 0 && most.endsWith(least.substring(space)) ? least.substring(0, space) : least) + " – "
                    + most;
        }
    }

    /** One without rows as yet. */
    Table(String title, Unit unit, String what, boolean inTurn, String... references) {
        this(title, unit, what, List.of(references), inTurn, new LinkedHashMap<>());
    }

    static String digits(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%.0f", value)
                .replaceFirst("^-(?=0\\.00$)", "");
    }

    void add(String row, String column, double figure) {
        rows.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(column, name -> new ArrayList<>())
                .add(figure);
    }

    /** The title, as a part of file names. */
    String slug() {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }

    List<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        rows.values().forEach(row -> columns.addAll(row.keySet()));
        return List.copyOf(columns);
    }

    private double @Nullable [] figures(String row, String column) {
        List<Double> figures = rows.getOrDefault(row, Map.of()).get(column);
        return figures == null
                ? null
                : figures.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Nullable Spread spread(String row, String column) {
        double[] figures = figures(row, column);
        return figures == null ? null : Spread.of(figures);
    }

    /**
     * How many times as much one row has as another. Where they were measured in turn, figures of one turn are compared, else
     * the most is compared with the least.
     */
    @Nullable Spread ratio(String row, String reference, String column) {
        double[] figures = figures(row, column);
        if (figures != null && row.equals(reference)) {
            return new Spread(1, 1, 1);
        }
        return compared(figures, figures(reference, column), (one, other) -> one / other);
    }

    private @Nullable Spread compared(
            double @Nullable [] ones, double @Nullable [] others, DoubleBinaryOperator comparison) {
        if (ones == null || others == null) {
            return null;
        }
        if (inTurn && ones.length == others.length) {
            double[] each = new double[ones.length];
            Arrays.setAll(each, i -> comparison.applyAsDouble(ones[i], others[i]));
            return Spread.of(each);
        }
        Spread one = Spread.of(ones);
        Spread other = Spread.of(others);
        return new Spread(
                comparison.applyAsDouble(one.median, other.median),
                comparison.applyAsDouble(one.from, other.to),
                comparison.applyAsDouble(one.to, other.from));
    }

    /** The numbers in columns such as {@code listeners = 10}; empty where there are no such columns, or too few. */
    List<Integer> series() {
        List<Integer> numbers = new ArrayList<>();
        for (String column : columns()) {
            Matcher matcher = SERIES.matcher(column);
            if (!matcher.matches()) {
                return List.of();
            }
            numbers.add(Integer.valueOf(matcher.group(2)));
        }
        return numbers.size() < LEAST_OF_SERIES ? List.of() : numbers;
    }

    /** What there are more and more of, such as {@code listeners}. */
    String counted() {
        return columns().get(0).replaceAll(" = .*", "");
    }

    /** By how much the figures of a series rise with each one more, between the first and the last column. */
    private @Nullable Spread rise(String row) {
        List<Integer> series = series();
        List<String> columns = columns();
        double steps = series.get(series.size() - 1) - series.get(0);
        return compared(
                figures(row, columns.get(columns.size() - 1)),
                figures(row, columns.get(0)),
                (last, first) -> (last - first) / steps);
    }

    /** Tables in Markdown: of the figures, of what they are of those of each reference, and of how a series rises. */
    String markdown() {
        List<String> columns = columns();
        List<String> present = references.stream().filter(rows::containsKey).toList();
        StringBuilder text = new StringBuilder();
        if (columns.size() == 1) {
            List<String> heads = new ArrayList<>(List.of(what, "from – to"));
            present.forEach(reference -> heads.add("of " + reference));
            table(text, heads, row -> {
                List<String> cells = new ArrayList<>();
                Spread spread = spread(row, columns.get(0));
                cells.add(spread == null ? "" : unit.format(spread.median));
                cells.add(spread == null ? "" : spread.range(unit::format));
                present.forEach(reference -> cells.add(cell(ratio(row, reference, columns.get(0)), Table::digits)));
                return cells;
            });
            return text.toString();
        }
        text.append('\n').append(capitalized(what)).append(":\n");
        table(text, columns, row -> each(columns, column -> cell(spread(row, column), unit::format)));
        for (String reference : present) {
            text.append("\nOf ").append(reference).append(":\n");
            table(text, columns, row -> each(columns, column -> cell(ratio(row, reference, column), Table::digits)));
        }
        if (!series().isEmpty()) {
            List<Integer> series = series();
            text.append("\nWhat each of the ").append(counted()).append(" adds:\n");
            table(
                    text,
                    List.of("from " + series.get(0) + " to " + series.get(series.size() - 1)),
                    row -> List.of(cell(rise(row), unit::format)));
        }
        return text.toString();
    }

    private static List<String> each(List<String> columns, Function<String, String> cell) {
        return columns.stream().map(cell).toList();
    }

    private static String cell(@Nullable Spread spread, Function<Double, String> figure) {
        return spread == null ? "–" : spread.format(figure);
    }

    private void table(StringBuilder text, List<String> heads, Function<String, List<String>> cells) {
        text.append("\n|  | ").append(String.join(" | ", heads)).append(" |\n|---|");
        text.append("---:|".repeat(heads.size())).append('\n');
        for (String row : rows.keySet()) {
            text.append("| ").append(shown(row)).append(" | ");
            text.append(String.join(" | ", cells.apply(row))).append(" |\n");
        }
    }

    static boolean isOwn(String row) {
        return row.startsWith("eventTarget");
    }

    private static String shown(String row) {
        return isOwn(row) ? row.replaceFirst("^\\w+", "**$0**") : row;
    }

    private static String capitalized(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
