package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Another JVM with the test's class path. What it writes stays readable when it is killed; it ends with its input. */
final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        reader = new Thread(this::read, "child-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** For the child's {@code main}: waits until the parent closes it, or is gone itself. */
    static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            // nothing is said to the child
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(e.toString());
        }
    }

    /** What it has written so far. */
    List<String> lines() {
        return lines;
    }

    /** What it has written so far behind a word and a blank. */
    List<String> said(String word) {
        return lines.stream()
                .filter(line -> line.startsWith(word + " "))
                .map(line -> line.substring(word.length() + 1))
                .toList();
    }

    /** The rest of the first line that begins with a word; waits for it. */
    String await(String word) {
        FaultTest.eventually(() -> assertFalse(said(word).isEmpty(), () -> lines.toString()));
        return said(word).get(0);
    }

    /** Stops it without ending it: it keeps its connections and does nothing. */
    void suspend() throws Exception {
        signal("STOP");
    }

    /** Lets it go on, after {@link #suspend}. */
    void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        int exit = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -" + name + " has failed with " + exit);
        }
    }

    /** Kills it with signal 9, and reads what it has written. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    /** Ends its input, and waits until it has ended. */
    void end() throws Exception {
        process.getOutputStream().close();
        process.waitFor();
        reader.join();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
