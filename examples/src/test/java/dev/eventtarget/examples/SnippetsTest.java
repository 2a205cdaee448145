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
 * Every Java block of the documentation is a part of an example, which compiles and runs. In the Markdown stands {@code
 * <!-- snippet: name -->} before the block, in the example {@code // snippet: name} before the part and {@code // end}
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
        try (Stream<Path> files = Files.walk(Documentation.ROOT.resolve("examples/src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher snippet = SNIPPET.matcher(Files.readString(file));
                while (snippet.find()) {
                    String code = unindented(snippet.group(2));
                    assertEquals(null, snippets.put(snippet.group(1), code), snippet.group(1) + " is there twice");
                }
            }
        }
        return snippets;
    }

    private static String unindented(String code) {
        return code.stripTrailing().stripIndent() + "\n";
    }
}
