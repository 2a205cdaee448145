package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the commands and the guide say of the commands is so. */
class HelpTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().getParent().resolve("docs/guide/cli.md");
    private static final Pattern CODE = Pattern.compile("(?m)^\\| `(\\d+)` \\| (.*) \\|$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `pubsub ([a-z ]+)` \\|");
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static CommandLine root() {
        return new Main(InputStream.nullInputStream(), false, () -> VERTX).commandLine();
    }

    private static Stream<CommandLine> tree(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::tree));
    }

    static Stream<String> commands() {
        return tree(root()).map(one -> one.getCommandSpec().qualifiedName(" ").replaceFirst("^pubsub ?", ""));
    }

    private static Cli help(String command) {
        return Cli.run(VERTX, "", (command + " --help").strip().split(" "));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachHasExamplesThatAreRight(String command) {
        Cli help = help(command);
        assertEquals(Main.OK, help.exit(), help.err());
        assertTrue(help.out().contains("Examples"), help.out());
        String examples = help.out().replaceFirst("(?s)^.*\nExamples[^\n]*\n", "");

        List<List<String>> all = DocumentedCommandsTest.commands(examples);
        assertFalse(all.isEmpty(), help.out());
        for (List<String> example : all) {
            assertEquals(List.of(), DocumentedCommandsTest.problems(example, true));
        }
        assertTrue(
                command.isEmpty()
                        || all.stream().anyMatch(one -> String.join(" ", one).startsWith(command)),
                examples);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachSaysItsExitCodes(String command) {
        String help = help(command).out().replaceAll("\\s+", " ");

        exitCodes().forEach((code, meaning) -> assertTrue(help.contains(code + " " + meaning), help));
    }

    private static Map<String, String> exitCodes() {
        return new TreeMap<>(root().getCommandSpec().usageMessage().exitCodeList());
    }

    @Test
    void theGuideHasTheSameExitCodes() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        Matcher row = CODE.matcher(Files.readString(PAGE));
        while (row.find()) {
            documented.put(row.group(1), row.group(2).replace("`", "'"));
        }

        assertEquals(exitCodes(), documented);
    }

    @Test
    void theGuideHasAllCommands() throws IOException {
        Matcher row = ROW.matcher(Files.readString(PAGE));
        List<String> documented = new ArrayList<>();
        while (row.find()) {
            documented.add(row.group(1));
        }

        assertEquals(
                commands()
                        .filter(name -> !Set.of("", "dlq", "identity").contains(name))
                        .collect(Collectors.toCollection(TreeSet::new)),
                new TreeSet<>(documented));
    }

    @Test
    void theCodesAreTheRealOnes() throws Exception {
        assertEquals(
                0, Cli.run(VERTX, "", "pub", "--url", "memory:", "tick", "1").exit());
        assertEquals(1, Cli.run(VERTX, "no event\n", "pub", "--url", "memory:").exit());
        assertEquals(
                1,
                Cli.run(VERTX, "", "sub", "--url", "memory:", "--count", "1", "--timeout", "1ms", "tick")
                        .exit());
        assertEquals(
                1, Cli.run(VERTX, "", "doctor", "--url", "redis://127.0.0.1:1").exit());
        assertEquals(
                2,
                Cli.run(VERTX, "", "pub", "--url", "nowhere://host", "tick", "1")
                        .exit());
        assertEquals(2, Cli.run(VERTX, "", "pub", "--colour", "red").exit());
        assertEquals(2, Cli.run(VERTX, "").exit());
        Cli.Running run = Cli.Running.start(VERTX, "run", "--rate", "1");
        run.thread().interrupt();
        assertEquals(130, run.result().get(60, TimeUnit.SECONDS).exit());
        for (String endless : List.of("sub --url memory: tick", "top --url memory:", "hub --listen ws://127.0.0.1:0")) {
            Cli.Running running = Cli.Running.start(VERTX, endless.split(" "));
            running.thread().interrupt();
            assertEquals(0, running.result().get(60, TimeUnit.SECONDS).exit(), endless);
        }
    }
}
