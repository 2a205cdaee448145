package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.ChildJvm;
import dev.eventtarget.fixtures.link.SpokeProcess;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.HubStatus.LinkStatus;
import dev.eventtarget.link.SlowSpokePolicy;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One spoke of many takes nothing any more: the others hear everything, and what waits for it is bounded. */
class FrozenSpokeTest extends FaultTest {
    private static final EventType<String> TEXT = EventType.of("n", String.class);

    /** So long that what sockets hold is soon full. */
    private static final String FILLING = " ".repeat(8_000);

    private static final int BATCH = 50;
    private static final int MOST_EVENTS = 100;
    private static final int MOST_BATCHES = 200;

    private final TypedEventTarget target = memory();
    private final List<AtomicInteger> others = new ArrayList<>();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private int published;

    /** The frozen spoke gives no sign of life either: that must not end it before. */
    private static HubOptions bounded(SlowSpokePolicy policy) {
        return options()
                .heartbeat(Duration.ofMinutes(5))
                .maxQueued(MOST_EVENTS, 16 << 20)
                .slowSpokes(policy);
    }

    private void listen(String url, int spokes) {
        List<Future<Void>> ready = new ArrayList<>();
        for (int i = 0; i < spokes; i++) {
            AtomicInteger heard = new AtomicInteger();
            others.add(heard);
            ready.add(spoke(url)
                    .addEventListener(TEXT, event -> {
                        if (number(event.detail()) != heard.incrementAndGet()) {
                            wrong.add(number(event.detail()) + " in place of " + heard);
                        }
                    })
                    .ready());
        }
        ready.forEach(FaultTest::result);
    }

    private static int number(String detail) {
        return Integer.parseInt(detail.strip());
    }

    /** A spoke that subscribes and reads no more. */
    private RawWebSocket frozen(String url) throws Exception {
        RawWebSocket socket = use(RawWebSocket.withSmallBuffer(URI.create(url).getPort(), "/events"));
        socket.text("{\"type\":\"$hello\",\"detail\":{\"version\":1,\"features\":[\"ack\",\"batch\"]}}");
        socket.read();
        socket.text("{\"type\":\"$subscribe\",\"detail\":{\"sub\":1,\"type\":\"n\"}}");
        assertTrue(socket.read().text().contains("$subscribed"));
        return socket;
    }

    private List<Future<Void>> publish() {
        return IntStream.range(0, BATCH)
                .mapToObj(i -> target.dispatchEvent(TypedEvent.of(TEXT, ++published + FILLING)))
                .toList();
    }

    /** What they have not acknowledged counts as queued too, so that they must not have more before. */
    private void assertOthersHeard(Hub hub) {
        eventually(() -> {
            others.forEach(heard -> assertEquals(published, heard.get()));
            assertTrue(hub.status().links().stream()
                            .filter(link -> link.queued() > 0)
                            .count()
                    <= 1);
        });
        assertEquals(List.of(), wrong);
    }

    private static int mostQueued(Hub hub) {
        return hub.status().links().stream().mapToInt(LinkStatus::queued).max().orElse(0);
    }

    @Test
    void itIsDisconnected() throws Exception {
        Hub hub = hub(target, bounded(SlowSpokePolicy.DISCONNECT));
        String url = listen(hub);
        listen(url, 99);
        frozen(url);
        assertEquals(100, hub.status().links().size());
        for (int batch = 0; hub.status().slow() == 0; batch++) {
            assertTrue(batch < MOST_BATCHES, "it is still connected");
            publish().forEach(FaultTest::result);
            assertOthersHeard(hub);
            assertTrue(mostQueued(hub) <= MOST_EVENTS);
        }
        publish();
        assertOthersHeard(hub);
        eventually(() -> assertEquals(99, hub.status().links().size()));
        eventually(() -> assertEquals(0, mostQueued(hub)));
        eventually(() -> assertEquals(0, hub.status().sessions()));
        assertEquals(1, hub.status().slow());
    }

    @Test
    void itMissesTheOldestAndIsToldOfThem() throws Exception {
        Hub hub = hub(target, bounded(SlowSpokePolicy.DROP_OLDEST));
        String url = listen(hub);
        listen(url, 30);
        RawWebSocket frozen = frozen(url);
        for (int batch = 0; hub.status().dropped() < 3 * MOST_EVENTS; batch++) {
            assertTrue(batch < MOST_BATCHES, "nothing was dropped");
            publish().forEach(FaultTest::result);
            assertOthersHeard(hub);
            assertTrue(mostQueued(hub) <= MOST_EVENTS);
        }
        int next = 1;
        int missed = 0;
        while (next <= published) {
            for (JsonObject frame : frames(frozen.read())) {
                if (frame.getString("type").equals("$gap")) {
                    int gap = frame.getJsonObject("detail").getInteger("missed");
                    missed += gap;
                    next += gap;
                } else if (frame.getString("type").equals("n")) {
                    assertEquals(next++, number(frame.getString("detail")));
                    frozen.text("{\"type\":\"$ack\",\"detail\":{\"sub\":1,\"to\":" + (next - 1 - missed) + "}}");
                }
            }
        }
        assertEquals(hub.status().dropped(), missed);
        eventually(() -> assertEquals(0, mostQueued(hub)));
    }

    @Test
    void whoeverPublishesWaits() throws Exception {
        Hub hub = hub(target, bounded(SlowSpokePolicy.PAUSE));
        String url = listen(hub);
        listen(url, 5);
        RawWebSocket frozen = frozen(url);
        List<Future<Void>> outcomes = new ArrayList<>();
        for (int batch = 0; outcomes.stream().allMatch(Future::isComplete); batch++) {
            assertTrue(batch < MOST_BATCHES, "nobody waits");
            outcomes.addAll(publish());
            assertOthersHeard(hub);
            assertTrue(mostQueued(hub) <= MOST_EVENTS, () -> hub.status().toString());
        }
        assertFalse(outcomes.stream().anyMatch(Future::failed));
        int next = 1;
        while (next <= published) {
            for (JsonObject frame : frames(frozen.read())) {
                if (frame.getString("type").equals("n")) {
                    assertEquals(next, number(frame.getString("detail")));
                    frozen.text("{\"type\":\"$ack\",\"detail\":{\"sub\":1,\"to\":" + next++ + "}}");
                }
            }
        }
        outcomes.forEach(FaultTest::result);
        assertEquals(0, hub.status().dropped());
        assertOthersHeard(hub);
    }

    private static List<JsonObject> frames(RawWebSocket.Frame message) {
        String text = message.text();
        if (message.opcode() != RawWebSocket.TEXT) {
            return List.of();
        }
        return text.startsWith("[")
                ? new JsonArray(text).stream().map(JsonObject.class::cast).toList()
                : List.of(new JsonObject(text));
    }

    @Test
    void aProcessThatWasStoppedComesBackAndMissesNothing() throws Exception {
        Hub hub = hub(target, options().heartbeat(Duration.ofMillis(400)).maxQueued(1 << 20, 1 << 30));
        String url = listen(hub);
        listen(url, 9);
        ChildJvm child = use(ChildJvm.start(SpokeProcess.class, url));
        child.await("ready");
        publish();
        assertOthersHeard(hub);
        child.suspend();
        eventually(() -> {
            publish();
            assertOthersHeard(hub);
            assertEquals(9, hub.status().links().size());
        });
        publish();
        child.resume();
        List<String> all =
                IntStream.rangeClosed(1, published).mapToObj(String::valueOf).toList();
        eventually(() -> assertEquals(all, child.said("heard")));
        assertEquals(List.of(), child.said("error"));
        assertOthersHeard(hub);
    }
}
