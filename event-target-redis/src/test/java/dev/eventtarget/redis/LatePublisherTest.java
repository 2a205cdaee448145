package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.ClosedException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A publisher that was there before the closing reaches the transport after it has begun. */
class LatePublisherTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final EventType<Integer> REFUSED = EventType.of("refused", Integer.class);
    private static final int LATE = 2;

    private final Promise<Void> way = Promise.promise();
    private final Queue<Integer> heard = new ConcurrentLinkedQueue<>();
    private final TypedEventTarget target = EventTargets.open(
            vertx, RedisServer.shared().url() + "?closeTimeout=1m&prefix=" + prefix, new Interceptor() {
                @Override
                public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
                    return event.detail().equals(LATE)
                            ? way.future().compose(free -> next.apply(event))
                            : next.apply(event);
                }
            });

    private Future<Void> publish(int number) {
        return target.dispatchEvent(TypedEvent.of(ORDER, number));
    }

    private List<String> details(EventType<?> type) {
        return RedisServer.shared().entries(prefix + ":" + type.name()).stream()
                .map(entry -> entry.get("detail"))
                .toList();
    }

    @Test
    void isRefusedWhenTheTargetIsClosed() {
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail())));
        result(publish(1));
        Future<Void> late = publish(LATE);
        result(target.close());
        way.complete();
        assertInstanceOf(ClosedException.class, failure(late));
        assertEquals(List.of(1), List.copyOf(heard));
        assertEquals(List.of("1"), details(ORDER));
    }

    @Test
    void isRefusedWhileListenersFinishAndTheirDeadLettersAreNot() {
        Promise<Void> handled = Promise.promise();
        ready(target.addAsyncEventListener(
                ORDER,
                event -> {
                    heard.add(event.detail());
                    return handled.future();
                },
                ListenerOptions.defaults().deadLetter(REFUSED.name())));
        result(publish(1));
        eventually(() -> assertEquals(List.of(1), List.copyOf(heard)));
        Future<Void> late = publish(LATE);
        Future<Void> closed = target.close();
        way.complete();
        assertInstanceOf(ClosedException.class, failure(late));
        assertFalse(closed.isComplete());
        handled.fail("not today");
        result(closed);
        assertEquals(List.of(1), List.copyOf(heard));
        assertEquals(List.of("1"), details(ORDER));
        assertEquals(List.of("1"), details(REFUSED));
    }
}
