package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/**
 * The {@code pubsub} commands of the documentation are commands that there are, with options that they have. Those behind
 * {@code <!-- run -->} are run, and have to end well.
 */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern SHELL = Pattern.compile("(?ms)^(<!-- run -->\n)?^ *```(?:sh|console)\n(.*?)^ *```$");
    private static final Pattern INLINE = Pattern.compile("`((?:\\./)?pubsub [^`]+)`");
    private static final Pattern WORD =
            Pattern.compile("\\s*(?:(#.*|$)|([|;&><]+)|((?:'[^']*'|\"[^\"]*\"|[^\\s'\"|;&><])+))");

    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs).filter(page -> page.toString().endsWith(".md")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commandsAndOptionsExist(Path page) throws IOException {
        String text = Files.readString(page);
        List<String> problems = new ArrayList<>();
        Matcher block = SHELL.matcher(text);
        while (block.find()) {
            for (List<String> command : commands(block.group(2))) {
                problems.addAll(problems(command, true));
            }
        }
        Matcher inline = INLINE.matcher(text);
        while (inline.find()) {
            for (List<String> command : commands(inline.group(1))) {
                problems.addAll(problems(command, false));
            }
        }

        assertEquals(List.of(), problems);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void whatIsToBeRunEndsWell(Path page) throws IOException {
        Matcher block = SHELL.matcher(Files.readString(page));
        while (block.find()) {
            if (block.group(1) != null) {
                List<List<String>> commands = commands(block.group(2));
                assertTrue(!commands.isEmpty(), "There is no pubsub command in " + block.group());
                for (List<String> command : commands) {
                    Cli cli = Cli.run(VERTX, "", command.toArray(String[]::new));
                    assertEquals(Main.OK, cli.exit(), () -> command + "\n" + cli.out() + cli.err());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./pubsub nothing",
                "./pubsub run --nothing",
                "echo 1 | pubsub pub --count 3",
                "./pubsub run --count many"
            })
    void whatDoesNotExistIsFound(String line) {
        assertEquals(1, problems(commands(line).get(0), true).size());
    }

    @Test
    void aLineIsReadAsAShellReadsIt() {
        assertEquals(
                List.of(
                        List.of("sub", "order.*", "user.>"),
                        List.of("pub", "order.placed", "{\"id\": \"42\"}"),
                        List.of("hub", "--listen", "ws://127.0.0.1:8080")),
                commands("""
                        EVENT_TARGET_URL=memory: ./pubsub sub 'order.*' "user.>" | jq .detail   # prints
                        pubsub pub order.placed '{"id": "42"}' && echo "pubsub pub"
                        ./mvnw verify; ./pubsub hub \\
                          --listen ws://127.0.0.1:8080 > log &
                        """));
    }

    static List<String> problems(List<String> command, boolean whole) {
        Main main = new Main(InputStream.nullInputStream(), false, () -> VERTX);
        try {
            main.commandLine().parseArgs(command.toArray(String[]::new));
        } catch (MissingParameterException e) {
            return whole ? List.of(command + ": " + e.getMessage()) : List.of();
        } catch (ParameterException e) {
            return List.of(command + ": " + e.getMessage());
        }
        return List.of();
    }

    /** The arguments of each pubsub command in some lines. */
    static List<List<String>> commands(String lines) {
        List<List<String>> commands = new ArrayList<>();
        for (String line : lines.replace("\\\n", " ").lines().toList()) {
            List<String> words = new ArrayList<>();
            Matcher word = WORD.matcher(line);
            while (word.lookingAt()) {
                boolean over = word.group(3) == null;
                if (!over) {
                    words.add(word.group(3).replaceAll("'([^']*)'|\"([^\"]*)\"", "$1$2"));
                } else {
                    addCommand(commands, words);
                    words = new ArrayList<>();
                }
                if (word.group(1) != null) {
                    break;
                }
                word.region(word.end(), line.length());
            }
        }
        return commands;
    }

    private static void addCommand(List<List<String>> commands, List<String> words) {
        int first = 0;
        while (first < words.size() && words.get(first).matches("\\w+=.*")) {
            first++;
        }
        if (first < words.size() && words.get(first).matches("(\\./)?pubsub")) {
            commands.add(List.copyOf(words.subList(first + 1, words.size())));
        }
    }
}
