package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import dev.eventtarget.link.HubStatus.LinkStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A spoke is away for a while, or as good as. */
class AbsenceTest extends FaultTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);

    private static final Duration HEARTBEAT = Duration.ofMillis(700);

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
        eventually(() -> assertEquals(
                List.of(0),
                hub.status().links().stream().map(LinkStatus::queued).toList()));
    }

    private UdpProxy away(HubOptions options, int before) throws Exception {
        hub = hub(target, options);
        String url = listen(hub);
        UdpProxy proxy = proxy(url, 0);
        listen(spoke(at(proxy.port(), url)));
        publish(1, before);
        assertHeard(1, before);
        proxy.swallow();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        return proxy;
    }

    @Test
    void whatFitsIsHeardAfterwards() throws Exception {
        UdpProxy proxy = away(options().heartbeat(HEARTBEAT).maxQueued(1000, 1 << 20), 10);
        publish(11, 1000);
        proxy.deliver();
        assertHeard(1, 1000);
        assertAcknowledged();
        publish(1001, 1001);
        assertHeard(1, 1001);
        assertEquals(List.of(), errors);
    }

    @Test
    void whatDoesNotFitIsToldExactly() throws Exception {
        UdpProxy proxy = away(options().heartbeat(HEARTBEAT).maxQueued(100, 1 << 20), 0);
        publish(1, 1000);
        eventually(() -> assertEquals(900, hub.status().dropped()));
        proxy.deliver();
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
        // a link that is lost before takes its session with it
        Duration heartbeat = Duration.ofSeconds(5);
        UdpProxy proxy = away(options().heartbeat(heartbeat).sessionTimeout(Duration.ofMillis(1)), 3);
        eventually(() -> assertEquals(0, hub.status().sessions()));
        publish(4, 5);
        proxy.deliver();
        eventually(() -> assertFalse(errors.isEmpty()));
        assertInstanceOf(GapException.class, errors.get(0));
        eventually(() -> {
            publish(7, 7);
            assertTrue(heard.contains(7));
        });
    }

    @Test
    void whatWasPublishedMeanwhileIsAccepted() throws Exception {
        hub = hub(target, options().heartbeat(HEARTBEAT));
        String url = listen(hub);
        UdpProxy proxy = proxy(url, 0);
        TypedEventTarget spoke = spoke(at(proxy.port(), url));
        Traffic.Reader atTheTarget = reader(target);
        Traffic.Publisher publisher = publisher(spoke, "one", atTheTarget);
        eventually(() -> assertTrue(publisher.confirmed() > 100));
        proxy.swallow();
        int confirmed = publisher.confirmed();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        proxy.deliver();
        eventually(() -> assertTrue(publisher.confirmed() > confirmed + 100));
        int published = result(publisher.stop());
        assertEquals(List.of(), publisher.failures());
        eventually(() -> atTheTarget.assertHeard(publisher.topic(), published));
    }

    @Test
    void whoeverIsHalfOpenIsFoundByBothSides() throws Exception {
        hub = hub(target, options().heartbeat(HEARTBEAT));
        String url = listen(hub);
        UdpProxy proxy = proxy(url, 0);
        listen(spoke(at(proxy.port(), url)));
        publish(1, 5);
        assertHeard(1, 5);
        proxy.cut();
        publish(6, 10);
        // the spoke hears nothing, opens another connection, and goes on with its session
        eventually(() -> assertTrue(proxy.connections() >= 2));
        assertHeard(1, 10);
        assertEquals(List.of(), errors);
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    @Test
    void aHubFindsWhoeverIsHalfOpen() throws Exception {
        hub = hub(target, options().heartbeat(HEARTBEAT));
        String url = listen(hub);
        UdpProxy proxy = proxy(url, 0);
        listen(spoke(at(proxy.port(), url)));
        // first: a spoke that looks for another connection at once finds nobody
        proxy.leadTo(Ports.free());
        proxy.cut();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
    }
}
