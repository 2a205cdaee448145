package dev.eventtarget.redis;

import static dev.eventtarget.redis.Ledger.ENTRY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ListenerOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A stream moves to other nodes of its cluster while events are published to it. */
class SlotMigrationTest extends RedisTest {
    private static final int MOVES = 3;

    @Test
    void publishersAndListenersFollowTheStream() {
        RedisCluster cluster = RedisCluster.shared();
        String stream = prefix + ":" + ENTRY.name();
        Ledger ledger = new Ledger();
        Ledger.Reader everyone = ledger.reader();
        Ledger.Reader group = ledger.reader();
        ready(open(cluster.url()).addEventListener(ENTRY, everyone::handle));
        ready(open(cluster.url())
                .addEventListener(
                        ENTRY, group::handle, ListenerOptions.defaults().group("billing")));
        Ledger.Load load = ledger.load(vertx, open(cluster.url()));
        for (int move = 0; move < MOVES; move++) {
            int before = ledger.confirmed();
            eventually(() -> assertTrue(ledger.confirmed() > before + 500));
            cluster.move(stream, cluster.other(stream));
        }
        int before = ledger.confirmed();
        eventually(() -> assertTrue(ledger.confirmed() > before + 500));
        result(load.stop());
        assertEquals(List.of(), ledger.failures());
        eventually(everyone::assertComplete);
        eventually(group::assertComplete);
        everyone.assertInOrder();
        group.assertInOrder();
    }
}
