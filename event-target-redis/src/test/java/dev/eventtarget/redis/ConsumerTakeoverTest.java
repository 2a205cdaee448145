package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.ChildJvm;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A consumer's process is killed while it handles events, and another one of its group takes them over. */
class ConsumerTakeoverTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final ListenerOptions BILLING = ListenerOptions.defaults().group("billing");
    private static final int EVENTS = 200;

    /** Handles each event but every tenth, which it never finishes. */
    static final class Consumer {
        public static void main(String[] arguments) throws Exception {
            TypedEventTarget target = EventTargets.open(Vertx.vertx(), arguments[0]);
            target.addAsyncEventListener(ORDER, Consumer::handle, BILLING.concurrency(EVENTS))
                    .ready()
                    .onComplete(ready -> System.out.println("ready " + ready));
            ChildJvm.awaitEnd();
            System.exit(0);
        }

        private static Future<?> handle(TypedEvent<Integer> event) {
            if (event.detail() % 10 == 0) {
                System.out.println("begun " + event.detail());
                return Promise.promise().future();
            }
            System.out.println("done " + event.detail());
            return Future.succeededFuture();
        }
    }

    @Test
    void whatTheDeadConsumerHasNotFinishedIsHandledByAnother() throws Exception {
        RedisServer server = RedisServer.shared();
        String url = server.url() + "?prefix=" + prefix;
        List<Integer> unfinished =
                IntStream.range(0, EVENTS).filter(i -> i % 10 == 0).boxed().toList();
        try (ChildJvm consumer = ChildJvm.start(Consumer.class, url)) {
            eventually(() -> assertEquals(1, consumer.said("ready").size(), () -> "it said " + consumer.lines()));
            TypedEventTarget target = open(server.url(), "claimAfter=1s");
            for (int i = 0; i < EVENTS; i++) {
                result(target.dispatchEvent(TypedEvent.of(ORDER, i)));
            }
            eventually(() -> assertEquals(
                    EVENTS,
                    consumer.said("done").size() + consumer.said("begun").size()));
            eventually(() -> assertEquals(
                    unfinished.size(),
                    server.call("XPENDING", prefix + ":order", "billing").get(0).toInteger()));
            consumer.kill();

            ConcurrentLinkedQueue<Integer> taken = new ConcurrentLinkedQueue<>();
            ready(target.addEventListener(ORDER, event -> taken.add(event.detail()), BILLING));
            eventually(() -> assertTrue(taken.size() >= unfinished.size()));
            result(target.dispatchEvent(TypedEvent.of(ORDER, EVENTS)));
            eventually(() -> assertTrue(taken.contains(EVENTS)));
            TreeSet<Integer> expected = new TreeSet<>(unfinished);
            expected.add(EVENTS);
            assertEquals(List.copyOf(expected), taken.stream().sorted().toList());
            eventually(() -> assertEquals(
                    0,
                    server.call("XPENDING", prefix + ":order", "billing").get(0).toInteger()));
        }
    }

    @Test
    void aRestartedConsumerBeginsWithWhatItHadNotFinished() throws Exception {
        RedisServer server = RedisServer.shared();
        String url = server.url() + "?consumer=one&prefix=" + prefix;
        try (ChildJvm consumer = ChildJvm.start(Consumer.class, url)) {
            eventually(() -> assertEquals(1, consumer.said("ready").size(), () -> "it said " + consumer.lines()));
            TypedEventTarget target = open(server.url(), "consumer=one");
            for (int i = 10; i < 20; i++) {
                result(target.dispatchEvent(TypedEvent.of(ORDER, i)));
            }
            eventually(() -> assertEquals(9, consumer.said("done").size()));
            eventually(() -> assertEquals(
                    1,
                    server.call("XPENDING", prefix + ":order", "billing").get(0).toInteger()));
            consumer.kill();
            result(target.dispatchEvent(TypedEvent.of(ORDER, 20)));

            ConcurrentLinkedQueue<Integer> taken = new ConcurrentLinkedQueue<>();
            ready(target.addEventListener(ORDER, event -> taken.add(event.detail()), BILLING));
            eventually(() -> assertEquals(List.of(10, 20), List.copyOf(taken)));
        }
    }
}
