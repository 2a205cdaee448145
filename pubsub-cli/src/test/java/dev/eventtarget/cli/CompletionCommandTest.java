package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionCommandTest {
    @TempDir
    Path directory;

    private static Cli completion(String... shell) {
        String[] args = new String[shell.length + 1];
        args[0] = "completion";
        System.arraycopy(shell, 0, args, 1, shell.length);
        return Cli.run(Vertx.vertx(), "", args);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void theShellReadsTheScript(String shell) throws Exception {
        assertEquals("", run(shell, "bash".equals(shell) ? "true" : "autoload -Uz compinit; compinit -u"));
    }

    @ParameterizedTest
    @CsvSource({"d, 'dlq doctor'", "hub --me, --metrics", "'completion ', 'bash zsh'", "dlq r, replay"})
    void commandsAndOptionsAreCompleted(String typed, String completed) throws Exception {
        String words = "pubsub " + typed;
        String script = """
                COMP_WORDS=(%s)
                COMP_LINE='%s'
                COMP_POINT=${#COMP_LINE}
                COMP_CWORD=%d
                _complete_pubsub 2> /dev/null
                echo ${COMPREPLY[@]} | tr ' ' '\\n' | sort | xargs
                """.formatted(
                        typed.endsWith(" ") ? words + "''" : words,
                        words,
                        words.split(" ").length - (typed.endsWith(" ") ? 0 : 1));
        assertEquals(completed, run("bash", script).strip());
    }

    /** Has a shell read the script, and then run something. */
    private String run(String shell, String command) throws IOException, InterruptedException {
        Cli completion = completion(shell);
        assertEquals(Main.OK, completion.exit(), completion.err());
        Path script = Files.writeString(directory.resolve("completion"), completion.out());
        Process process;
        try {
            process = new ProcessBuilder(shell, "-c", "source " + script + "; " + command)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "There is no " + shell + " here");
            throw e;
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return said;
    }

    @Test
    void anotherShellIsRefused() {
        Cli fish = completion("fish");
        assertEquals(Main.USAGE, fish.exit());
        assertTrue(fish.err().contains("bash"), fish.err());
        assertEquals(Main.USAGE, completion().exit());
    }
}
