package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The jar, and the launcher in front of it, as their users start them. */
class PubsubIT extends ChildProcesses {
    private static final Path LAUNCHER = Path.of(System.getProperty("pubsub.launcher"));

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
        terminate(sub);

        assertEquals(Main.OK, sub.exit(), sub.stderr());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void pubSaysWhatItHasPublishedOnSigterm() throws Exception {
        Running pub = start(jar("pub", "--url", "memory:"));
        awaitText(pub, "memory: lives");
        send(pub, "{\"type\":\"a\",\"detail\":1}\n");
        terminate(pub);

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
