package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A spoke is away for a while, or as good as. */
class AbsenceTest extends FaultTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);

    private final TypedEventTarget target = memory();
    private Hub hub;
    private final List<Integer> heard = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private void listen(TypedEventTarget spoke) {
        ready(spoke.addEventListener(
                NUMBER,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().onError(errors::add)));
    }

    private void publish(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> result(target.dispatchEvent(TypedEvent.of(NUMBER, i))));
    }

    private void assertHeard(int from, int to) {
        eventually(() -> assertEquals(IntStream.rangeClosed(from, to).boxed().toList(), List.copyOf(heard)));
    }

    /** There is room again. */
    private void assertAcknowledged() {
        eventually(() -> assertEquals(0, hub.status().links().get(0).queued()));
    }

    private TcpProxy away(HubOptions options, int before) throws Exception {
        hub = hub(target, options);
        TcpProxy proxy = TcpProxy.start(vertx, listen(hub));
        listen(spoke(proxy.url()));
        publish(1, before);
        assertHeard(1, before);
        proxy.refuse();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        return proxy;
    }

    @Test
    void whatFitsIsHeardAfterwards() throws Exception {
        TcpProxy proxy = away(options().maxQueued(1000, 1 << 20), 10);
        publish(11, 1000);
        proxy.accept();
        assertHeard(1, 1000);
        assertAcknowledged();
        publish(1001, 1001);
        assertHeard(1, 1001);
        assertEquals(List.of(), errors);
    }

    @Test
    void whatDoesNotFitIsToldExactly() throws Exception {
        TcpProxy proxy = away(options().maxQueued(100, 1 << 20), 0);
        publish(1, 1000);
        eventually(() -> assertEquals(900, hub.status().dropped()));
        proxy.accept();
        assertHeard(901, 1000);
        eventually(() -> assertEquals(1, errors.size(), errors::toString));
        assertInstanceOf(GapException.class, errors.get(0));
        assertTrue(
                errors.get(0).getMessage().contains("900 events"),
                () -> errors.get(0).getMessage());
        assertAcknowledged();
        publish(1001, 1001);
        assertHeard(901, 1001);
    }

    @Test
    void whenTheSessionIsOverTheGapIsTold() throws Exception {
        TcpProxy proxy = away(options().sessionTimeout(Duration.ofMillis(1)), 3);
        eventually(() -> assertEquals(0, hub.status().sessions()));
        publish(4, 5);
        proxy.accept();
        eventually(() -> assertEquals(1, errors.size(), errors::toString));
        assertInstanceOf(GapException.class, errors.get(0));
        eventually(() -> {
            publish(7, 7);
            assertTrue(heard.contains(7));
        });
    }

    @Test
    void whatWasPublishedMeanwhileIsAccepted() throws Exception {
        hub = hub(target, options());
        TcpProxy proxy = TcpProxy.start(vertx, listen(hub));
        TypedEventTarget spoke = spoke(proxy.url());
        Traffic.Reader atTheTarget = reader(target);
        Traffic.Publisher publisher = publisher(spoke, "one");
        eventually(() -> assertTrue(publisher.confirmed() > 100));
        proxy.refuse();
        int confirmed = publisher.confirmed();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        proxy.accept();
        eventually(() -> assertTrue(publisher.confirmed() > confirmed + 100));
        int published = result(publisher.stop());
        assertEquals(List.of(), publisher.failures());
        eventually(() -> atTheTarget.assertHeard(publisher.topic(), published));
    }

    @Test
    void whoeverIsHalfOpenIsFoundByBothSides() throws Exception {
        hub = hub(target, options().heartbeat(Duration.ofMillis(300)));
        TcpProxy proxy = TcpProxy.start(vertx, listen(hub));
        listen(spoke(proxy.url()));
        publish(1, 5);
        assertHeard(1, 5);
        proxy.swallow();
        publish(6, 10);
        // the spoke hears nothing, opens another connection, and goes on with its session
        eventually(() -> assertTrue(proxy.connections() >= 2));
        assertHeard(1, 10);
        assertEquals(List.of(), errors);
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    @Test
    void aHubFindsWhoeverIsHalfOpen() throws Exception {
        hub = hub(target, options().heartbeat(Duration.ofMillis(200)));
        String url = listen(hub);
        TcpProxy proxy = TcpProxy.start(vertx, url);
        listen(spoke(proxy.url()));
        // first: a spoke that looks for another connection at once finds nobody
        proxy.to("ws://127.0.0.1:" + Ports.free() + "/events");
        proxy.swallow();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        // else the spoke's closing waits for it
        proxy.to(url);
    }
}
