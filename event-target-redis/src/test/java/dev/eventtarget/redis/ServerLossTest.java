package dev.eventtarget.redis;

import static dev.eventtarget.redis.Ledger.ENTRY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Redis, which writes nothing to disk, is killed, and comes back empty: streams, groups, scripts and types are gone. */
class ServerLossTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final EventType<Integer> ANY = EventType.of(">", Integer.class);
    private static final int CRASHES = 3;

    private final RedisServer server = use(RedisServer.start());
    private final Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();

    private static void publish(TypedEventTarget target, int first, int last) {
        List<Future<Void>> published = IntStream.rangeClosed(first, last)
                .mapToObj(number -> target.dispatchEvent(TypedEvent.of(ORDER, number)))
                .toList();
        published.forEach(RedisTest::result);
    }

    private ListenerOptions told() {
        return ListenerOptions.defaults().onError(errors::add);
    }

    @Test
    void publishersAndListenersGoOnInOrder() throws Exception {
        Ledger ledger = new Ledger();
        ledger.lenient(true);
        Ledger.Reader everyone = ledger.reader();
        Ledger.Reader group = ledger.reader();
        ready(open(server.url()).addEventListener(ENTRY, everyone::handle));
        ListenerOptions billing = ListenerOptions.defaults().group("billing");
        ready(open(server.url()).addEventListener(ENTRY, group::handle, billing));
        ready(open(server.url()).addEventListener(ENTRY, group::handle, billing));
        Ledger.Load load = ledger.load(vertx, open(server.url()));
        for (int crash = 0; crash < CRASHES; crash++) {
            int before = everyone.count();
            int beforeInGroup = group.count();
            eventually(() -> assertTrue(everyone.count() > before + 500 && group.count() > beforeInGroup + 500));
            server.kill();
            server.restart();
        }
        // what is published from here on meets one server alone
        result(load.stop());
        ledger.lenient(false);
        Ledger.Load last = ledger.load(vertx, open(server.url()));
        int before = ledger.confirmed();
        eventually(() -> assertTrue(ledger.confirmed() > before + 500));
        result(last.stop());
        eventually(everyone::assertComplete);
        eventually(group::assertComplete);
        everyone.assertInOrder();
        assertEquals(List.of(), ledger.failures());
    }

    @Test
    void patternListenersThatComeLaterKnowTheTypes() throws Exception {
        TypedEventTarget target = open(server.url());
        publish(target, 1, 1);
        server.kill();
        server.restart();
        publish(target, 2, 2);
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(open(server.url())
                .addEventListener(ANY, event -> heard.add(event.detail()), told().from(StartFrom.earliest())));
        publish(target, 3, 3);
        eventually(() -> assertEquals(List.of(2, 3), List.copyOf(heard)));
    }

    /** What was read of the lost stream does not count for the new one. */
    @Test
    void whatIsTrimmedAfterwardsIsTold() throws Exception {
        TcpProxy proxy = TcpProxy.start(vertx, server.port());
        TypedEventTarget publishing = open(server.url());
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(open(proxy.url()).addEventListener(ORDER, event -> heard.add(event.detail()), told()));
        publish(publishing, 1, 100);
        eventually(() -> assertEquals(100, heard.size()));
        server.kill();
        server.restart();
        publish(publishing, 101, 101);
        eventually(() -> assertTrue(heard.contains(101)));
        assertEquals(List.of(), List.copyOf(errors));

        proxy.refuse();
        // the publisher's, and the one that asks
        eventually(() -> assertEquals("2", server.info("connected_clients")));
        publish(publishing, 102, 121);
        server.call("XTRIM", prefix + ":order", "MAXLEN", 5);
        proxy.accept();
        eventually(() -> assertTrue(heard.contains(121)));
        eventually(() -> assertEquals(1, errors.size()));
        assertInstanceOf(GapException.class, errors.element());
        assertEquals(
                IntStream.concat(IntStream.rangeClosed(1, 101), IntStream.rangeClosed(117, 121))
                        .boxed()
                        .toList(),
                List.copyOf(heard));
    }
}
