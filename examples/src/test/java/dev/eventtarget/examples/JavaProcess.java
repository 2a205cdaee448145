package dev.eventtarget.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that was run to its end in a JVM of its own. */
record JavaProcess(int exitCode, List<String> output, String errors) {
    static JavaProcess run(Class<?> main, Map<String, String> environment, String... args) {
        try {
            Path output = Files.createTempFile("output", ".txt");
            Path errors = Files.createTempFile("errors", ".txt");
            ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                            Stream.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    main.getName()),
                            Stream.of(args))
                    .toList());
            builder.environment().remove("EVENT_TARGET_URL");
            builder.environment().putAll(environment);
            Process process = builder.redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            try {
                assertTrue(process.waitFor(180, TimeUnit.SECONDS), main + " has not ended");
                return new JavaProcess(process.exitValue(), Files.readAllLines(output), Files.readString(errors));
            } finally {
                process.destroyForcibly();
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
