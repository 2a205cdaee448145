package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.fixtures.Outcomes;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The servers that the other tests run against do what those rely on. */
class ServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aKilledServerComesBackWithWhatItConfirmed() throws Exception {
        try (RedisServer server = RedisServer.startDurable()) {
            server.call("SET", "a", 1);
            server.kill();
            assertThrows(IllegalStateException.class, () -> server.call("GET", "a"));
            server.restart();
            assertEquals("1", server.call("GET", "a").toString());
        }
    }

    @Test
    void aSuspendedServerAnswersLater() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            RedisConnection connection =
                    await(Redis.createClient(vertx, server.url()).connect());
            server.suspend();
            var answer = connection
                    .send(Request.cmd(Command.PING))
                    .toCompletionStage()
                    .toCompletableFuture();
            assertThrows(TimeoutException.class, () -> answer.get(100, TimeUnit.MILLISECONDS));
            server.resume();
            assertEquals(
                    "PONG", answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).toString());
        }
    }

    @Test
    void aClusterMovesASlot() {
        try (RedisCluster cluster = RedisCluster.start()) {
            RedisServer from = cluster.owner("a");
            RedisServer to = cluster.other("a");
            from.call("SET", "a", 1);
            cluster.move("a", to);
            assertEquals("1", to.call("GET", "a").toString());
            assertTrue(assertThrows(IllegalStateException.class, () -> from.call("GET", "a"))
                    .getMessage()
                    .contains("MOVED"));
            assertEquals(to, cluster.owner("a"));
        }
    }

    @Test
    void sentinelsFailOver() {
        try (RedisSentinels sentinels = RedisSentinels.start()) {
            RedisServer before = sentinels.master();
            RedisServer replica = sentinels.replica();
            before.call("SET", "a", 1);
            Outcomes.eventually(() -> assertEquals("1", String.valueOf(replica.call("GET", "a"))), PATIENCE);
            sentinels.failOver();
            assertNotEquals(before, sentinels.master());
            assertEquals("1", sentinels.master().call("GET", "a").toString());
        }
    }

    @Test
    void aProxyCutsAtAByte() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            TcpProxy proxy = TcpProxy.start(vertx, server.port());
            RedisConnection connection =
                    await(Redis.createClient(vertx, proxy.url()).connect());
            await(connection.send(Request.cmd(Command.SET).arg("a").arg("1")));
            assertEquals("1", server.call("GET", "a").toString());
            proxy.cutRequestsAfter(10);
            assertThrows(
                    ExecutionException.class,
                    () -> await(
                            connection.send(Request.cmd(Command.SET).arg("a").arg("2"))));
            assertEquals("1", server.call("GET", "a").toString());
            assertEquals(1, proxy.cuts());
            RedisConnection another =
                    await(Redis.createClient(vertx, proxy.url()).connect());
            proxy.cutResponsesAfter(1);
            assertThrows(
                    ExecutionException.class,
                    () -> await(another.send(Request.cmd(Command.SET).arg("a").arg("3"))));
            assertEquals("3", server.call("GET", "a").toString());
        }
    }

    @Test
    void aProxyRefuses() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            TcpProxy proxy = TcpProxy.start(vertx, server.port());
            proxy.refuse();
            assertThrows(
                    ExecutionException.class,
                    () -> await(Redis.createClient(vertx, proxy.url()).connect()));
            proxy.accept();
            await(Redis.createClient(vertx, proxy.url()).connect());
        }
    }
}
