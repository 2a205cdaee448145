package dev.eventtarget.redis;

import static dev.eventtarget.redis.Ledger.ENTRY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The master is killed while events are published. Redis replicates behind the writer's back: what the master confirmed
 * last may be lost with it, and nothing else.
 */
class SentinelFailoverTest extends RedisTest {
    @Test
    void publishersAndListenersGoOnAtTheNewMaster() {
        RedisSentinels sentinels = use(RedisSentinels.start());
        Ledger ledger = new Ledger();
        Ledger.Reader everyone = ledger.reader();
        Ledger.Reader group = ledger.reader();
        ready(open(sentinels.url()).addEventListener(ENTRY, everyone::handle));
        ready(open(sentinels.url())
                .addEventListener(
                        ENTRY, group::handle, ListenerOptions.defaults().group("billing")));
        AtomicInteger losses = new AtomicInteger();
        Interceptor watch = new Interceptor() {
            @Override
            public void disconnected(String address, Throwable error) {
                losses.incrementAndGet();
            }
        };
        var publishing = open(sentinels.url(), new Interceptor[] {watch}, "publishTimeout=5m");
        Ledger.Load before = ledger.load(vertx, publishing);
        eventually(() -> assertTrue(ledger.confirmed() > 500));
        result(before.stop());
        String stream = prefix + ":" + ENTRY.name();
        RedisServer replica = sentinels.replica();
        eventually(() ->
                assertEquals(ledger.confirmed(), replica.call("XLEN", stream).toInteger()));

        ledger.lenient(true);
        Ledger.Load load = ledger.load(vertx, publishing);
        int confirmed = ledger.confirmed();
        eventually(() -> assertTrue(ledger.confirmed() > confirmed + 200));
        sentinels.failOver();
        // what the old master has confirmed is known by then
        eventually(() -> assertTrue(losses.get() > 0));
        ledger.lenient(false);
        int confirmedByBoth = ledger.confirmed();
        eventually(() -> assertTrue(ledger.confirmed() > confirmedByBoth + 500));
        result(load.stop());
        assertEquals(List.of(), ledger.failures());
        eventually(everyone::assertComplete);
        eventually(group::assertComplete);
        everyone.assertInOrder();
        group.assertInOrder();
    }
}
