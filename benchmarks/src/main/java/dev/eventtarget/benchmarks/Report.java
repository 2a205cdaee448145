package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the page on the benchmarks and its charts from the tables of all parts. What is said there is a template; in the place
 * of <code>{{name}}</code> comes what was measured.
 */
public final class Report {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z0-9-]+)}}");
    private static final String PAGE = "benchmarks.md";
    private static final String CHARTS = "benchmarks";

    private static final String QUICK = "--quick";

    /** Its tables are for reading only. */
    private static final String NO_CHART = "allocated";

    private Report() {}

    /**
     * Writes it.
     *
     * @param arguments the directory of the parts, the directory to write to, and the command that was run
     * @throws IOException if one can't be read or written
     */
    public static void main(String... arguments) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            List<Part.Kept> parts = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(Report::read)
                    .toList();
            write(parts, Path.of(arguments[1]), arguments[2]);
        }
    }

    private static Part.Kept read(Path file) {
        try {
            return Part.Kept.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(List<Part.Kept> parts, Path directory, String command) throws IOException {
        List<Table> tables =
                parts.stream().flatMap(part -> part.tables().stream()).toList();
        Map<String, String> contents = new LinkedHashMap<>();
        contents.put("command", command);
        contents.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        contents.put("machine", machine());
        contents.put("notes", notes(parts, command.endsWith(QUICK)));
        contents.put("aims", aims(tables));
        contents.put("in-the-way", inTheWay(tables));
        Path charts = Files.createDirectories(directory.resolve(CHARTS));
        deleteCharts(charts);
        for (Table table : tables) {
            String content = table.markdown();
            if (!table.slug().contains(NO_CHART)) {
                Files.writeString(charts.resolve(table.slug() + ".svg"), Chart.svg(table));
                content = "\n![" + table.title() + "](" + CHARTS + "/" + table.slug() + ".svg)\n" + content;
            }
            contents.put(table.slug(), content.strip());
        }
        String template = template();
        Set<String> places = places(template);
        contents.keySet().stream()
                .filter(name -> !places.contains(name))
                .findAny()
                .ifPresent(name -> {
                    throw new IllegalStateException("The template has no place for " + name);
                });
        Files.writeString(
                directory.resolve(PAGE),
                PLACE.matcher(template)
                        .replaceAll(place -> Matcher.quoteReplacement(
                                contents.getOrDefault(place.group(1), "Not measured in this run."))));
    }

    /** Those of an earlier run that had more of them. */
    private static void deleteCharts(Path charts) throws IOException {
        try (Stream<Path> old = Files.list(charts)) {
            for (Path file : old.filter(it -> it.toString().endsWith(".svg")).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String template() throws IOException {
        try (InputStream template = Report.class.getResourceAsStream("page.template")) {
            if (template == null) {
                throw new IOException("There is no page.template beside " + Report.class);
            }
            return new String(template.readAllBytes(), UTF_8);
        }
    }

    private static Set<String> places(String template) {
        Set<String> places = new LinkedHashSet<>();
        PLACE.matcher(template).results().forEach(place -> places.add(place.group(1)));
        return places;
    }

    private static String notes(List<Part.Kept> parts, boolean quick) {
        StringBuilder notes = new StringBuilder();
        if (quick) {
            notes.append("- **This was a quick run**, to see that everything works: its figures mean little.\n");
        }
        parts.stream()
                .flatMap(part -> part.notes().stream())
                .distinct()
                .forEach(note -> notes.append("- ").append(note).append('\n'));
        return notes.toString().strip();
    }

    private static String aims(List<Table> tables) {
        StringBuilder text = new StringBuilder("| Aim | Measured | |\n|---|---:|---|\n");
        for (Aim aim : Aim.ALL) {
            Aim.Result result = aim.result(tables);
            text.append("| ").append(aim.what()).append(" | ");
            text.append(result == null ? "–" : result.measured()).append(" | ");
            text.append(result == null ? "not measured" : result.verdict().label)
                    .append(" |\n");
        }
        return text.toString().strip();
    }

    private static String inTheWay(List<Table> tables) {
        Map<String, String> missed = new LinkedHashMap<>();
        for (Aim aim : Aim.ALL) {
            Aim.Result result = aim.result(tables);
            if (result != null && result.verdict() == Aim.Verdict.MISSED) {
                missed.merge(aim.inTheWay(), "*" + aim.what() + "*", (one, other) -> one + "; " + other);
            }
        }
        if (missed.isEmpty()) {
            return "No aim is missed in this run.";
        }
        StringBuilder text = new StringBuilder();
        missed.forEach((way, aims) ->
                text.append("- ").append(aims).append(": ").append(way).append('\n'));
        return text.toString().strip();
    }

    /** What it was run on, without anything that names it. */
    private static String machine() throws IOException {
        return String.format(
                        Locale.ROOT,
                        "- %d cores%s, %s of memory%n- %s %s %s%n- %s %s%n%s",
                        Runtime.getRuntime().availableProcessors(),
                        first("/proc/cpuinfo", "model name")
                                .map(model -> " of " + model)
                                .orElse(""),
                        first("/proc/meminfo", "MemTotal")
                                .map(total ->
                                        Table.Unit.BYTES.format(1024 * Double.parseDouble(total.replace(" kB", ""))))
                                .orElse("an unknown amount"),
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.runtime.version"),
                        System.getProperty("os.arch"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        load())
                .strip();
    }

    /** Says whether something else was running. */
    private static String load() throws IOException {
        Path file = Path.of("/proc/loadavg");
        return Files.exists(file)
                ? "- A load of " + Files.readString(file).split(" ", 4)[2]
                        + " in the last 15 minutes, what the benchmarks themselves make included\n"
                : "";
    }

    /** The value behind a name and a colon, in a file that only Linux has. */
    private static Optional<String> first(String file, String name) throws IOException {
        Path path = Path.of(file);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        }
    }
}
