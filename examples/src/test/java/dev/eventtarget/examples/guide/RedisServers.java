package dev.eventtarget.examples.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadLocalRandom;
import redis.embedded.RedisServer;
import redis.embedded.exceptions.EmbeddedRedisException;

/** One redis-server for the tests of the guide; at {@code REDIS_URL}, where that is set, none is started. */
final class RedisServers {
    /** Below the ports that systems give to outgoing connections. */
    private static final int FIRST_PORT = 15_000;

    private static final int LAST_PORT = 32_000;
    private static final int MOST_ATTEMPTS = 20;
    private static final String URL = System.getenv("REDIS_URL") == null ? start() : System.getenv("REDIS_URL");

    private RedisServers() {}

    static String url() {
        return URL;
    }

    private static String start() {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try {
                RedisServer server = RedisServer.builder()
                        .port(port)
                        .bind("127.0.0.1")
                        .setting("save \"\"")
                        .build();
                server.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
                return "redis://127.0.0.1:" + port;
            } catch (EmbeddedRedisException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void stop(RedisServer server) {
        try {
            server.stop();
        } catch (EmbeddedRedisException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
