package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a hub does not take reaches the publisher, through the flow control of QUIC. */
@NeedsNativeQuic
class BackpressureTest extends FaultTest {
    private static final EventType<String> LOAD = EventType.of("load", String.class);
    private static final int PENDING = 200;

    @Test
    void aTargetThatTakesNothingHoldsUpThePublisher() {
        TypedEventTarget target = memory();
        List<String> heard = new CopyOnWriteArrayList<>();
        Subscription slow = ready(target.addEventListener(
                LOAD,
                event -> heard.add(event.detail().substring(0, 6)),
                ListenerOptions.defaults().buffer(4, OverflowPolicy.BLOCK)));
        slow.pause();
        TypedEventTarget spoke = spoke(listen(hub(target, options().maxPublishing(8))), "&maxPending=" + PENDING);
        String load = "x".repeat(50_000);
        List<Future<Void>> outcomes = new ArrayList<>();
        for (int i = 0; i < PENDING; i++) {
            outcomes.add(spoke.dispatchEvent(TypedEvent.of(LOAD, "%06d".formatted(i) + load)));
        }
        // four are in the listener's buffer, and the rest waits
        eventually(() ->
                assertEquals(4, outcomes.stream().filter(Future::isComplete).count()));
        for (int i = 0; i < 4; i++) {
            outcomes.add(spoke.dispatchEvent(TypedEvent.of(LOAD, "%06d".formatted(PENDING + i) + load)));
        }
        Throwable refused = Outcome.error(spoke.dispatchEvent(TypedEvent.of(LOAD, "-00001" + load)));
        assertInstanceOf(BackpressureException.class, refused);
        slow.resume();
        outcomes.forEach(FaultTest::result);
        eventually(() -> assertEquals(outcomes.size(), heard.size()));
        for (int i = 0; i < heard.size(); i++) {
            assertEquals("%06d".formatted(i), heard.get(i));
        }
        assertTrue(outcomes.stream().allMatch(Future::succeeded));
    }
}
