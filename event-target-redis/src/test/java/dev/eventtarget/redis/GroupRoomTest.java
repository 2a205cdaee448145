package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A member of a group takes no more from the others than it has room for. */
class GroupRoomTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final ListenerOptions BILLING =
            ListenerOptions.defaults().group("billing").buffer(1, OverflowPolicy.BLOCK);

    private final Queue<Integer> slow = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> quick = new ConcurrentLinkedQueue<>();

    @Test
    void whatIsBeingHandledCounts() {
        TypedEventTarget target = open(RedisServer.shared().url());
        Promise<Void> never = Promise.promise();
        AsyncEventListener<Integer> busy = event -> {
            slow.add(event.detail());
            return never.future();
        };
        ready(target.addAsyncEventListener(ORDER, busy, BILLING));
        publish(target, 1);
        eventually(() -> assertEquals(List.of(1), List.copyOf(slow)));
        ready(target.addEventListener(ORDER, event -> quick.add(event.detail()), BILLING));
        for (int number = 2; number <= 20; number++) {
            publish(target, number);
        }
        eventually(() -> assertEquals(19, quick.size()));
        never.complete();
        eventually(() -> assertEquals(List.of(1), List.copyOf(slow)));
    }

    @Test
    void aMemberWithOnceTakesOneEvent() {
        TypedEventTarget target = open(RedisServer.shared().url());
        Promise<Void> never = Promise.promise();
        AsyncEventListener<Integer> once = event -> {
            slow.add(event.detail());
            return never.future();
        };
        ListenerOptions shipping = ListenerOptions.defaults().group("shipping").from(StartFrom.earliest());
        for (int number = 1; number <= 20; number++) {
            publish(target, number);
        }
        ready(target.addAsyncEventListener(ORDER, once, shipping.once()));
        eventually(() -> assertEquals(List.of(1), List.copyOf(slow)));
        assertEquals(
                1,
                RedisServer.shared()
                        .call("XPENDING", prefix + ":order", "shipping")
                        .get(0)
                        .toInteger());
        ready(target.addEventListener(ORDER, event -> quick.add(event.detail()), shipping));
        eventually(() -> assertEquals(IntStream.rangeClosed(2, 20).boxed().toList(), List.copyOf(quick)));
        never.complete();
    }

    @Test
    void whatAPausedMemberCannotHandleGoesToTheOthers() {
        TypedEventTarget target = open(RedisServer.shared().url());
        ListenerOptions shipping = ListenerOptions.defaults().group("shipping");
        Subscription paused = target.addEventListener(ORDER, event -> slow.add(event.detail()), shipping);
        ready(paused);
        paused.pause();
        ready(target.addEventListener(ORDER, event -> quick.add(event.detail()), shipping));
        for (int number = 1; number <= 20; number++) {
            publish(target, number);
        }
        // a read that was under way may have brought it the first
        eventually(() -> assertTrue(
                quick.containsAll(IntStream.rangeClosed(2, 20).boxed().toList()), () -> "only " + quick));
        paused.resume();
        eventually(() -> assertEquals(20, slow.size() + quick.size()));
    }

    @Test
    void aMemberThatIsResumedGoesOn() {
        TypedEventTarget target = open(RedisServer.shared().url());
        ListenerOptions shipping = ListenerOptions.defaults().group("shipping");
        Subscription paused = target.addEventListener(ORDER, event -> slow.add(event.detail()), shipping);
        ready(paused);
        for (int first = 1; first <= 50; first += 10) {
            paused.pause();
            for (int number = first; number < first + 10; number++) {
                publish(target, number);
            }
            if (first % 20 == 1) {
                paused.fetch(3).fetch(7);
            } else {
                paused.resume();
            }
            List<Integer> all = IntStream.range(1, first + 10).boxed().toList();
            eventually(() -> assertEquals(all, List.copyOf(slow)));
        }
    }

    @Test
    void whatADeadMemberHasLeftGoesToThoseWhoHaveRoom() {
        RedisServer server = RedisServer.shared();
        String key = prefix + ":order";
        int events = 4000;
        TypedEventTarget target = open(server.url(), "claimAfter=300ms");
        List<Future<Void>> accepted = IntStream.range(0, events)
                .mapToObj(number -> target.dispatchEvent(TypedEvent.of(ORDER, number)))
                .toList();
        accepted.forEach(RedisTest::result);
        server.call("XGROUP", "CREATE", key, "billing", "0");
        server.call("XREADGROUP", "GROUP", "billing", "dead", "COUNT", events, "STREAMS", key, ">");

        Promise<Void> later = Promise.promise();
        AsyncEventListener<Integer> stuck = event -> {
            slow.add(event.detail());
            return later.future();
        };
        ready(target.addAsyncEventListener(
                ORDER, stuck, ListenerOptions.defaults().group("billing").buffer(10, OverflowPolicy.BLOCK)));
        eventually(() -> assertEquals(1, slow.size()));
        ready(open(server.url(), "claimAfter=300ms")
                .addEventListener(
                        ORDER,
                        event -> quick.add(event.detail()),
                        ListenerOptions.defaults().group("billing")));
        eventually(() -> assertTrue(Set.copyOf(quick).size() >= events - 12, () -> "only " + quick.size()));
        later.complete();
        eventually(() -> assertEquals(
                events, Stream.concat(slow.stream(), quick.stream()).distinct().count()));
    }

    @Test
    void aPausedMemberTakesNothingOver() {
        RedisServer server = RedisServer.shared();
        TypedEventTarget target = open(server.url(), "claimAfter=300ms");
        ListenerOptions shipping = ListenerOptions.defaults().group("shipping");
        Subscription paused = target.addEventListener(ORDER, event -> slow.add(event.detail()), shipping);
        ready(paused);
        paused.pause();
        for (int number = 1; number <= 20; number++) {
            publish(target, number);
        }
        server.call("XREADGROUP", "GROUP", "shipping", "dead", "COUNT", 20, "STREAMS", prefix + ":order", ">");
        ready(open(server.url(), "claimAfter=300ms")
                .addEventListener(ORDER, event -> quick.add(event.detail()), shipping));
        // a read that was under way may have brought it the first
        eventually(() -> assertTrue(
                quick.containsAll(IntStream.rangeClosed(2, 20).boxed().toList()), () -> "only " + quick));
        paused.resume();
        eventually(() -> assertEquals(
                20, Stream.concat(slow.stream(), quick.stream()).distinct().count()));
    }

    private static void publish(TypedEventTarget target, int number) {
        Future<Void> accepted = target.dispatchEvent(TypedEvent.of(ORDER, number));
        result(accepted);
    }
}
