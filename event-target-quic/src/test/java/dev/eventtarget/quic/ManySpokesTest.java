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
import org.junit.jupiter.api.Test;

/** Two hundred, of which many connect at once. */
class ManySpokesTest extends FaultTest {
    private static final int SPOKES = 200;
    private static final int AT_ONCE = 50;
    private static final EventType<Integer> NEWS = EventType.of("news", Integer.class);

    @Test
    void everybodyHearsTheNews() {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options());
        String url = listen(hub);
        AtomicIntegerArray heard = new AtomicIntegerArray(SPOKES);
        List<TypedEventTarget> spokes = new ArrayList<>();
        while (spokes.size() < SPOKES) {
            List<Future<Void>> ready = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                int number = spokes.size();
                spokes.add(patientSpoke(url));
                ready.add(spokes.get(number)
                        .addEventListener(NEWS, event -> heard.addAndGet(number, event.detail()))
                        .ready());
            }
            ready.forEach(FaultTest::result);
        }
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
