package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Redis has been started again, takes connections, and refuses commands as long as it reads in what it keeps. */
class ServerLoadingTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final EventType<Integer> ANY = EventType.of(">", Integer.class);

    /** It reads in so many keys, a tenth of a second each, and looks for commands in between, until it is told to hurry. */
    private static final int KEYS = 2_000;

    private static final int VALUE_BYTES = 2_000;
    private static final String SLOWLY = "key-load-delay 100000";

    private final RedisServer server = use(RedisServer.start(
            SLOWLY, "loading-process-events-interval-bytes 1024", "rdbcompression no", "enable-debug-command local"));
    private final Queue<Integer> heard = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> group = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> later = new ConcurrentLinkedQueue<>();
    private final Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();

    @Test
    void publishersAndListenersWaitAndNobodyIsTold() throws Exception {
        TypedEventTarget target = open(server.url(), "publishTimeout=2m");
        ListenerOptions options = ListenerOptions.defaults().onError(errors::add);
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail()), options));
        ready(target.addEventListener(ORDER, event -> group.add(event.detail()), options.group("billing")));
        result(target.dispatchEvent(TypedEvent.of(ORDER, 1)));
        eventually(() -> assertEquals(List.of(1), List.copyOf(heard)));
        eventually(() -> assertEquals(List.of(1), List.copyOf(group)));
        server.call("DEBUG", "POPULATE", KEYS, "filler", VALUE_BYTES);
        server.call("SAVE");
        server.kill();
        CompletableFuture<Void> restarted = CompletableFuture.runAsync(this::restart);

        TypedEventTarget other = open(server.url());
        Future<Void> published = target.dispatchEvent(TypedEvent.of(ORDER, 2));
        Subscription late = other.addEventListener(ANY, event -> later.add(event.detail()), options);
        for (String refused : List.of("xread", "xreadgroup", "xrevrange")) {
            eventually(() -> assertTrue(isRefused(refused), refused));
        }
        assertTrue(!published.isComplete() && !late.ready().isComplete());
        server.call("CONFIG", "SET", "key-load-delay", 0);
        restarted.join();

        result(published);
        ready(late);
        eventually(() -> assertEquals(List.of(1, 2), List.copyOf(heard)));
        eventually(() -> assertEquals(List.of(1, 2), List.copyOf(group)));
        result(target.dispatchEvent(TypedEvent.of(ORDER, 3)));
        eventually(() -> assertEquals(List.of(1, 2, 3), List.copyOf(heard)));
        eventually(() -> assertTrue(later.contains(3)));
        assertEquals(List.of(), List.copyOf(errors));
    }

    private void restart() {
        try {
            server.restart();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isRefused(String command) {
        try {
            String told = server.info("cmdstat_" + command);
            return !told.contains("rejected_calls=0,");
        } catch (IllegalStateException e) {
            return false; // it is not up, or has not been asked
        }
    }
}
