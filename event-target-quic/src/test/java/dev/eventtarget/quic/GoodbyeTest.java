package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Either side closes while much is under way in both directions. */
class GoodbyeTest extends FaultTest {
    private static final EventType<Integer> UP = EventType.of("up", Integer.class);
    private static final EventType<Integer> DOWN = EventType.of("down", Integer.class);
    private static final int EVENTS = 5_000;

    private final TypedEventTarget target = memory();
    private final List<Integer> up = new CopyOnWriteArrayList<>();
    private final List<Integer> down = new CopyOnWriteArrayList<>();
    private final List<Integer> all = IntStream.range(0, EVENTS).boxed().toList();

    private List<Future<Void>> publish(TypedEventTarget at, EventType<Integer> type) {
        return all.stream().map(i -> at.dispatchEvent(TypedEvent.of(type, i))).toList();
    }

    @Test
    void aSpokeThatClosesHasAllItsPublicationsConfirmed() {
        Hub hub = hub(target, options());
        ready(target.addEventListener(UP, event -> up.add(event.detail())));
        TypedEventTarget spoke = patientSpoke(listen(hub));
        List<Future<Void>> outcomes = publish(spoke, UP);
        result(spoke.close());
        outcomes.forEach(FaultTest::result);
        assertEquals(all, up);
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        assertEquals(0, hub.status().sessions());
    }

    /** Vert.x closes everything at once: the spoke still has its link then. */
    @Test
    void aSpokeThatClosesWithItsVertxHasSaidGoodbye() {
        Hub hub = hub(target, options());
        ready(target.addEventListener(UP, event -> up.add(event.detail())));
        Vertx own = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
        TypedEventTarget spoke = EventTargets.open(own, listen(hub) + "?closeTimeout=10m");
        ready(spoke.addEventListener(DOWN, event -> down.add(event.detail())));
        List<Future<Void>> outcomes = publish(spoke, UP);
        result(own.close());
        outcomes.forEach(FaultTest::result);
        assertEquals(all, up);
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        assertEquals(0, hub.status().sessions());
    }

    @Test
    void aHubThatClosesDeliversAndConfirms() {
        Hub hub = hub(target, options().closeTimeout(PATIENCE));
        ready(target.addEventListener(UP, event -> up.add(event.detail())));
        TypedEventTarget spoke = target(vertx, listen(hub) + "?closeTimeout=1s&connectTimeout=20s&publishTimeout=10m");
        ready(spoke.addEventListener(DOWN, event -> down.add(event.detail())));
        result(Future.join(publish(target, DOWN)));
        List<Future<Void>> outcomes = publish(spoke, UP);
        eventually(() -> assertTrue(up.size() > 0));
        result(hub.close());
        eventually(() -> assertEquals(all, down));
        // gives up what the hub has not confirmed, all at once
        result(spoke.close().otherwiseEmpty());
        // each publication is confirmed and was heard, or is not confirmed and may come again
        List<Integer> confirmed =
                all.stream().filter(i -> settled(outcomes.get(i)).succeeded()).toList();
        assertEquals(up, all.subList(0, up.size()));
        assertEquals(confirmed, all.subList(0, confirmed.size()));
        assertTrue(up.size() >= confirmed.size());
    }

    private static Future<Void> settled(Future<Void> future) {
        result(future.otherwiseEmpty());
        return future;
    }

    @Test
    void aPlainPeerIsToldThatTheHubCloses() {
        Hub hub = hub(target, options());
        String url = listen(hub);
        RawPeer peer = use(RawPeer.open(vertx, url));
        peer.say("$ping", "null");
        assertEquals("$pong", peer.next().getString("type"));
        Future<Void> closed = hub.close();
        assertEquals(CloseReason.GOING_AWAY.code(), peer.closed().code());
        result(closed);
    }
}
