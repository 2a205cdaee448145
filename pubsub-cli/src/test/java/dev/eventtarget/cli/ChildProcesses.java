package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Starts commands as processes of their own, and ends those that a test leaves. */
abstract class ChildProcesses {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR = Path.of(System.getProperty("pubsub.jar"));

    /** Vert.x warns of threads that get no processor for a while, and tests look at what a command says. */
    private static final String NOTHING_OF_THE_MACHINE =
            "-Dorg.slf4j.simpleLogger.log.io.vertx.core.impl.BlockedThreadChecker=off";

    @TempDir
    Path directory;

    final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    /** A process with its output in files, so that no full pipe holds it up. */
    record Running(Process process, Path out, Path err) {
        int exit() throws InterruptedException {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
            return process.exitValue();
        }

        String stdout() throws IOException {
            return Files.readString(out);
        }

        String stderr() throws IOException {
            return Files.readString(err);
        }
    }

    ProcessBuilder jar(String... args) {
        List<String> command =
                new ArrayList<>(List.of(JAVA.toString(), NOTHING_OF_THE_MACHINE, "-jar", JAR.toString()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command);
    }

    Running start(ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("EVENT_TARGET_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        started.add(process);
        return new Running(process, out, err);
    }

    /** Sends SIGTERM, and nothing else: {@link Process#destroy} closes the standard input as well. */
    static void terminate(Running running) {
        running.process().toHandle().destroy();
    }

    static void send(Running running, String text) throws IOException {
        running.process().getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        running.process().getOutputStream().flush();
    }

    static void awaitText(Running running, String text) {
        await().atMost(Duration.ofSeconds(120)).until(() -> running.stderr().contains(text));
    }
}
