package dev.eventtarget.redis;

import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.fixtures.Signals;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.embedded.RedisExecProvider;

/**
 * A redis-server process with ports and a directory of its own. What it writes is in {@code target/redis}. It ends with
 * {@link #close}, at the latest with the JVM.
 */
final class RedisServer implements AutoCloseable {
    /** With these no confirmed write is lost when the server is killed. */
    private static final List<String> DURABLE = List.of("appendonly yes", "appendfsync always");

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Set<RedisServer> RUNNING = ConcurrentHashMap.newKeySet();
    private static final Vertx VERTX =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(RedisServer::close)));
    }

    private final Path directory;
    private final int port = Ports.free();
    private final int secondPort = Ports.free();
    private final boolean sentinel;
    private Process process;

    private static final class Executable {
        private static final File FILE = extract();

        private static File extract() {
            try {
                return RedisExecProvider.defaultProvider().get();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Shared {
        private static final RedisServer SERVER = start();
    }

    private RedisServer(List<String> settings, boolean tls) throws IOException {
        Path target = Files.createDirectories(Path.of("target", "redis"));
        directory = Files.createTempDirectory(target, port + "-").toAbsolutePath();
        sentinel = settings.stream().anyMatch(setting -> setting.startsWith("sentinel "));
        List<String> all = new ArrayList<>(List.of("port " + port, "bind 127.0.0.1", "dir " + directory, "save \"\""));
        all.add(tls ? "tls-port " + secondPort : "cluster-port " + secondPort);
        all.addAll(settings);
        Files.write(directory.resolve("redis.conf"), all);
    }

    /** Starts one with these lines in its configuration file. */
    static RedisServer start(String... settings) {
        return start(List.of(settings), false);
    }

    /** Starts one that forgets nothing when it is killed. */
    static RedisServer startDurable(String... settings) {
        return start(Stream.concat(DURABLE.stream(), Stream.of(settings)).toList(), false);
    }

    /** Starts one that has a TLS port as well. */
    static RedisServer startWithTls(X509Bundle certificate) throws IOException {
        return start(
                List.of(
                        "tls-cert-file " + certificate.toTempCertChainPem(),
                        "tls-key-file " + certificate.toTempPrivateKeyPem(),
                        "tls-auth-clients no"),
                true);
    }

    private static RedisServer start(List<String> settings, boolean tls) {
        try {
            while (true) {
                RedisServer server = new RedisServer(settings, tls);
                RUNNING.add(server);
                if (server.run()) {
                    return server;
                }
                server.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one for all tests that do it no harm. */
    static RedisServer shared() {
        return Shared.SERVER;
    }

    /** Where tests that do no harm may run: at {@code REDIS_URL} if that is set, else at the shared server. */
    static String sharedUrl() {
        String given = System.getenv("REDIS_URL");
        return given == null ? shared().url() : given;
    }

    /** Starts the process and waits until it answers; false if another has taken a port of ours. */
    private boolean run() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Executable.FILE.getPath(), directory.resolve("redis.conf").toString()));
        if (sentinel) {
            command.add("--sentinel");
        }
        Path log = directory.resolve("redis.log");
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .atMost(PATIENCE)
                .until(() -> !process.isAlive() || answers());
        if (process.isAlive()) {
            return true;
        }
        String text = Files.readString(log);
        if (text.contains("Failed listening")) {
            return false;
        }
        throw new IOException("redis-server has stopped: " + text);
    }

    private boolean answers() {
        try {
            // another's may have come to the port before this one
            return call("PING").toString().equals("PONG") && info("process_id").equals(String.valueOf(process.pid()));
        } catch (IllegalStateException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /** The port of its cluster bus, or for TLS. */
    int secondPort() {
        return secondPort;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    String url() {
        return "redis://" + address();
    }

    String tlsUrl() {
        return "rediss://localhost:" + secondPort;
    }

    /**
     * Sends a command on a connection of its own and waits for the answer.
     *
     * @throws IllegalStateException if the server can't be reached, says no, or does not answer in time
     */
    Response call(String command, Object... arguments) {
        Request request = Request.cmd(Command.create(command));
        for (Object argument : arguments) {
            request.arg(argument.toString());
        }
        return call(request);
    }

    private Response call(Request request) {
        Redis client = Redis.createClient(VERTX, url());
        try {
            return client.connect()
                    .compose((RedisConnection connection) -> connection.send(request))
                    .eventually(client::close)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            Throwable cause = e instanceof java.util.concurrent.ExecutionException ? e.getCause() : e;
            throw new IllegalStateException(request.command() + " at " + address() + ": " + cause.getMessage(), cause);
        }
    }

    /** The fields of each entry of a stream. */
    List<Map<String, String>> entries(String stream) {
        List<Map<String, String>> entries = new ArrayList<>();
        for (Response entry : call("XRANGE", stream, "-", "+")) {
            Map<String, String> fields = new LinkedHashMap<>();
            Response pairs = entry.get(1);
            for (int i = 0; i < pairs.size(); i += 2) {
                fields.put(pairs.get(i).toString(), pairs.get(i + 1).toString());
            }
            entries.add(fields);
        }
        return entries;
    }

    /** A line of {@code INFO}. */
    String info(String name) {
        return call("INFO", "all")
                .toString()
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .findAny()
                .orElseThrow(() -> new IllegalStateException("INFO has no " + name))
                .substring(name.length() + 1);
    }

    /** Kills it with signal 9. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Starts it again, after {@link #kill}, at the same address and with what is in its directory. */
    void restart() throws IOException {
        if (!run()) {
            throw new IOException("Another has taken the port " + port);
        }
    }

    /** Stops it without ending it: it keeps its connections and answers nothing. */
    void suspend() throws Exception {
        Signals.send("STOP", process);
    }

    /** Lets it go on, after {@link #suspend}. */
    void resume() throws Exception {
        Signals.send("CONT", process);
    }

    /** Ends it and deletes its data; the log stays. */
    @Override
    public void close() {
        if (RUNNING.remove(this)) {
            if (process != null) {
                kill();
            }
            try (Stream<Path> files = Files.walk(directory)) {
                files.filter(file -> !file.equals(directory) && !file.endsWith("redis.log"))
                        .sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public String toString() {
        return url();
    }
}
