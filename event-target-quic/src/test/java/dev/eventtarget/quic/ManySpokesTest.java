package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Hundreds connect at once. */
class ManySpokesTest extends FaultTest {
    private static final int SPOKES = 300;
    private static final EventType<Integer> NEWS = EventType.of("news", Integer.class);

    @Test
    void everybodyHearsTheNews() {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options());
        String url = listen(hub);
        AtomicIntegerArray heard = new AtomicIntegerArray(SPOKES);
        List<TypedEventTarget> spokes = IntStream.range(0, SPOKES)
                .mapToObj(i -> spoke(url, "&connectTimeout=40s"))
                .toList();
        List<Future<Void>> ready = new ArrayList<>();
        for (int i = 0; i < SPOKES; i++) {
            int number = i;
            ready.add(spokes.get(i)
                    .addEventListener(NEWS, event -> heard.addAndGet(number, event.detail()))
                    .ready());
        }
        ready.forEach(FaultTest::result);
        assertEquals(SPOKES, hub.status().links().size());
        int sum = 0;
        for (int news = 1; news <= 3; news++) {
            sum += news;
            int expected = sum;
            result(target.dispatchEvent(TypedEvent.of(NEWS, news)));
            eventually(() -> {
                for (int i = 0; i < SPOKES; i++) {
                    assertEquals(expected, heard.get(i));
                }
            });
        }
        result(Future.join(spokes.stream().map(TypedEventTarget::close).toList()));
        eventually(() -> assertTrue(hub.status().links().isEmpty()));
        assertEquals(0, hub.status().sessions());
    }
}
