package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the build takes from outside, and that it makes the same of it each time. */
class SupplyChainTest {
    private static final Pattern VERSION = Pattern.compile("<([\\w.-]*version)>\\s*([^<]*?)\\s*</\\1>");
    private static final Pattern FIXED = Pattern.compile("\\d[\\w.-]*");
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([\\w.-]+)}");

    /** Own versions are of this build; those in rules of the enforcer say what is allowed. */
    private static final Pattern OWN = Pattern.compile("\\$\\{project\\.version}");

    private static String root() throws IOException {
        return Files.readString(Documentation.ROOT.resolve("pom.xml"));
    }

    private static String version() throws IOException {
        return value(root(), "version");
    }

    private static String value(String pom, String element) {
        Matcher matcher =
                Pattern.compile("<" + element + ">([^<]+)</" + element + ">").matcher(pom);
        assertTrue(matcher.find(), element);
        return matcher.group(1);
    }

    private static List<Path> poms() throws IOException {
        try (Stream<Path> modules = Files.list(Documentation.ROOT)) {
            return Stream.concat(
                            Stream.of(Documentation.ROOT.resolve("pom.xml")),
                            modules.map(module -> module.resolve("pom.xml")).filter(Files::exists))
                    .toList();
        }
    }

    @Test
    void everythingFromOutsideHasAFixedVersion() throws IOException {
        String root = root();
        int found = 0;
        for (Path file : poms()) {
            String pom = Files.readString(file).replaceAll("(?s)<rules>.*?</rules>|<!--.*?-->", "");
            Matcher versions = VERSION.matcher(pom);
            while (versions.find()) {
                String version = versions.group(2);
                Matcher property = PROPERTY.matcher(version);
                String said = file + ": " + versions.group();
                if (property.matches() && !OWN.matcher(version).matches()) {
                    String name = property.group(1);
                    version = value(pom.contains("<" + name + ">") ? pom : root, name);
                    while (PROPERTY.matcher(version).matches()) {
                        version = value(root, version.substring(2, version.length() - 1));
                    }
                }
                if (!OWN.matcher(version).matches() && !version.equals(version())) {
                    assertTrue(FIXED.matcher(version).matches() && !version.endsWith("-SNAPSHOT"), said);
                    found++;
                }
            }
        }
        assertTrue(found > 50, "There are only " + found);

        String wrapper = Files.readString(Documentation.ROOT.resolve(".mvn/wrapper/maven-wrapper.properties"));
        assertTrue(
                Pattern.compile("(?m)^distributionUrl=https://")
                        .matcher(wrapper)
                        .find(),
                wrapper);
        assertTrue(
                Pattern.compile("(?m)^distributionSha256Sum=[0-9a-f]{64}$")
                        .matcher(wrapper)
                        .find(),
                wrapper);
        for (Path file : poms()) {
            assertFalse(Files.readString(file).contains("http://repo"), file.toString());
            assertFalse(Files.readString(file).contains("<repositories>"), file + " names another repository");
        }
    }

    @Test
    void theBuildHasAFixedTimestamp() throws IOException {
        assertTrue(
                value(root(), "project.build.outputTimestamp").matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"));
    }

    /** Of all modules, of the npm package, and of what the README tells people to depend on. */
    @Test
    void everythingHasOneVersion() throws IOException {
        for (Path file : poms()) {
            assertTrue(Files.readString(file).contains("<version>" + version() + "</version>"), file.toString());
        }
        JsonObject npm = new JsonObject(
                Files.readString(Documentation.ROOT.resolve("event-target-websocket/src/main/js/package.json")));
        assertEquals(version(), npm.getString("version"));
        assertTrue(Files.readString(Documentation.ROOT.resolve("README.md"))
                .contains("<version>" + version() + "</version>"));
    }

    /** Maven Central refuses a module that lacks one of these, and a person's name is in none. */
    @Test
    void whatIsPublishedSaysWhatItIs() throws IOException {
        String root = root();
        for (String element : List.of("name", "description", "url", "license", "developer", "scm", "connection")) {
            assertTrue(root.contains("<" + element + ">") || root.contains("<" + element + " "), element);
        }
        for (Path file : poms()) {
            String pom = Files.readString(file);
            for (String element : List.of("name", "description", "url")) {
                assertFalse(value(pom, element).isBlank(), file + " has no " + element);
            }
        }
        assertEquals(
                value(root.substring(root.indexOf("<organization>")), "name"),
                value(root.substring(root.indexOf("<developer>")), "name"));
    }
}
