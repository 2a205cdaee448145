package dev.eventtarget.cli.soak;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What came of a soak, as Markdown. */
public final class Report {
    private final Soak.Settings settings;
    private final long nanos;
    private final Collection<Lane> lanes;
    private final List<Listening> listenings;
    private final Map<String, Integer> happened;
    private final List<Resources.Course> courses;
    private final List<String> troubles;

    Report(
            Soak.Settings settings,
            long nanos,
            Collection<Lane> lanes,
            List<Listening> listenings,
            Map<String, Integer> happened,
            List<Resources.Course> courses,
            List<String> troubles) {
        this.settings = settings;
        this.nanos = nanos;
        this.lanes = List.copyOf(lanes);
        this.listenings = List.copyOf(listenings);
        this.happened = new TreeMap<>(happened);
        this.courses = courses;
        this.troubles = List.copyOf(troubles);
    }

    /** {@return whether all was as the contract says, and nothing grew} */
    public boolean passed() {
        return problems().isEmpty();
    }

    /** {@return what was not as it should be, a line each} */
    public List<String> problems() {
        List<String> problems = new ArrayList<>(troubles);
        for (Lane lane : lanes) {
            if (sum(lane, Publications::unknown) > 0) {
                problems.add(String.format(
                        Locale.ROOT,
                        "%s: %,d publications without an outcome",
                        lane.transport(),
                        sum(lane, Publications::unknown)));
            }
        }
        for (Listening listening : listenings) {
            listening
                    .broken()
                    .forEach(broken -> problems.add(
                            listening.from() + " to " + listening.where() + ", " + listening.kind() + ": " + broken));
        }
        for (Resources.Course course : courses) {
            if (!course.isFlat()) {
                problems.add("grown: " + course.resource());
            }
        }
        return problems;
    }

    /** {@return all of it, a line each} */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %s; %d s of publishing, %d s in all; %,d events a second over each of %s; seed %d",
                passed() ? "Passed" : "Failed",
                passed() ? "all was as the contract says" : String.join("; ", problems()),
                settings.duration().toSeconds(),
                Math.round(nanos / 1e9),
                settings.rate(),
                settings.transports().stream().sorted().map(Enum::name).collect(Collectors.joining(", ")),
                settings.seed()));
        lines.addAll(List.of("", "| Published over | accepted | failed | without an outcome |", "|---|--:|--:|--:|"));
        for (Lane lane : lanes) {
            lines.add(row(
                    lane.transport().name(),
                    sum(lane, Publications::accepted),
                    sum(lane, Publications::failed),
                    sum(lane, Publications::unknown)));
        }
        lines.addAll(List.of(
                "",
                "| Published over | heard over | listener | received | repeated | behind a later one | gaps told | left out there"
                        + " | accepted and lost | as promised |",
                "|---|---|---|--:|--:|--:|--:|--:|--:|---|"));
        for (Listening one : listenings) {
            lines.add("| " + one.from() + " | " + one.where() + " "
                    + row(
                            one.kind().toString(),
                            one.received(),
                            one.again(),
                            one.late(),
                            one.gaps(),
                            one.reported(),
                            one.lost())
                    + " " + (one.broken().isEmpty() ? "yes" : "**no**") + " |");
        }
        if (!happened.isEmpty()) {
            lines.addAll(List.of("", "| Fault | times |", "|---|--:|"));
            happened.forEach((fault, times) -> lines.add(row(fault, times)));
        }
        lines.add("");
        if (courses.isEmpty()) {
            lines.add("It was too short to tell whether anything grows: that takes a minute.");
        } else {
            lines.addAll(
                    List.of("| In this process | first third | last third | most | flat |", "|---|--:|--:|--:|---|"));
            for (Resources.Course course : courses) {
                lines.add(String.format(
                        Locale.ROOT,
                        "| %s | %.0f | %.0f | %.0f | %s |",
                        course.resource(),
                        course.first(),
                        course.last(),
                        course.most(),
                        course.isFlat() ? "yes" : "**no**"));
            }
        }
        for (Lane lane : lanes) {
            lane.publishers().stream()
                    .map(publisher -> publisher.publications().firstFailure())
                    .filter(Objects::nonNull)
                    .findFirst()
                    .ifPresent(failure ->
                            lines.addAll(List.of("", "The first failure over " + lane.transport() + ": " + failure)));
        }
        listenings.stream()
                .filter(one -> one.firstError() != null)
                .forEach(one -> lines.addAll(List.of(
                        "",
                        "The listener to " + one.from() + " over " + one.where() + " (" + one.kind() + ") was told: "
                                + one.firstError())));
        return lines;
    }

    private static long sum(Lane lane, ToLongFunction<Publications> figure) {
        return lane.publishers().stream()
                .map(Publisher::publications)
                .mapToLong(figure)
                .sum();
    }

    private static String row(String name, long... figures) {
        StringBuilder row = new StringBuilder("| ").append(name).append(" |");
        for (long figure : figures) {
            row.append(String.format(Locale.ROOT, " %,d |", figure));
        }
        return row.toString();
    }
}
