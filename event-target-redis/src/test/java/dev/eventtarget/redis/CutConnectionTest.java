package dev.eventtarget.redis;

import static dev.eventtarget.redis.Ledger.ENTRY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Connections are cut at random bytes, of requests and of answers. */
class CutConnectionTest extends RedisTest {
    private static final int CUTS = 25;

    /** A burst of the ledger is some 3 KB, read by two some 7 KB. */
    private static final int FARTHEST = 8_000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @Test
    void aPublishersEventsAreAppendedOnceAndInOrder() throws Exception {
        TcpProxy proxy = TcpProxy.start(vertx, RedisServer.shared().port());
        Ledger ledger = new Ledger();
        Ledger.Load load = ledger.load(vertx, open(proxy.url()));
        cutOften(proxy, ledger);
        result(load.stop());
        assertEquals(List.of(), ledger.failures(), () -> "with the seed " + seed);

        Ledger.Reader reader = ledger.reader();
        for (var fields : RedisServer.shared().entries(prefix + ":" + ENTRY.name())) {
            String key = fields.get("type").substring(ENTRY.name().length() + 1);
            reader.add(key, Integer.parseInt(fields.get("detail")));
        }
        reader.assertComplete();
        reader.assertInOrder();
    }

    @Test
    void aListenerHearsEventsOnceAndInOrder() throws Exception {
        listensThroughCuts(ListenerOptions.defaults().from(StartFrom.earliest()));
    }

    @Test
    void aGroupHearsEventsOnceAndInOrder() throws Exception {
        listensThroughCuts(ListenerOptions.defaults().group("billing"));
    }

    /** As where a cable is pulled: for the server, the read that waits on the old connection is the first in the line. */
    @Test
    void aGroupHearsWhatComesWhenTheServerHasNotNoticedTheCut() throws Exception {
        RedisServer server = use(RedisServer.start());
        TcpProxy proxy = TcpProxy.start(vertx, server.port());
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(open(proxy.url(), "claimAfter=10m")
                .addEventListener(
                        ENTRY,
                        event -> heard.add(event.detail()),
                        ListenerOptions.defaults().group("billing")));
        eventually(() -> assertEquals(1, readers(server).size()));
        Set<String> before = readers(server);

        proxy.cutUnnoticed();
        eventually(() -> assertTrue(readers(server).stream().anyMatch(id -> !before.contains(id))));

        TypedEventTarget publisher = open(server.url());
        for (int i = 0; i < 3; i++) {
            result(publisher.dispatchEvent(TypedEvent.of(ENTRY, i)));
        }
        eventually(() -> assertEquals(List.of(0, 1, 2), List.copyOf(heard)));
    }

    /** The connections that are in a read for a group. */
    private static Set<String> readers(RedisServer server) {
        return server.call("CLIENT", "LIST")
                .toString()
                .lines()
                .filter(client -> client.contains(" cmd=xreadgroup "))
                .map(client -> client.split(" ", 2)[0])
                .collect(Collectors.toSet());
    }

    private void listensThroughCuts(ListenerOptions options) throws Exception {
        TcpProxy proxy = TcpProxy.start(vertx, RedisServer.shared().port());
        Ledger ledger = new Ledger();
        Ledger.Reader reader = ledger.reader();
        TypedEventTarget listening = open(proxy.url());
        ready(listening.addEventListener(ENTRY, reader::handle, options));
        Ledger.Load load = ledger.load(vertx, open(RedisServer.shared().url()));
        cutOften(proxy, ledger);
        result(load.stop());
        eventually(reader::assertComplete);
        reader.assertInOrder();
    }

    private void cutOften(TcpProxy proxy, Ledger ledger) {
        for (int cut = 1; cut <= CUTS; cut++) {
            int cuts = cut;
            int confirmed = ledger.confirmed();
            if (random.nextBoolean()) {
                proxy.cutRequestsAfter(1 + random.nextInt(FARTHEST));
            } else {
                proxy.cutResponsesAfter(1 + random.nextInt(FARTHEST / 10));
            }
            eventually(() -> assertTrue(proxy.cuts() >= cuts, () -> "with the seed " + seed));
            eventually(() -> assertTrue(ledger.confirmed() > confirmed, () -> "with the seed " + seed));
        }
    }
}
