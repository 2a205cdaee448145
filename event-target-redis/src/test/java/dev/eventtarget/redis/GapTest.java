package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Each connection that is made asks for what was trimmed meanwhile, and the answer to the one before may be yet to come. */
class GapTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final int EVENTS = 100;

    private final RedisServer server = RedisServer.shared();
    private final String stream = prefix + ":order";
    private final Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();

    /** With a single event loop, so that the test can be on the reader's. */
    private final Vertx single =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(2));

    private final Context context = single.getOrCreateContext();

    private <T> T on(Supplier<Future<T>> task) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> task.get().onComplete(promise));
        return result(promise.future());
    }

    @Test
    void isToldOnceHoweverOftenItIsLookedForMeanwhile() {
        TypedEventTarget target = EventTargets.open(single, server.url() + "?closeTimeout=1m&prefix=" + prefix);
        for (int number = 1; number <= EVENTS; number++) {
            result(target.dispatchEvent(TypedEvent.of(ORDER, number)));
        }
        String first = server.call("XRANGE", stream, "-", "+", "COUNT", 1)
                .get(0)
                .get(0)
                .toString();
        server.call("XTRIM", stream, "MAXLEN", 5);

        // on the context, where it is told in order
        ListenerSubscription listener = on(() -> Future.succeededFuture((ListenerSubscription) target.addEventListener(
                ORDER,
                event -> {},
                ListenerOptions.defaults().onError(errors::add).buffer(1, OverflowPolicy.BLOCK))));
        ready(listener);
        listener.pause();
        RedisSettings settings = RedisSettings.of(EventTargetConfig.of(server.url() + "?prefix=" + prefix));
        Connections connections = new Connections(settings, () -> {}, error -> {});
        TypeDirectory types =
                new TypeDirectory(single, ((VertxInternal) single).createEventLoopContext(), settings, connections);
        StreamReader reader = new StreamReader(
                single,
                settings,
                connections,
                new StreamEntries(EventCodecs.named("json"), EventCodecs::named),
                types,
                "Listening",
                null,
                null);
        StreamCursor cursor = new StreamCursor(stream, ORDER.name(), first);
        cursor.read(1);
        on(() -> {
            reader.takeOver(new Taker(listener, 0, reader, event -> {}), Map.of(stream, cursor));
            return Future.succeededFuture();
        });
        on(() -> {
            reader.checkGap(cursor);
            reader.checkGap(cursor);
            return Future.succeededFuture();
        });
        eventually(() -> assertEquals(1, errors.size()));
        // over the same connection, behind whatever was asked
        on(reader::behind);
        on(() -> {
            reader.checkGap(cursor);
            return Future.succeededFuture();
        });
        on(reader::behind);
        on(Future::succeededFuture);
        assertEquals(1, errors.size());
        assertInstanceOf(GapException.class, errors.element());

        result(listener.close());
        result(reader.close());
        result(types.close());
        result(target.close());
        result(single.close());
    }
}
