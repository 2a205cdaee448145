package dev.eventtarget.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Prints JMH's results as Markdown: for each benchmark class a table with a row for each method and a column for each
 * set of parameters. A cell has the median, how many times as fast the method {@code eventTarget} is, and what is
 * allocated for an operation.
 */
public final class Ratios {
    private static final String BASELINE = "eventTarget";

    private Ratios() {}

    /**
     * Reads results and prints them.
     *
     * @param files what {@code -rf json -rff} wrote, one or more
     * @throws IOException if one can't be read
     */
    @SuppressWarnings("SystemOut")
    public static void main(String... files) throws IOException {
        List<Result> results = new ArrayList<>();
        for (String file : files) {
            for (JsonNode result : new ObjectMapper().readTree(new File(file))) {
                results.add(Result.of(result));
            }
        }
        System.out.print(markdown(results));
    }

    static String markdown(List<Result> results) {
        Map<String, List<Result>> byClass =
                results.stream().collect(Collectors.groupingBy(Result::group, LinkedHashMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder();
        byClass.forEach((name, group) -> table(text, name, group));
        return text.toString();
    }

    private static void table(StringBuilder text, String name, List<Result> results) {
        Map<String, Map<String, Result>> rows = new LinkedHashMap<>();
        results.stream().filter(r -> r.method.equals(BASELINE)).forEach(r -> rows.put(r.method, new LinkedHashMap<>()));
        Set<String> columns = new LinkedHashSet<>();
        for (Result result : results) {
            rows.computeIfAbsent(result.method, method -> new LinkedHashMap<>()).put(result.parameters, result);
            columns.add(result.parameters);
        }
        text.append("\n### ").append(name).append("\n\n|  | ").append(String.join(" | ", columns));
        text.append(" |\n|---|").append("---:|".repeat(columns.size())).append('\n');
        Map<String, Result> baseline = rows.getOrDefault(BASELINE, Map.of());
        rows.forEach((method, row) -> {
            text.append("| ").append(method);
            for (String column : columns) {
                text.append(" | ").append(cell(row.get(column), baseline.get(column)));
            }
            text.append(" |\n");
        });
    }

    private static String cell(@Nullable Result result, @Nullable Result baseline) {
        if (result == null) {
            return "–";
        }
        StringBuilder cell =
                new StringBuilder(rounded(result.median)).append(' ').append(result.unit());
        if (baseline != null && !result.method.equals(BASELINE)) {
            double ratio = result.throughput() ? baseline.median / result.median : result.median / baseline.median;
            cell.append(" · ").append(rounded(ratio)).append('×');
        }
        if (!Double.isNaN(result.allocated)) {
            cell.append(" · ").append(Math.round(result.allocated)).append(" B");
        }
        return cell.toString();
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    record Result(String group, String method, String parameters, double median, String scoreUnit, double allocated) {

        static Result of(JsonNode json) {
            String name = json.path("benchmark").asText();
            int method = name.lastIndexOf('.');
            String parameters = json.path("params").properties().stream()
                    .map(parameter ->
                            parameter.getKey() + " = " + parameter.getValue().asText())
                    .collect(Collectors.joining(", "));
            double[] runs = StreamSupport.stream(
                            json.at("/primaryMetric/rawData").spliterator(), false)
                    .flatMapToDouble(fork ->
                            StreamSupport.stream(fork.spliterator(), false).mapToDouble(JsonNode::asDouble))
                    .sorted()
                    .toArray();
            return new Result(
                    name.substring(name.lastIndexOf('.', method - 1) + 1, method),
                    name.substring(method + 1),
                    parameters,
                    median(runs),
                    json.at("/primaryMetric/scoreUnit").asText(),
                    json.at("/secondaryMetrics/gc.alloc.rate.norm/score").asDouble(Double.NaN));
        }

        private static double median(double[] sorted) {
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1
                    ? sorted[middle]
                    : Arrays.stream(sorted, middle - 1, middle + 1).average().orElse(Double.NaN);
        }

        boolean throughput() {
            return scoreUnit.startsWith("ops/");
        }

        String unit() {
            return switch (scoreUnit) {
                case "ops/us" -> "M/s";
                case "ns/op" -> "ns";
                default -> scoreUnit;
            };
        }
    }
}
