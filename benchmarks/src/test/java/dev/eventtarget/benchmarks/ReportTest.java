package dev.eventtarget.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.benchmarks.Aim.Verdict;
import dev.eventtarget.benchmarks.Table.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final String FLOOR = "socket, 256 commands a write";
    private static final Aim HALF =
            new Aim("Half", "Redis: publish", "eventTarget", "", List.of("absent", FLOOR), true, 0.5, "Nothing.");

    private static Table publish(double... ofFloor) {
        Table table = new Table("Redis: publish", Unit.PER_SECOND, "events/s", true, FLOOR);
        for (double each : ofFloor) {
            table.add("eventTarget", "events/s", each * 1e6);
            table.add(FLOOR, "events/s", 1e6);
        }
        return table;
    }

    private static Verdict verdict(Table table) {
        Aim.Result result = HALF.result(List.of(table));
        assertNotNull(result);
        return result.verdict();
    }

    @Test
    void anAimIsMetByTheMedianOrByAllRounds() {
        assertEquals(Verdict.MET, verdict(publish(0.5, 0.6, 0.7)));
        assertEquals(Verdict.MOSTLY_MET, verdict(publish(0.4, 0.6, 0.7)));
        assertEquals(Verdict.MISSED, verdict(publish(0.4, 0.49, 0.7)));
        assertNull(HALF.result(List.of()));
    }

    @Test
    void thePageHasWhatWasMeasuredAndSaysWhatWasNot(@TempDir Path directory) throws Exception {
        Table shards = new Table("Redis: shards", Unit.SECONDS, "time of an event", true);
        for (int count : new int[] {1, 2, 4}) {
            shards.add("eventTarget, <publish>", "shards = " + count, count * 1e-6);
        }
        Path old = Files.createDirectories(directory.resolve("benchmarks")).resolve("old.svg");
        Files.writeString(old, "");

        Report.write(
                List.of(
                        new Part.Kept(List.of("NATS is left out."), List.of()),
                        new Part.Kept(List.of(), List.of(publish(0.4, 0.4), shards))),
                directory,
                "benchmarks/run report --quick");

        String page = Files.readString(directory.resolve("benchmarks.md"));
        assertTrue(page.contains("| **eventTarget** | 400 k | 400 – 400 k | 0.40 (0.40 – 0.40) |"), page);
        assertTrue(page.contains("| Publish to Redis at half of the limit | 0.40 (0.40 – 0.40) | **missed** |"), page);
        assertTrue(page.contains("benchmarks/run report --quick"), page);
        assertTrue(page.contains("- NATS is left out."), page);
        assertTrue(page.contains("This was a quick run"), page);
        assertTrue(page.contains("Not measured in this run."), page);
        assertFalse(page.contains("{{"), page);
        assertFalse(Files.exists(old));
        for (Table table : List.of(publish(1), shards)) {
            String chart = "benchmarks/" + table.slug() + ".svg";
            assertTrue(page.contains("](" + chart + ")"), page);
            assertEquals(table.title(), title(directory.resolve(chart)));
        }
    }

    private static String title(Path chart) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(chart.toFile())
                .getElementsByTagName("title")
                .item(0)
                .getTextContent();
    }

    @Test
    void aTableWithoutAPlaceIsAnError(@TempDir Path directory) {
        Table table = new Table("New", Unit.BYTES, "heap", true);
        table.add("eventTarget", "heap", 1);
        List<Part.Kept> parts = List.of(new Part.Kept(List.of(), List.of(table)));

        assertThrows(IllegalStateException.class, () -> Report.write(parts, directory, "command"));
    }

    @Test
    void partsAreKeptAsTheyAre(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("part.json");
        Part part = new Part(System.out);
        part.note("A note.");
        part.add(publish(0.1, 0.2));

        part.keep(file);

        assertEquals(part.kept(), Part.Kept.read(file));
    }
}
