package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.GapException;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.UnsupportedCapabilityException;
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
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation says that can be checked. */
class DocumentationTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern NEXT = Pattern.compile("(?m)^Next: \\[[^]]+]\\((.+\\.md)\\)$");
    private static final Pattern HUB_OPTIONS = Pattern.compile("(?ms)^<!-- hub options -->\n\n?^```json\n(.*?)^```$");
    private static final Path GUIDE = Documentation.ROOT.resolve("docs/guide");
    private static final Pattern OPTIONS = Pattern.compile("<!-- options: ([\\w ]+) -->");
    private static final Pattern TEST = Pattern.compile("([a-z.]+)\\.([A-Z]\\w+)\\.(\\w+)");
    private static final Pattern TEST_ANNOTATION =
            Pattern.compile(" +@(Test|ParameterizedTest|RepeatedTest|Property)\\b");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (.*) \\|");

    /** A row for each target, a column for each capability; the first cell is the target's URI. */
    @Test
    void theCapabilityTablesSayWhatTargetsDeclare() throws IOException {
        int tables = 0;
        for (Path page : Documentation.pages()) {
            List<List<String>> table = table(page, "<!-- capabilities -->");
            if (!table.isEmpty()) {
                checkCapabilities(table);
                tables++;
            }
        }
        assertTrue(tables > 0, "There is no table");
    }

    private static void checkCapabilities(List<List<String>> table) {
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

    /** The cells of the table behind a marker, the two rows of its head included; empty where the page has no such marker. */
    private static List<List<String>> table(Path page, String marker) throws IOException {
        return Files.readAllLines(page).stream()
                .dropWhile(line -> !line.equals(marker))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList())
                .toList();
    }

    @Test
    void theGuideHasEveryReasonAndRetryability() throws IOException {
        List<List<String>> rows = table(GUIDE.resolve("error-handling.md"), "<!-- reasons -->");
        assertEquals(
                Arrays.stream(EventTargetException.Reason.values())
                        .map(Enum::name)
                        .toList(),
                rows.stream().skip(2).map(row -> row.get(0)).toList());
        Map<String, EventTargetException> thrown = Stream.of(
                        new BackpressureException(""),
                        new NotConnectedException(""),
                        new CodecException(""),
                        new UnauthorizedException(""),
                        new UnsupportedCapabilityException(""),
                        new ClosedException(""),
                        new ConfigurationException(""),
                        new GapException(""))
                .collect(Collectors.toMap(error -> error.getClass().getSimpleName(), error -> error));
        for (List<String> row : rows.subList(2, rows.size())) {
            EventTargetException error = thrown.remove(row.get(1));
            if (error != null) {
                assertEquals(error.reason().name(), row.get(0));
                assertEquals(error.isRetryable() ? "yes" : "no", row.get(2), row.get(0));
            }
        }
        assertEquals(Set.of(), thrown.keySet());
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

    /** Each threat has a test, which is named as {@code package.Class.method}, or a limit in the last column. */
    @Test
    void theTestsThatThreatsNameExist() throws IOException {
        List<List<String>> threats =
                table(Documentation.ROOT.resolve("docs/architecture/security.md"), "<!-- threats -->");
        assertTrue(threats.size() > 30, "The table has only " + threats.size() + " rows");
        List<String> wrong = new ArrayList<>();
        for (List<String> threat : threats.subList(2, threats.size())) {
            if (threat.get(3).isEmpty() && (threat.size() < 5 || threat.get(4).isEmpty())) {
                wrong.add(threat.get(1) + " has neither a test nor a limit");
            }
            for (String test : threat.get(3).split(", ")) {
                if (!test.isEmpty() && !isTest(test)) {
                    wrong.add(test + " is no test");
                }
            }
        }

        assertEquals(List.of(), wrong);
    }

    private static boolean isTest(String name) throws IOException {
        Matcher parts = TEST.matcher(name);
        if (!parts.matches()) {
            return false;
        }
        String file =
                "src/test/java/dev/eventtarget/" + parts.group(1).replace('.', '/') + "/" + parts.group(2) + ".java";
        try (Stream<Path> modules = Files.list(Documentation.ROOT)) {
            for (Path module : modules.toList()) {
                if (Files.exists(module.resolve(file))) {
                    return hasTest(Files.readAllLines(module.resolve(file)), parts.group(3));
                }
            }
        }
        return false;
    }

    /** Whether a method has one of the annotations of tests above it. */
    private static boolean hasTest(List<String> lines, String method) {
        boolean annotated = false;
        for (String line : lines) {
            annotated = !line.isBlank()
                    && (annotated || TEST_ANNOTATION.matcher(line).lookingAt());
            if (annotated && line.contains("void " + method + "(")) {
                return true;
            }
        }
        return false;
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

    /** JSON behind {@code <!-- hub options -->}, with a key in the place of {@code issuer.pem}. */
    @Test
    void theHubsOfTheDocumentationAreConfiguredWell(@TempDir Path directory) throws Exception {
        Path key = directory.resolve("issuer.pem");
        Files.writeString(
                key,
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getEncoder()
                                .encodeToString(KeyPairGenerator.getInstance("Ed25519")
                                        .generateKeyPair()
                                        .getPublic()
                                        .getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        int found = 0;
        for (Path page : Documentation.pages()) {
            Matcher json = HUB_OPTIONS.matcher(Files.readString(page));
            while (json.find()) {
                JsonObject options = new JsonObject(json.group(1).replace("issuer.pem", key.toString()));
                assertDoesNotThrow(() -> HubOptions.of(options), () -> page + ": " + options.encodePrettily());
                found++;
            }
        }
        assertTrue(found > 0, "There are none");
    }

    @Test
    void linksLeadToWhatExists() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : Documentation.pages()) {
            Matcher link = LINK.matcher(withoutCode(page));
            while (link.find()) {
                String to = link.group(1);
                String section = link.group(2);
                Path file = to.isEmpty() ? page : page.resolveSibling(to);
                if (!to.contains(":")
                        && !(Files.exists(file)
                                && (section == null || sections(file).contains(section)))) {
                    broken.add(Documentation.ROOT.relativize(page) + " -> " + link.group());
                }
            }
        }

        assertEquals(List.of(), broken);
    }

    /** What GitHub makes of the headings of a page. */
    private static Set<String> sections(Path page) throws IOException {
        return HEADING.matcher(withoutCode(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static String withoutCode(Path page) throws IOException {
        return Files.readString(page).replaceAll("(?ms)^ *```.*?^ *```$", "");
    }

    /** Its pages are in its table of contents, and each names the next one there. */
    @Test
    void theGuideIsReadFromPageToPage() throws IOException {
        Path contents = Documentation.ROOT.resolve("docs/README.md");
        List<Path> listed = LINK.matcher(Files.readString(contents))
                .results()
                .map(link -> contents.resolveSibling(link.group(1)))
                .filter(page -> page.startsWith(GUIDE))
                .toList();
        try (Stream<Path> pages = Files.list(GUIDE)) {
            assertEquals(
                    new TreeSet<>(pages.toList()), new TreeSet<>(listed), "docs/README.md lists the guide's pages");
        }
        for (int i = 0; i < listed.size() - 1; i++) {
            Path page = listed.get(i);
            Matcher next = NEXT.matcher(Files.readString(page));
            assertTrue(next.find(), page + " ends with no line Next: [title](page.md)");
            assertEquals(
                    listed.get(i + 1),
                    page.resolveSibling(next.group(1)),
                    page + " names another page as the next one");
        }
    }
}
