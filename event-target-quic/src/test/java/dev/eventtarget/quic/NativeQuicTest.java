package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.link.Hub;
import io.vertx.core.Vertx;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said where there is no QUIC. */
class NativeQuicTest {
    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64",
        "Linux, aarch64, linux-aarch_64",
        "Mac OS X, x86_64, osx-x86_64",
        "Mac OS X, aarch64, osx-aarch_64",
        "Windows 11, amd64, windows-x86_64"
    })
    void theArtifactThatIsMissingIsNamed(String os, String arch, String classifier) {
        String message = NativeQuic.missing(os, arch);
        assertTrue(
                message.matches(
                        ".*io\\.netty:netty-codec-native-quic:" + classifier + ":4\\.[^ ]+ on the class path.*"),
                message);
        assertTrue(message.contains("wss:"), message);
    }

    @ParameterizedTest
    @CsvSource({"Linux, riscv64", "Linux, i386", "Windows 11, aarch64", "FreeBSD, amd64", "'', ''"})
    void aPlatformWithoutALibraryIsSaidToHaveNone(String os, String arch) {
        String message = NativeQuic.missing(os, arch);
        assertTrue(message.startsWith("There is no QUIC for this platform, " + os + " on " + arch), message);
        assertTrue(message.contains("wss:"), message);
    }

    /** Runs in a JVM without the library. */
    static final class Without {
        private Without() {}

        public static void main(String[] args) throws Exception {
            Vertx vertx = Vertx.vertx();
            Hub hub = Hub.create(vertx, EventTargets.open(vertx, "memory:"));
            System.out.println(hub.listen("quic://127.0.0.1:0")
                    .toCompletionStage()
                    .handle((url, error) -> said(error))
                    .toCompletableFuture()
                    .get());
            String spoke = "quic://" + NodeIdentity.generate().nodeId() + "@127.0.0.1:1";
            System.out.println(hub.dial(spoke)
                    .toCompletionStage()
                    .handle((done, error) -> said(error))
                    .toCompletableFuture()
                    .get());
            try {
                EventTargets.open(vertx, spoke);
            } catch (ConfigurationException e) {
                System.out.println(said(e));
            }
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }

        private static String said(Throwable error) {
            return error.getClass().getSimpleName() + ": " + error.getMessage();
        }
    }

    @Test
    void withoutTheLibraryEverythingElseRuns() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("netty-codec-native-quic"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java", "-cp", classPath, Without.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertEquals(0, process.waitFor());
        assertEquals(3, lines.size(), lines::toString);
        for (String line : lines) {
            assertEquals(
                    "ConfigurationException: "
                            + NativeQuic.missing(System.getProperty("os.name"), System.getProperty("os.arch")),
                    line);
        }
    }
}
