package dev.eventtarget.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.RedisExecProvider;

/** The server that all measure against: that of {@code REDIS_URL}, or a process of its own that keeps nothing on disk. */
final class RedisServer implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    private static final long START_SECONDS = 60;

    private final URI uri;
    private final @Nullable Process process;

    private RedisServer(URI uri, @Nullable Process process) {
        this.uri = uri;
        this.process = process;
    }

    /** Null where there is neither that variable nor a program for this platform. */
    static @Nullable RedisServer open() throws IOException, InterruptedException {
        String given = System.getenv("REDIS_URL");
        if (given != null) {
            return new RedisServer(URI.create(given), null);
        }
        try {
            return start(RedisExecProvider.defaultProvider().get());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static RedisServer start(File program) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return start(program, freePort());
            } catch (IOException e) {
                if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains("Failed listening")) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Fails if another process was faster to take the port. */
    private static RedisServer start(File program, int port) throws IOException, InterruptedException {
        Path log = Files.createTempFile("redis-server", ".log");
        Process process = new ProcessBuilder(
                        program.getPath(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        RedisServer server = new RedisServer(URI.create("redis://127.0.0.1:" + port), process);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!server.answers()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                server.close();
                throw new IOException("redis-server does not run: " + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        Files.delete(log);
        return server;
    }

    private boolean answers() {
        try (Jedis client = new Jedis(uri)) {
            return client.ping().equals("PONG");
        } catch (JedisException e) {
            return false;
        }
    }

    boolean isOwn() {
        return process != null;
    }

    URI uri() {
        return uri;
    }

    String version() {
        try (Jedis client = new Jedis(uri)) {
            return client.info("server")
                    .lines()
                    .filter(line -> line.startsWith("redis_version:"))
                    .findAny()
                    .map(line -> line.substring(line.indexOf(':') + 1))
                    .orElse("of unknown version");
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
