package dev.eventtarget.cli.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A hub in a process of its own, which has the same address each time that it is started. */
final class HubProcess implements Soak.Server {
    private static final String LISTENING = "listening ";
    private static final long START_SECONDS = 120;
    private static final long STOP_SECONDS = 60;
    private static final long POLL_MILLIS = 20;

    private final List<String> pubsub;
    private final String backend;
    private final Path directory;
    private final List<String> options;
    private String url;
    private @Nullable Process process;

    private HubProcess(List<String> pubsub, String listen, String backend, Path directory) {
        this.pubsub = pubsub;
        this.backend = backend;
        this.directory = directory;
        options = listen.startsWith("quic:")
                ? List.of("--identity", directory.resolve("hub.pem").toString())
                : List.of();
        url = listen;
    }

    /**
     * Starts one.
     *
     * @param pubsub what the {@code pubsub} command is called by
     * @param listen the address to listen at, with port 0
     * @param backend what is behind it
     * @param directory where it has its files
     */
    static HubProcess start(List<String> pubsub, String listen, String backend, Path directory)
            throws IOException, InterruptedException {
        HubProcess hub = new HubProcess(pubsub, listen, backend, Files.createDirectories(directory));
        try {
            hub.url = hub.run();
            return hub;
        } catch (IOException | InterruptedException | RuntimeException e) {
            hub.kill();
            throw e;
        }
    }

    /** Returns the address that it says. */
    private String run() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(pubsub);
        String listen = url.replaceFirst("//.*@", "//"); // without the NodeId, which spokes need
        command.addAll(List.of("hub", "--listen", listen, "--backend", backend));
        command.addAll(options);
        Path out = directory.resolve("out");
        Path log = directory.resolve("log");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        Process started = start(command, out, log);
        while (true) {
            Optional<String> said = Files.readAllLines(out).stream()
                    .filter(line -> line.startsWith(LISTENING))
                    .findFirst();
            if (said.isPresent()) {
                return said.get().substring(LISTENING.length());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("The hub has not begun to listen at " + url + " within " + START_SECONDS
                        + " s; it says: " + Files.readString(log).strip());
            }
            if (started.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (url.contains(":0")) {
                    throw new IOException(
                            "The hub has ended: " + Files.readString(log).strip());
                }
                started = start(command, out, log); // another process may have its port for a while
            }
        }
    }

    private Process start(List<String> command, Path out, Path log) throws IOException {
        Process started = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process = started;
        return started;
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public void restart() throws IOException, InterruptedException {
        run();
    }

    /** Ends it in good order. */
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }
}
