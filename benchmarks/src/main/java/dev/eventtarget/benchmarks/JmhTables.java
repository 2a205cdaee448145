package dev.eventtarget.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Makes tables of JMH's results: for each benchmark class one with a row for each method and a column for each set of
 * parameters, and one of what is allocated.
 */
public final class JmhTables {
    /** Which rows of a class the others are compared with; in other classes that is {@code eventTarget}. */
    private static final Map<String, String[]> REFERENCES = Map.of(
            "DispatchBenchmark", new String[] {"arrayLoop"},
            "TypesBenchmark", new String[] {"hashMap"},
            "HandOverBenchmark", new String[] {"submissionPublisher", "disruptorYielding"},
            "GroupHandOverBenchmark", new String[] {"vertxEventBus"},
            "EncodeBenchmark", new String[] {"jackson"},
            "DecodeBenchmark", new String[] {"jackson"});

    private JmhTables() {}

    /**
     * Reads results and prints them.
     *
     * @param files what {@code -rf json -rff} wrote, one or more
     * @throws IOException if one can't be read
     */
    public static void main(String... files) throws IOException {
        Part part = new Part(System.out);
        for (String file : files) {
            addTo(part, new ObjectMapper().readTree(new File(file)));
        }
        part.keep();
    }

    static void addTo(Part part, JsonNode results) {
        Map<String, Table> tables = new LinkedHashMap<>();
        for (JsonNode result : ownFirst(results)) {
            String name = result.path("benchmark").asText();
            int method = name.lastIndexOf('.');
            String group = name.substring(name.lastIndexOf('.', method - 1) + 1, method);
            String[] references = REFERENCES.getOrDefault(group, new String[] {"eventTarget"});
            String row = name.substring(method + 1);
            String column = result.path("params").properties().stream()
                    .map(parameter ->
                            parameter.getKey() + " = " + parameter.getValue().asText())
                    .collect(Collectors.joining(", "));
            JsonNode times = result.path("primaryMetric");
            boolean rates = times.path("scoreUnit").asText().startsWith("ops/");
            add(
                    tables.computeIfAbsent(
                            group,
                            title -> new Table(
                                    title,
                                    rates ? Table.Unit.PER_SECOND : Table.Unit.SECONDS,
                                    rates ? "events/s" : "time of an event",
                                    false,
                                    references)),
                    row,
                    column,
                    times,
                    scale(times.path("scoreUnit").asText()));
            JsonNode bytes = result.at("/secondaryMetrics/gc.alloc.rate.norm");
            if (!bytes.isMissingNode()) {
                add(
                        tables.computeIfAbsent(
                                group + ", allocated",
                                title -> new Table(title, Table.Unit.BYTES, "allocated for an event", false)),
                        row,
                        column,
                        bytes,
                        1);
            }
        }
        tables.values().forEach(part::add);
    }

    private static List<JsonNode> ownFirst(JsonNode results) {
        return StreamSupport.stream(results.spliterator(), false)
                .sorted(Comparator.comparing(
                        result -> !result.path("benchmark").asText().contains(".eventTarget")))
                .toList();
    }

    private static void add(Table table, String row, String column, JsonNode metric, double scale) {
        for (JsonNode fork : metric.path("rawData")) {
            for (JsonNode figure : fork) {
                table.add(row, column, figure.asDouble() * scale);
            }
        }
    }

    private static double scale(String unit) {
        return switch (unit) {
            case "ops/us" -> 1e6;
            case "ns/op" -> 1e-9;
            default -> throw new IllegalArgumentException("There are no tables of " + unit);
        };
    }
}
