package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.cli.soak.Soak;
import dev.eventtarget.spi.EventTargetConfig;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import redis.embedded.RedisExecProvider;

/**
 * A redis-server of one's own, on a free port of the loopback interface, that keeps nothing: its directory goes with it.
 * What a durable one has confirmed outlives that it is killed, and is there when it is started again. It is a daemon, as Ctrl-C in a terminal would end it together with the command, which then could not finish its work.
 */
final class EmbeddedRedis implements Soak.Server, AutoCloseable {
    /** The transport that stands for one. */
    static final String TRANSPORT = "redis+embedded";

    private static final int ATTEMPTS = 20;
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 10;
    private static final long POLL_MILLIS = 5;
    private static final int CONNECT_MILLIS = 1000;

    private final TemporaryDirectory directory;
    private final int port;
    private final boolean durable;

    private EmbeddedRedis(TemporaryDirectory directory, int port, boolean durable) {
        this.directory = directory;
        this.port = port;
        this.durable = durable;
    }

    /**
     * Starts one and waits until it takes connections.
     *
     * @throws ConfigurationException if it can't be started here
     * @throws InterruptedException if interrupted; it is stopped then
     */
    static EmbeddedRedis start() throws InterruptedException {
        return start(false);
    }

    /**
     * Starts one that writes each command to disk before it answers, and waits until it takes connections.
     *
     * @throws ConfigurationException if it can't be started here
     * @throws InterruptedException if interrupted; it is stopped then
     */
    static EmbeddedRedis startDurable() throws InterruptedException {
        return start(true);
    }

    private static EmbeddedRedis start(boolean durable) throws InterruptedException {
        File binary = binary();
        try {
            for (int attempt = 1; ; attempt++) {
                EmbeddedRedis server =
                        new EmbeddedRedis(TemporaryDirectory.create("pubsub-redis-"), freePort(), durable);
                boolean started = false;
                try {
                    started = server.run(binary, attempt == ATTEMPTS);
                    if (started) {
                        return server;
                    }
                } finally {
                    if (!started) {
                        server.close();
                    }
                }
            }
        } catch (IOException e) {
            throw new ConfigurationException(
                    "redis-server can't be started (" + e + "): start one yourself and give its URL, redis://host:port",
                    e);
        } finally {
            deleteUnpacked(binary);
        }
    }

    private static void deleteUnpacked(File binary) {
        if (binary.isAbsolute()) { // else it is not from the jar but one that lay here
            new TemporaryDirectory(binary.getParentFile().toPath()).close();
        }
    }

    private static File binary() {
        try {
            return RedisExecProvider.defaultProvider().get();
        } catch (IOException | RuntimeException e) {
            throw new ConfigurationException(
                    "There is no redis-server for " + System.getProperty("os.name") + " on "
                            + System.getProperty("os.arch")
                            + " in this program: start one yourself and give its URL, redis://host:port",
                    e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Returns false if another process was faster to take the port. */
    private boolean run(File binary, boolean last) throws IOException, InterruptedException {
        Path log = directory.path().resolve("redis.log");
        Path configuration = Files.write(
                directory.path().resolve("redis.conf"),
                List.of(
                        "port " + port,
                        "bind 127.0.0.1",
                        "dir \"" + directory.path() + "\"",
                        "logfile redis.log",
                        "pidfile redis.pid",
                        "daemonize yes",
                        "save \"\"",
                        "appendonly " + (durable ? "yes" : "no"),
                        "appendfsync always"));
        Process launcher = new ProcessBuilder(binary.getPath(), configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.path().resolve("start.log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        boolean launched = launcher.waitFor(START_SECONDS, TimeUnit.SECONDS) && launcher.exitValue() == 0;
        while (launched && System.nanoTime() - deadline < 0) {
            Optional<ProcessHandle> process = process();
            if (process.isPresent() && process.get().isAlive() && answers()) {
                return true;
            }
            String said = Files.exists(log) ? Files.readString(log) : "";
            if (said.contains("Failed listening") && !last) {
                return false;
            }
            if (said.contains("Failed listening") || said.contains("Fatal")) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        launcher.destroyForcibly();
        throw new IOException("it says: " + said(log) + said(directory.path().resolve("start.log")));
    }

    private static String said(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<ProcessHandle> process() throws IOException {
        Path file = directory.path().resolve("redis.pid");
        String pid = Files.exists(file) ? Files.readString(file).strip() : "";
        return pid.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
    }

    /** {@return its address, {@code redis://127.0.0.1:port}} */
    @Override
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** {@return its address with the options of a URL such as {@code redis+embedded:?shards=4}} */
    String url(String embedded) {
        return url() + embedded.substring(TRANSPORT.length() + 1);
    }

    /**
     * Whether a URL asks for a server of one's own.
     *
     * @throws ConfigurationException if it also says where it is to be
     */
    static boolean isWanted(String url) {
        EventTargetConfig config = EventTargetConfig.of(url);
        if (!config.transport().equals(TRANSPORT)) {
            return false;
        }
        String rest = url.substring(TRANSPORT.length() + 1);
        if (!rest.isEmpty() && !rest.startsWith("?")) {
            throw new ConfigurationException(TRANSPORT + ": takes options only, such as " + TRANSPORT
                    + ":?shards=4; the server's address is chosen for it");
        }
        return true;
    }

    /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
    @Override
    public void kill() throws IOException, InterruptedException {
        Optional<ProcessHandle> process = process();
        if (process.isPresent() && process.get().isAlive()) {
            process.get().destroyForcibly();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
            while (process.get().isAlive()) { // onExit() looks once in seconds, as it is no child of this process
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("redis-server can't be killed");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    /** Starts it at the same address, with what it has kept, after {@link #kill}. */
    @Override
    public void restart() throws IOException, InterruptedException {
        File binary = binary();
        try {
            if (!run(binary, true)) {
                throw new IOException("redis-server can't be started again at port " + port);
            }
        } finally {
            deleteUnpacked(binary);
        }
    }

    /** Stops it and deletes its directory. */
    @Override
    public void close() {
        try {
            process().ifPresent(EmbeddedRedis::stop);
        } catch (IOException e) {
            // its pidfile is gone, and so is it
        }
        directory.close();
    }

    private static void stop(ProcessHandle process) {
        CompletableFuture<ProcessHandle> gone = process.onExit();
        process.destroy();
        try {
            gone.get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        }
    }
}
