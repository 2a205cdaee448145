package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.fixtures.Outcomes;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;

/** A Redis Cluster of three masters. */
final class RedisCluster implements AutoCloseable {
    private static final int SLOTS = 16_384;
    private static final int NODES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** A busy machine may keep a node that is well from answering for longer than one would wait for it otherwise. */
    private static final String LONG = "cluster-node-timeout 30000";

    private final List<RedisServer> nodes;

    private static final class Shared {
        private static final RedisCluster CLUSTER = start();
    }

    private RedisCluster(List<RedisServer> nodes) {
        this.nodes = nodes;
    }

    /** The one for all tests that do it no harm. */
    static RedisCluster shared() {
        return Shared.CLUSTER;
    }

    static RedisCluster start() {
        RedisCluster cluster = new RedisCluster(Stream.generate(() -> RedisServer.start("cluster-enabled yes", LONG))
                .limit(NODES)
                .toList());
        cluster.form();
        return cluster;
    }

    private void form() {
        RedisServer first = nodes.get(0);
        for (int i = 0; i < NODES; i++) {
            RedisServer node = nodes.get(i);
            node.call("CLUSTER", "ADDSLOTSRANGE", i * SLOTS / NODES, (i + 1) * SLOTS / NODES - 1);
            node.call("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
            if (node != first) {
                node.call("CLUSTER", "MEET", "127.0.0.1", first.port(), first.secondPort());
            }
        }
        await(() -> {
            for (RedisServer node : nodes) {
                String info = node.call("CLUSTER", "INFO").toString();
                assertEquals(
                        List.of("cluster_state:ok", "cluster_slots_ok:" + SLOTS, "cluster_known_nodes:" + NODES),
                        info.lines()
                                .filter(line -> line.matches("cluster_(state|slots_ok|known_nodes):.*"))
                                .toList());
            }
        });
    }

    private static void await(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }

    String url() {
        return "redis+cluster://" + nodes.stream().map(RedisServer::address).collect(Collectors.joining(","));
    }

    List<RedisServer> nodes() {
        return nodes;
    }

    /** The node that has a key's slot. */
    RedisServer owner(String key) {
        return owner(slot(key), nodes.get(0));
    }

    private RedisServer owner(int slot, RedisServer asked) {
        for (Response range : asked.call("CLUSTER", "SLOTS")) {
            if (slot >= range.get(0).toInteger() && slot <= range.get(1).toInteger()) {
                int port = range.get(2).get(1).toInteger();
                return nodes.stream()
                        .filter(node -> node.port() == port)
                        .findAny()
                        .orElseThrow();
            }
        }
        throw new IllegalStateException("Nobody has the slot " + slot);
    }

    /** A node that does not have a key's slot. */
    RedisServer other(String key) {
        RedisServer owner = owner(key);
        return nodes.stream().filter(node -> node != owner).findAny().orElseThrow();
    }

    private int slot(String key) {
        return nodes.get(0).call("CLUSTER", "KEYSLOT", key).toInteger();
    }

    /** Moves a key's slot, with all keys of it and while clients use them, to another node; each key by itself. */
    void move(String key, RedisServer to) {
        int slot = slot(key);
        RedisServer from = owner(key);
        String toId = to.call("CLUSTER", "MYID").toString();
        to.call("CLUSTER", "SETSLOT", slot, "IMPORTING", from.call("CLUSTER", "MYID"));
        from.call("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
        while (true) {
            Response keys = from.call("CLUSTER", "GETKEYSINSLOT", slot, 1);
            if (keys.size() == 0) {
                break;
            }
            from.call("MIGRATE", "127.0.0.1", to.port(), keys.get(0), 0, PATIENCE.toMillis());
        }
        to.call("CLUSTER", "SETSLOT", slot, "NODE", toId);
        from.call("CLUSTER", "SETSLOT", slot, "NODE", toId);
        for (RedisServer node : nodes) {
            if (node != from && node != to) {
                node.call("CLUSTER", "SETSLOT", slot, "NODE", toId);
            }
        }
        // what a node has heard of the one before may still come behind that
        await(() -> nodes.forEach(node -> assertEquals(to, owner(slot, node))));
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }
}
