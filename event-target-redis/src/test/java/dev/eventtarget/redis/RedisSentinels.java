package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A master, a replica, and three sentinels that watch over them. */
final class RedisSentinels implements AutoCloseable {
    private static final String MASTER = "events";
    private static final int SENTINELS = 3;
    /** After a stall of 2 s a sentinel does nothing for 30 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** A master that is well is not given up, however busy the machine is. */
    private static final int LONG_MILLIS = 60_000;

    private static final int SHORT_MILLIS = 500;

    private final List<RedisServer> servers;
    private final List<RedisServer> sentinels;

    private RedisSentinels(List<RedisServer> servers, List<RedisServer> sentinels) {
        this.servers = servers;
        this.sentinels = sentinels;
    }

    static RedisSentinels start() {
        RedisServer master = RedisServer.startDurable("repl-diskless-sync-delay 0");
        RedisServer replica = RedisServer.startDurable("replicaof 127.0.0.1 " + master.port());
        await(() -> assertEquals("up", replica.info("master_link_status")));
        List<RedisServer> sentinels = Stream.generate(() -> RedisServer.start(
                        "sentinel monitor " + MASTER + " 127.0.0.1 " + master.port() + " 2",
                        "sentinel down-after-milliseconds " + MASTER + " " + LONG_MILLIS,
                        "sentinel failover-timeout " + MASTER + " 2000"))
                .limit(SENTINELS)
                .toList();
        for (RedisServer sentinel : sentinels) {
            await(() -> {
                Response state = sentinel.call("SENTINEL", "MASTER", MASTER);
                assertEquals("1", state.get("num-slaves").toString());
                assertEquals(
                        String.valueOf(SENTINELS - 1),
                        state.get("num-other-sentinels").toString());
                assertEquals("master", state.get("flags").toString());
            });
        }
        return new RedisSentinels(List.of(master, replica), sentinels);
    }

    private static void await(org.awaitility.core.ThrowingRunnable assertion) {
        Awaitility.await().pollDelay(Duration.ZERO).atMost(PATIENCE).untilAsserted(assertion);
    }

    String url() {
        return "redis+sentinel://"
                + sentinels.stream().map(RedisServer::address).collect(Collectors.joining(","))
                + "?master="
                + MASTER;
    }

    /** The server that most sentinels call the master. */
    RedisServer master() {
        return servers.stream()
                .filter(server -> sentinels.stream()
                                .filter(sentinel -> isMaster(sentinel, server))
                                .count()
                        > SENTINELS / 2)
                .findAny()
                .orElseThrow(() -> new IllegalStateException("The sentinels don't agree"));
    }

    private static boolean isMaster(RedisServer sentinel, RedisServer server) {
        return sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
                        .get(1)
                        .toInteger()
                == server.port();
    }

    RedisServer replica() {
        RedisServer master = master();
        return servers.stream().filter(server -> server != master).findAny().orElseThrow();
    }

    /** Kills the master and waits until all sentinels have agreed on the other server. */
    void failOver() {
        RedisServer replica = replica();
        master().kill();
        downAfter(SHORT_MILLIS);
        await(() -> {
            assertTrue(sentinels.stream().allMatch(sentinel -> isMaster(sentinel, replica)));
            assertEquals("master", replica.info("role"));
        });
        downAfter(LONG_MILLIS);
    }

    private void downAfter(int millis) {
        sentinels.forEach(sentinel -> sentinel.call("SENTINEL", "SET", MASTER, "down-after-milliseconds", millis));
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }
}
