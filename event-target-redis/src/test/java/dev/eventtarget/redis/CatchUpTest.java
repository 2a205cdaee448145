package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Whoever waits for a listener to catch up does so also while the listener gets a reader of its own. */
class CatchUpTest extends RedisTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);
    private static final int EVENTS = 100;

    private final RedisServer server = RedisServer.shared();
    private final TypedEventTarget target = open(server.url());

    private ListenerSubscription listen(Queue<Integer> heard, int buffer) {
        return (ListenerSubscription) ready(target.addEventListener(
                NUMBER,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().buffer(buffer, OverflowPolicy.BLOCK)));
    }

    private void publish() {
        List<Future<Void>> accepted = IntStream.range(0, EVENTS)
                .mapToObj(i -> target.dispatchEvent(TypedEvent.of(NUMBER, i)))
                .toList();
        accepted.forEach(RedisTest::result);
    }

    @Test
    void aReaderThatIsYetToTakeOverHasNotCaughtUp() {
        publish();
        ListenerSubscription listener = listen(new ConcurrentLinkedQueue<>(), 2 * EVENTS);
        listener.pause();
        RedisSettings settings = RedisSettings.of(EventTargetConfig.of(server.url() + "?prefix=" + prefix));
        Connections connections = new Connections(settings, () -> {}, error -> {});
        TypeDirectory types =
                new TypeDirectory(vertx, ((VertxInternal) vertx).createEventLoopContext(), settings, connections);
        StreamReader own = new StreamReader(
                vertx,
                settings,
                connections,
                new StreamEntries(EventCodecs.named("json"), EventCodecs::named),
                types,
                "Listening",
                null,
                null);
        Taker taker = new Taker(listener, 0, own, event -> {});
        Future<Void> caughtUp = own.catchUp();
        String stream = prefix + ":n";
        own.takeOver(taker, Map.of(stream, new StreamCursor(stream, NUMBER.name(), "0-0")));
        result(caughtUp);
        assertEquals(EVENTS, listener.buffer().size());
        result(listener.close());
        result(own.close());
        result(types.close());
    }

    @RepeatedTest(20)
    void whatAnotherReaderIsToReadIsWaitedFor() {
        Queue<Integer> slowly = new ConcurrentLinkedQueue<>();
        Queue<Integer> quickly = new ConcurrentLinkedQueue<>();
        ListenerSubscription slow = listen(slowly, 4);
        slow.pause();
        listen(quickly, 2 * EVENTS);
        publish();
        Future<Void> caughtUp = slow.catchUp();
        eventually(() -> assertEquals(EVENTS, quickly.size()));
        result(target.dispatchEvent(TypedEvent.of(NUMBER, EVENTS)));
        eventually(() -> assertEquals(EVENTS + 1, quickly.size()));
        assertFalse(caughtUp.isComplete());
        slow.resume();
        result(caughtUp);
        eventually(() -> assertEquals(EVENTS + 1, slowly.size()));
    }

    @Test
    void onlyTheStreamsOfTheListenerAreAskedFor() {
        RedisServer own = use(RedisServer.start());
        TypedEventTarget busy = open(own.url());
        int types = 300;
        ListenerSubscription last = null;
        for (int i = 0; i < types; i++) {
            last = (ListenerSubscription)
                    ready(busy.addEventListener(EventType.of("n" + i, Integer.class), event -> {}));
        }
        int before = asked(own);
        result(last.catchUp());
        int commands = asked(own) - before;
        assertTrue(commands < types, () -> commands + " commands for one stream");
    }

    private static int asked(RedisServer server) {
        return Integer.parseInt(server.info("cmdstat_xinfo|stream").replaceFirst("calls=(\\d+),.*", "$1"));
    }

    @Test
    void aLostConnectionOnlyDelaysIt() throws Exception {
        RedisServer own = use(RedisServer.start());
        TcpProxy proxy = TcpProxy.start(vertx, own.port());
        TypedEventTarget far = open(proxy.url());
        ListenerSubscription listener = (ListenerSubscription) ready(far.addEventListener(NUMBER, event -> {}));
        // nothing is on the way: the next bytes are the question for the end of the stream
        eventually(() -> assertEquals("1", own.info("blocked_clients")));
        proxy.cutRequestsAfter(5);
        result(listener.catchUp());
        assertEquals(1, proxy.cuts());
    }
}
