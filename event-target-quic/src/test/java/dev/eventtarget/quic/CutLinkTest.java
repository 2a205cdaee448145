package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections are cut while events go both ways. Nobody is told: each side has to find out. */
class CutLinkTest extends FaultTest {
    private static final int CUTS = 3;
    private static final Duration HEARTBEAT = Duration.ofMillis(700);

    private final long seed = new Random().nextLong();
    private final TypedEventTarget target = memory();

    private HubOptions patient() {
        return options().heartbeat(HEARTBEAT).maxQueued(1 << 20, 1 << 30);
    }

    /** Cuts all connections, and waits until so many spokes have begun to connect again. */
    private void cut(UdpProxy proxy, int spokes) {
        int before = proxy.connections();
        proxy.cut();
        eventually(() -> assertTrue(proxy.connections() >= before + spokes, this::seed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "cbor"})
    void everythingIsHeardOnceAndInOrder(String codec) throws Exception {
        Hub hub = hub(target, patient());
        String url = listen(hub);
        UdpProxy proxy = proxy(url, seed);
        TypedEventTarget one = spoke(at(proxy.port(), url), "&codec=" + codec);
        TypedEventTarget two = spoke(at(proxy.port(), url), "&codec=" + codec);
        Traffic.Reader atTheTarget = reader(target);
        Traffic.Reader atOne = reader(one);
        Traffic.Reader atTwo = reader(two);
        Traffic.Publisher fromOne = publisher(one, "one", atOne, atTwo);
        Traffic.Publisher fromTwo = publisher(two, "two", atOne, atTwo);
        Traffic.Publisher fromTheTarget = publisher(target, "three", atOne, atTwo);
        eventually(() -> assertTrue(atTwo.heard(fromOne.topic()) > 0));

        for (int cut = 1; cut <= CUTS; cut++) {
            cut(proxy, 2);
            int confirmed = fromOne.confirmed();
            int heard = atTwo.heard(fromOne.topic());
            eventually(() -> assertTrue(fromOne.confirmed() > confirmed, this::seed));
            eventually(() -> assertTrue(atTwo.heard(fromOne.topic()) > heard, this::seed));
        }

        for (Traffic.Publisher publisher : List.of(fromOne, fromTwo, fromTheTarget)) {
            int published = result(publisher.stop());
            assertEquals(List.of(), publisher.failures(), this::seed);
            for (Traffic.Reader reader : List.of(atTheTarget, atOne, atTwo)) {
                assertEquals(List.of(), reader.errors(), this::seed);
                eventually(() -> reader.assertHeard(publisher.topic(), published));
            }
        }
        assertEquals(0, hub.status().dropped());
        eventually(() -> assertEquals(2, hub.status().links().size()));
    }

    @Test
    void aGroupHearsEverythingOnce() throws Exception {
        String url = listen(hub(target, options().heartbeat(HEARTBEAT)));
        UdpProxy proxy = proxy(url, seed);
        Set<Integer> heard = ConcurrentHashMap.newKeySet();
        Set<Integer> twice = ConcurrentHashMap.newKeySet();
        Traffic.Reader counter = new Traffic.Reader().mayDiffer();
        ListenerOptions billing = ListenerOptions.defaults().group("billing");
        for (int member = 0; member < 2; member++) {
            ready(spoke(at(proxy.port(), url))
                    .addEventListener(
                            Traffic.ALL,
                            event -> {
                                if (!heard.add(event.detail())) {
                                    twice.add(event.detail());
                                }
                                counter.handle(event);
                            },
                            billing));
        }
        Traffic.Publisher publisher = publisher(target, "one", counter);
        for (int cut = 1; cut <= CUTS; cut++) {
            cut(proxy, 2);
            int before = heard.size();
            eventually(() -> assertTrue(heard.size() > before, this::seed));
        }
        result(publisher.stop());
        // while members are away, publishers are told that too much waits
        eventually(() -> assertEquals(publisher.confirmed(), heard.size(), this::seed));
        assertEquals(Set.of(), twice, this::seed);
    }

    @Test
    void aPublisherIsKnownAgainWhenItsSessionIsOver() throws Exception {
        String url = listen(hub(target, patient().sessionTimeout(Duration.ofMillis(1))));
        UdpProxy proxy = proxy(url, seed);
        Traffic.Reader atTheTarget = reader(target);
        Traffic.Publisher publisher = publisher(spoke(at(proxy.port(), url)), "one", atTheTarget);
        eventually(() -> assertTrue(publisher.confirmed() > 0, this::seed));
        for (int cut = 1; cut <= CUTS; cut++) {
            // what the hub has accepted and not confirmed is sent again
            cut(proxy, 1);
            int confirmed = publisher.confirmed();
            eventually(() -> assertTrue(publisher.confirmed() > confirmed, this::seed));
        }
        int published = result(publisher.stop());
        assertEquals(List.of(), publisher.failures(), this::seed);
        eventually(() -> atTheTarget.assertHeard(publisher.topic(), published));
    }

    private String seed() {
        return "with the seed " + seed;
    }
}
