package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java block of the documentation is a part of an example or of a test, which compiles and runs. In the Markdown stands
 * {@code <!-- snippet: name -->} before the block, in the code {@code // snippet: name} before the part and {@code // end}
 * behind it.
 */
class SnippetsTest {
    private static final Pattern SNIPPET =
            Pattern.compile("^ *// snippet: ([\\w-]+)\n(.*?)^ *// end$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile(
            "^(?:<!-- snippet: ([\\w-]+) -->\n\n?)? *```java\\b.*?\n(.*?)^ *```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void everyJavaBlockIsAPartOfAnExample() throws IOException {
        Map<String, String> snippets = snippets();
        List<String> problems = new ArrayList<>();
        for (Path page : Documentation.pages()) {
            for (String problem : problems(Files.readString(page), snippets)) {
                problems.add(Documentation.ROOT.relativize(page) + ": " + problem);
            }
        }

        assertEquals(List.of(), problems);
    }

    @Test
    void everySnippetIsUsed() throws IOException {
        String documentation = "";
        for (Path page : Documentation.pages()) {
            documentation += Files.readString(page);
        }

        for (String name : snippets().keySet()) {
            assertTrue(documentation.contains("<!-- snippet: " + name + " -->"), name + " is in no page");
        }
    }

    /** What has parts in the documentation is a test itself, or is called by its name in one. */
    @Test
    void whatHasSnippetsIsRun() throws IOException {
        String tests = "";
        for (Path file : sources("test")) {
            tests += Files.readString(file);
        }
        List<String> neverRun = new ArrayList<>();
        for (Path file : sources("main", "test")) {
            String name = file.getFileName().toString().replace(".java", "");
            boolean called = Pattern.compile("\\b" + name + "\\.(class|\\w+\\()|new " + name + "\\(|\\b" + name + "::")
                    .matcher(tests)
                    .find();
            if (SNIPPET.matcher(Files.readString(file)).find() && !name.endsWith("Test") && !called) {
                neverRun.add(name);
            }
        }

        assertEquals(List.of(), neverRun);
    }

    @Test
    void aBlockThatIsUnmarkedOrUnknownOrDiffersIsFound() {
        Map<String, String> snippets = Map.of("one", "int i = 1;\n");

        assertEquals(List.of(), problems("<!-- snippet: one -->\n```java\nint i = 1;\n```\n", snippets));
        assertEquals(
                List.of("a Java block is marked as no snippet:\nint i = 1;\n"),
                problems("Text\n\n```java\nint i = 1;\n```\n", snippets));
        assertEquals(
                List.of("there is no snippet two"),
                problems("<!-- snippet: two -->\n```java\nint i = 1;\n```\n", snippets));
        assertEquals(
                List.of("one differs from the example, which is\nint i = 1;\n"),
                problems("<!-- snippet: one -->\n```java\nint i = 2;\n```\n", snippets));
    }

    private static List<String> problems(String markdown, Map<String, String> snippets) {
        List<String> problems = new ArrayList<>();
        Matcher block = BLOCK.matcher(markdown);
        while (block.find()) {
            String name = block.group(1);
            String code = unindented(block.group(2));
            if (name == null) {
                problems.add("a Java block is marked as no snippet:\n" + code);
            } else if (!snippets.containsKey(name)) {
                problems.add("there is no snippet " + name);
            } else if (!snippets.get(name).equals(code)) {
                problems.add(name + " differs from the example, which is\n" + snippets.get(name));
            }
        }
        return problems;
    }

    private static Map<String, String> snippets() throws IOException {
        Map<String, String> snippets = new HashMap<>();
        for (Path file : sources("main", "test")) {
            Matcher snippet = SNIPPET.matcher(Files.readString(file));
            while (snippet.find()) {
                String code = unindented(snippet.group(2));
                assertEquals(null, snippets.put(snippet.group(1), code), snippet.group(1) + " is there twice");
            }
        }
        return snippets;
    }

    private static List<Path> sources(String... sets) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String set : sets) {
            try (Stream<Path> files = Files.walk(Documentation.ROOT.resolve("examples/src/" + set + "/java"))) {
                files.filter(Files::isRegularFile).forEach(sources::add);
            }
        }
        return sources;
    }

    private static String unindented(String code) {
        return code.stripTrailing().stripIndent() + "\n";
    }
}
