package dev.eventtarget.redis;

import static dev.eventtarget.redis.Ledger.ENTRY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ListenerOptions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream moves to other nodes of its cluster while events are published to it. */
class SlotMigrationTest extends RedisTest {
    private static final int MOVES = 3;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void publishersAndListenersFollowTheStream(int shards) {
        RedisCluster cluster = use(RedisCluster.start());
        String stream = prefix + ":" + ENTRY.name() + (shards == 1 ? "" : ":1");
        String option = "shards=" + shards;
        Ledger ledger = new Ledger();
        Ledger.Reader everyone = ledger.reader();
        Ledger.Reader group = ledger.reader();
        ready(open(cluster.url(), option).addEventListener(ENTRY, everyone::handle));
        ready(open(cluster.url(), option)
                .addEventListener(
                        ENTRY, group::handle, ListenerOptions.defaults().group("billing")));
        Ledger.Load load = ledger.load(vertx, open(cluster.url(), option));
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
