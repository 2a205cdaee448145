package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Vert.x closes everything at once: a target still has its connections then, and leaves nothing unconfirmed or unheard. */
class VertxCloseTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);

    @Test
    void aTargetClosesInGoodOrderWithItsVertx() {
        Vertx own = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
        TypedEventTarget target =
                EventTargets.open(own, RedisServer.shared().url() + "?closeTimeout=10m&prefix=" + prefix);
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail())));
        List<Integer> all = IntStream.range(0, 2_000).boxed().toList();
        List<Future<Void>> outcomes = all.stream()
                .map(number -> target.dispatchEvent(TypedEvent.of(ORDER, number)))
                .toList();
        result(own.close());
        outcomes.forEach(RedisTest::result);
        assertEquals(all, List.copyOf(heard));
    }
}
