package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.EventTargets;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documentation says that can be checked. */
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    /** A row for each target, a column for each capability; the first cell is the target's URI. */
    @Test
    void theCapabilityTableSaysWhatTargetsDeclare() throws IOException {
        List<List<String>> table = Files.readAllLines(Documentation.ROOT.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals("<!-- capabilities -->"))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList())
                .toList();
        List<Capability> columns = table.get(0).stream()
                .skip(1)
                .map(name -> Capability.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                .toList();
        assertEquals(EnumSet.allOf(Capability.class), EnumSet.copyOf(columns));
        assertTrue(table.size() > 2, "The table has no rows");

        Vertx vertx = Vertx.vertx();
        try {
            for (List<String> row : table.subList(2, table.size())) {
                Set<Capability> said = columns.stream()
                        .filter(capability ->
                                row.get(1 + columns.indexOf(capability)).equals("yes"))
                        .collect(Collectors.toSet());
                assertEquals(EventTargets.open(vertx, row.get(0)).capabilities(), said, row.get(0));
            }
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void linksLeadToFilesThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : Documentation.pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String to = link.group(1);
                if (!to.contains(":") && !Files.exists(page.resolveSibling(to))) {
                    broken.add(Documentation.ROOT.relativize(page) + " -> " + to);
                }
            }
        }

        assertEquals(List.of(), broken);
    }
}
