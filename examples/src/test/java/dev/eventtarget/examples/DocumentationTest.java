package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.spi.HubTransport;
import dev.eventtarget.quic.NodeIdentity;
import dev.eventtarget.spi.EventTargetProvider;
import io.netty.handler.codec.quic.Quic;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documentation says that can be checked. */
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
    private static final Pattern OPTIONS = Pattern.compile("<!-- options: ([\\w ]+) -->");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (.*) \\|");

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

        String node = NodeIdentity.generate().nodeId().toString();
        Vertx vertx = Vertx.vertx();
        try {
            for (List<String> row : table.subList(2, table.size())) {
                if (row.get(0).startsWith("quic:") && !Quic.isAvailable()) {
                    continue;
                }
                Set<Capability> said = columns.stream()
                        .filter(capability ->
                                row.get(1 + columns.indexOf(capability)).equals("yes"))
                        .collect(Collectors.toSet());
                String uri = row.get(0).replace("NODEID", node);
                assertEquals(EventTargets.open(vertx, uri).capabilities(), said, uri);
            }
        } finally {
            vertx.close().await();
        }
    }

    /** Behind {@code <!-- options: ws -->}; {@code hub ws} for those of an address that a hub listens at, {@code dial quic} that it dials. */
    @Test
    void theTablesOfOptionsSayWhatTransportsDo() throws IOException {
        Map<String, Map<String, String>> declared = new HashMap<>();
        for (EventTargetProvider provider : ServiceLoader.load(EventTargetProvider.class)) {
            provider.transports().forEach(transport -> declared.put(transport, provider.options()));
        }
        for (HubTransport transport : ServiceLoader.load(HubTransport.class)) {
            transport.schemes().forEach(scheme -> {
                declared.put("hub " + scheme, transport.options());
                declared.put("dial " + scheme, transport.dialOptions());
            });
        }
        Map<String, Map<String, String>> said = new HashMap<>();
        for (Path page : Documentation.pages()) {
            List<String> lines = Files.readAllLines(page);
            for (int i = 0; i < lines.size(); i++) {
                Matcher marker = OPTIONS.matcher(lines.get(i));
                if (marker.matches()) {
                    said.put(marker.group(1), options(lines.subList(i + 1, lines.size())));
                }
            }
        }

        assertEquals(Set.of("redis", "ws", "hub ws", "quic", "hub quic", "dial quic"), said.keySet());
        said.forEach((of, options) -> assertEquals(new TreeMap<>(declared.get(of)), new TreeMap<>(options), of));
    }

    private static Map<String, String> options(List<String> lines) {
        return lines.stream()
                .dropWhile(line -> !line.startsWith("|"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
    }

    @Test
    void theOptionsOfHubsAreOnTheirPage() throws IOException {
        String page = Files.readString(Documentation.ROOT.resolve("docs/architecture/links.md"));
        JsonObject unknown = new JsonObject().put("unknown", true);
        String message = assertThrows(ConfigurationException.class, () -> HubOptions.of(unknown))
                .getMessage();

        for (String option :
                message.substring(message.indexOf("There are: ") + 11).split(", ")) {
            assertTrue(page.contains("| `" + option + "` | "), option);
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
