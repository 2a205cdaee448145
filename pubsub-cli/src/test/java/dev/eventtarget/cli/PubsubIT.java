package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The jar, and the launcher in front of it, as their users start them. */
class PubsubIT {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path JAR = Path.of(System.getProperty("pubsub.jar"));
    private static final Path LAUNCHER = Path.of(System.getProperty("pubsub.launcher"));

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    /** A process with its output in files, so that no full pipe holds it up. */
    private record Running(Process process, Path out, Path err) {
        int exit() throws InterruptedException {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
            return process.exitValue();
        }

        String stdout() throws IOException {
            return Files.readString(out);
        }

        String stderr() throws IOException {
            return Files.readString(err);
        }
    }

    private ProcessBuilder jar(String... args) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString(), "-jar", JAR.toString()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command);
    }

    private Running start(ProcessBuilder builder) throws IOException {
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

    private static void send(Running running, String text) throws IOException {
        running.process().getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        running.process().getOutputStream().flush();
    }

    private static void awaitText(Running running, String text) {
        await().atMost(Duration.ofSeconds(60)).until(() -> running.stderr().contains(text));
    }

    @Test
    void runsInMemory() throws Exception {
        Running run = start(jar("run", "--count", "3000"));

        assertEquals(Main.OK, run.exit(), run.stdout() + run.stderr());
        assertTrue(run.stdout().contains("OK: every event arrived once, in order and intact"), run.stdout());
        assertEquals("", run.stderr());
    }

    @Test
    void takesTheTargetFromTheEnvironment() throws Exception {
        environment.put("EVENT_TARGET_URL", "nowhere://host");
        Running run = start(jar("run"));

        assertEquals(Main.USAGE, run.exit());
        assertTrue(run.stderr().contains("nowhere"), run.stderr());
        assertEquals(1, run.stderr().lines().count(), run.stderr());
    }

    @Test
    void asksForATarget() throws Exception {
        Running pub = start(jar("pub", "tick", "1"));

        assertEquals(Main.USAGE, pub.exit());
        assertTrue(pub.stderr().contains("EVENT_TARGET_URL"), pub.stderr());
    }

    @Test
    void publishesWhatIsPipedIn() throws Exception {
        Running pub = start(jar("pub", "--url", "memory:"));
        send(pub, "{\"type\":\"a\",\"detail\":\"ü\"}\n{\"type\":\"b\"");
        pub.process().getOutputStream().close();

        assertEquals(Main.FAILED, pub.exit());
        assertTrue(pub.stderr().contains("line 2: "), pub.stderr());
        assertTrue(pub.stderr().contains("published 1 event in "), pub.stderr());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void subEndsWellOnSigterm() throws Exception {
        Running sub = start(jar("sub", "--url", "memory:", ">"));
        awaitText(sub, "memory: lives");
        sub.process().destroy();

        assertEquals(Main.OK, sub.exit(), sub.stderr());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void pubSaysWhatItHasPublishedOnSigterm() throws Exception {
        Running pub = start(jar("pub", "--url", "memory:"));
        awaitText(pub, "memory: lives");
        send(pub, "{\"type\":\"a\",\"detail\":1}\n");
        pub.process().destroy();

        assertEquals(143, pub.exit());
        assertTrue(pub.stderr().contains("then interrupted"), pub.stderr());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it is a shell script")
    void theLauncherWorksFromAnywhereAndThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("events"), LAUNCHER);
        Path relative = Files.createSymbolicLink(directory.resolve("relative"), Path.of("events"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));

        for (Path launcher : List.of(LAUNCHER, link, relative)) {
            Running version = start(new ProcessBuilder(launcher.toString(), "--version").directory(directory.toFile()));

            assertEquals(Main.OK, version.exit(), version.stderr());
            assertTrue(version.stdout().startsWith("pubsub "), version.stdout());
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it is a shell script")
    void theLauncherSaysWhatIsWrongWithJavaHome() throws Exception {
        environment.put("JAVA_HOME", directory.toString());
        Running launcher = start(new ProcessBuilder(LAUNCHER.toString(), "--version"));

        assertEquals(Main.USAGE, launcher.exit());
        assertTrue(launcher.stderr().contains("JAVA_HOME"), launcher.stderr());
    }
}
