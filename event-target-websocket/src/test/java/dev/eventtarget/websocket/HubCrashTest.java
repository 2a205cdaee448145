package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.ChildJvm;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.fixtures.link.Traffic;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A hub's process is killed, or stopped, and goes on. */
class HubCrashTest extends FaultTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);

    private final int port = Ports.free();
    private final String url = "ws://127.0.0.1:" + port + "/events";

    private ChildJvm start() throws Exception {
        ChildJvm child = use(ChildJvm.start(HubProcess.class, url));
        assertEquals(url, child.await("listening"));
        return child;
    }

    @Test
    void spokesComeBackToAHubThatWasKilled() throws Exception {
        ChildJvm child = start();
        TypedEventTarget publishing = spoke(url);
        TypedEventTarget listening = spoke(url);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        ready(listening.addEventListener(
                NUMBER,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().onError(errors::add)));
        int number = 0;
        for (int crash = 0; crash < 2; crash++) {
            Map<Integer, Future<Void>> outcomes = new TreeMap<>();
            for (int i = 0; i < 500; i++) {
                outcomes.put(number, publishing.dispatchEvent(TypedEvent.of(NUMBER, number++)));
            }
            child.kill();
            for (int i = 0; i < 500; i++) {
                outcomes.put(number, publishing.dispatchEvent(TypedEvent.of(NUMBER, number++)));
            }
            int gaps = errors.size();
            child = start();
            for (Future<Void> outcome : outcomes.values()) {
                result(outcome);
            }
            // what the dead hub had accepted and not delivered is lost, and that is said
            eventually(() -> assertTrue(errors.size() > gaps));
            int next = number;
            eventually(() -> {
                result(publishing.dispatchEvent(TypedEvent.of(NUMBER, next)));
                assertTrue(heard.contains(next));
            });
            number++;
        }
        assertTrue(errors.stream().allMatch(GapException.class::isInstance), errors::toString);
        List<Integer> first = new ArrayList<>();
        heard.stream().distinct().forEach(first::add);
        assertEquals(first.stream().sorted().toList(), first, "in order");
    }

    @Test
    void aHubThatWasStoppedGoesOnWhereItWas() throws Exception {
        ChildJvm child = start();
        Traffic.Reader reader = reader(spoke(url));
        Traffic.Publisher publisher = publisher(spoke(url), "one", reader);
        eventually(() -> assertTrue(reader.heard(publisher.topic()) > 100));
        child.suspend();
        int confirmed = publisher.confirmed();
        Future<Integer> stopped = publisher.stop();
        child.resume();
        int published = result(stopped);
        assertTrue(published >= confirmed);
        eventually(() -> reader.assertHeard(publisher.topic(), published));
        assertEquals(List.of(), publisher.failures());
        assertEquals(List.of(), reader.errors());
    }
}
