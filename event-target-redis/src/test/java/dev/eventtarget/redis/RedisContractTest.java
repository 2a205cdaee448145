package dev.eventtarget.redis;

import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** With a server that it stops and starts; at {@code REDIS_URL}, where that is set, it does without. */
class RedisContractTest extends EventTargetContract {
    private static @Nullable RedisServer server;

    @BeforeAll
    static void startServer() {
        if (System.getenv("REDIS_URL") == null) {
            server = RedisServer.startDurable();
        }
    }

    @AfterAll
    static void closeServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        String url = server == null ? RedisServer.sharedUrl() : server.url();
        return EventTargets.open(vertx, url + "?closeTimeout=15s&prefix=" + bus);
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus, Interceptor interceptor) {
        String url = server == null ? RedisServer.sharedUrl() : server.url();
        return EventTargets.open(vertx, url + "?closeTimeout=15s&prefix=" + bus, interceptor);
    }

    @Override
    protected Duration closeTimeout() {
        return Duration.ofSeconds(15);
    }

    @Override
    protected boolean canRestartBroker() {
        return server != null;
    }

    @Override
    protected void stopBroker() {
        server.kill();
    }

    @Override
    protected void startBroker() throws Exception {
        server.restart();
    }
}
