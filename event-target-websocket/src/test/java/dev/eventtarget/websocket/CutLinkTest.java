package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections are cut at random bytes, in both directions, while events go both ways. */
class CutLinkTest extends FaultTest {
    private static final int CUTS = 20;

    /** A burst of traffic is some 3 KB. */
    private static final int FARTHEST = 8_000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final TypedEventTarget target = memory();

    @ParameterizedTest
    @ValueSource(strings = {"json", "cbor"})
    void everythingIsHeardOnceAndInOrder(String codec) throws Exception {
        Hub hub = hub(target, options());
        TcpProxy proxy = TcpProxy.start(vertx, listen(hub));
        TypedEventTarget one = spoke(proxy.url(), "&codec=" + codec);
        TypedEventTarget two = spoke(proxy.url(), "&codec=" + codec);
        Traffic.Reader atTheTarget = reader(target);
        Traffic.Reader atOne = reader(one);
        Traffic.Reader atTwo = reader(two);
        Traffic.Publisher fromOne = publisher(one, "one", atOne, atTwo);
        Traffic.Publisher fromTwo = publisher(two, "two", atOne, atTwo);
        Traffic.Publisher fromTheTarget = publisher(target, "three", atOne, atTwo);

        for (int cut = 1; cut <= CUTS; cut++) {
            int cuts = cut;
            int confirmed = fromOne.confirmed();
            int heard = atTwo.heard(fromOne.topic());
            if (random.nextBoolean()) {
                proxy.cutUpAfter(1 + random.nextInt(FARTHEST));
            } else {
                proxy.cutDownAfter(1 + random.nextInt(FARTHEST));
            }
            eventually(() -> assertTrue(proxy.cuts() >= cuts, this::seed));
            eventually(() -> assertTrue(fromOne.confirmed() > confirmed, this::seed));
            eventually(() -> assertTrue(atTwo.heard(fromOne.topic()) > heard, this::seed));
        }

        for (Traffic.Publisher publisher : List.of(fromOne, fromTwo, fromTheTarget)) {
            int published = result(publisher.stop());
            assertEquals(List.of(), publisher.failures(), this::seed);
            for (Traffic.Reader reader : List.of(atTheTarget, atOne, atTwo)) {
                eventually(() -> reader.assertHeard(publisher.topic(), published));
                assertEquals(List.of(), reader.errors(), this::seed);
            }
        }
        assertEquals(0, hub.status().dropped());
    }

    @Test
    void aGroupHearsEverythingOnce() throws Exception {
        Hub hub = hub(target, options());
        TcpProxy proxy = TcpProxy.start(vertx, listen(hub));
        Set<Integer> heard = ConcurrentHashMap.newKeySet();
        Set<Integer> twice = ConcurrentHashMap.newKeySet();
        ListenerOptions billing = ListenerOptions.defaults().group("billing");
        for (int member = 0; member < 2; member++) {
            ready(spoke(proxy.url())
                    .addEventListener(
                            Traffic.ALL,
                            event -> {
                                if (!heard.add(event.detail())) {
                                    twice.add(event.detail());
                                }
                            },
                            billing));
        }
        Traffic.Publisher publisher = publisher(target, "one");
        for (int cut = 1; cut <= CUTS; cut++) {
            int cuts = cut;
            int before = heard.size();
            if (random.nextBoolean()) {
                proxy.cutUpAfter(1 + random.nextInt(FARTHEST / 10));
            } else {
                proxy.cutDownAfter(1 + random.nextInt(FARTHEST));
            }
            eventually(() -> assertTrue(proxy.cuts() >= cuts, this::seed));
            eventually(() -> assertTrue(heard.size() > before, this::seed));
        }
        result(publisher.stop());
        // while members are away, publishers are told that too much waits
        eventually(() -> assertEquals(publisher.confirmed(), heard.size(), this::seed));
        assertEquals(Set.of(), twice, this::seed);
    }

    @Test
    void aPublisherIsKnownAgainWhenItsSessionIsOver() throws Exception {
        Hub hub = hub(target, options().sessionTimeout(Duration.ofMillis(1)));
        TcpProxy proxy = TcpProxy.start(vertx, listen(hub));
        TypedEventTarget one = spoke(proxy.url());
        Traffic.Reader atTheTarget = reader(target);
        Traffic.Publisher publisher = publisher(one, "one");
        for (int cut = 1; cut <= CUTS; cut++) {
            int cuts = cut;
            int confirmed = publisher.confirmed();
            // what the hub has accepted and not confirmed is sent again
            proxy.cutDownAfter(1 + random.nextInt(FARTHEST / 40));
            eventually(() -> assertTrue(proxy.cuts() >= cuts, this::seed));
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
