package dev.eventtarget.redis;

import static dev.eventtarget.redis.Ledger.ENTRY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Redis, which writes to disk what it confirms, is killed and started again while events are published. */
class ServerCrashTest extends RedisTest {
    private static final int CRASHES = 3;

    @Test
    void whatWasConfirmedIsDeliveredOnceAndInOrder() throws Exception {
        RedisServer server = use(RedisServer.startDurable());
        Ledger ledger = new Ledger();
        Ledger.Reader everyone = ledger.reader();
        Ledger.Reader group = ledger.reader();
        ready(open(server.url()).addEventListener(ENTRY, everyone::handle));
        ListenerOptions billing = ListenerOptions.defaults().group("billing");
        ready(open(server.url()).addEventListener(ENTRY, group::handle, billing));
        ready(open(server.url()).addEventListener(ENTRY, group::handle, billing));
        Ledger.Load load = ledger.load(vertx, open(server.url()));
        for (int crash = 0; crash < CRASHES; crash++) {
            int before = ledger.confirmed();
            eventually(() -> assertTrue(ledger.confirmed() > before + 500));
            server.kill();
            server.restart();
        }
        int before = ledger.confirmed();
        eventually(() -> assertTrue(ledger.confirmed() > before + 500));
        result(load.stop());
        eventually(everyone::assertComplete);
        eventually(group::assertComplete);
        everyone.assertInOrder();
        group.assertNoDuplicates();
        assertEquals(List.of(), ledger.failures());

        Ledger.Reader later = ledger.reader();
        open(server.url())
                .addEventListener(
                        ENTRY, later::handle, ListenerOptions.defaults().from(StartFrom.earliest()));
        eventually(later::assertComplete);
        later.assertInOrder();
    }
}
