package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.EmbeddedRedis;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Hubs on one Redis are one cluster. */
class TwoHubsTest extends FaultTest {
    private final String prefix = "hubs-" + UUID.randomUUID();

    private Hub hub() {
        TypedEventTarget target = EventTargets.open(
                hubVertx,
                EmbeddedRedis.sharedUrl() + "?closeTimeout=1s&prefix=" + prefix + "&name=" + UUID.randomUUID());
        use(() -> result(target.close().otherwiseEmpty()));
        return hub(target, options().heartbeat(Duration.ofMillis(700)));
    }

    @Test
    void aSpokeOfOneHearsASpokeOfTheOther() {
        TypedEventTarget one = spoke(listen(hub()));
        TypedEventTarget two = spoke(listen(hub()));
        Traffic.Reader atOne = reader(one);
        Traffic.Reader atTwo = reader(two);
        Traffic.Publisher fromOne = publisher(one, "one", atOne, atTwo);
        Traffic.Publisher fromTwo = publisher(two, "two", atOne, atTwo);
        for (Traffic.Publisher publisher : List.of(fromOne, fromTwo)) {
            eventually(() -> assertTrue(publisher.confirmed() > 200));
            int published = result(publisher.stop());
            assertEquals(List.of(), publisher.failures());
            eventually(() -> atOne.assertHeard(publisher.topic(), published));
            eventually(() -> atTwo.assertHeard(publisher.topic(), published));
        }
    }

    @Test
    void aGroupSpansHubs() {
        Set<Integer> heard = ConcurrentHashMap.newKeySet();
        Set<Integer> twice = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 2; i++) {
            ready(spoke(listen(hub()))
                    .addEventListener(
                            Traffic.ALL,
                            event -> {
                                if (!heard.add(event.detail())) {
                                    twice.add(event.detail());
                                }
                            },
                            ListenerOptions.defaults().group("billing")));
        }
        Traffic.Publisher publisher = publisher(spoke(listen(hub())), "one");
        eventually(() -> assertTrue(heard.size() > 200));
        int published = result(publisher.stop());
        eventually(() -> assertEquals(published, heard.size()));
        assertEquals(Set.of(), twice);
    }

    @Test
    void aSpokeGoesOnAtTheOtherHub() throws Exception {
        Traffic.Reader reader = new Traffic.Reader();
        goesOnAtTheOtherHub("traffic.elsewhere", reader);
        assertEquals(List.of(), reader.errors());
    }

    /** A position on Redis is that of one type: others may not have been so far, or farther. */
    @Test
    void aPatternGoesOnAtTheOtherHubAndIsToldThatEventsMayBeMissing() throws Exception {
        Traffic.Reader reader = new Traffic.Reader().mayDiffer();
        goesOnAtTheOtherHub("traffic.*", reader);
        assertFalse(reader.errors().isEmpty());
        assertTrue(
                reader.errors().stream().allMatch(GapException.class::isInstance),
                () -> reader.errors().toString());
    }

    private void goesOnAtTheOtherHub(String listening, Traffic.Reader reader) throws Exception {
        String first = listen(hub());
        String other = listen(hub());
        UdpProxy proxy = proxy(first, 0);
        TypedEventTarget moving = spoke(at(proxy.port(), first), "&capabilities=replay,persistent");
        ready(moving.addEventListener(
                EventType.of(listening, Integer.class),
                reader::handle,
                ListenerOptions.defaults().onError(reader::failed)));
        Traffic.Publisher elsewhere = publisher(spoke(first), "elsewhere", reader);
        Traffic.Publisher moved = publisher(moving, "moved");
        awaitMore(reader, elsewhere, moved);
        for (int move = 0; move < 3; move++) {
            proxy.moveTo(port(move % 2 == 0 ? other : first));
            awaitMore(reader, elsewhere, moved);
        }
        int published = result(elsewhere.stop());
        result(moved.stop());
        assertEquals(List.of(), elsewhere.failures());
        assertEquals(List.of(), moved.failures());
        eventually(() -> reader.assertHeard(elsewhere.topic(), published));
    }

    private static void awaitMore(Traffic.Reader reader, Traffic.Publisher heard, Traffic.Publisher confirmed) {
        int heardBefore = reader.heard(heard.topic());
        int confirmedBefore = confirmed.confirmed();
        eventually(() -> assertTrue(reader.heard(heard.topic()) > heardBefore + 50));
        eventually(() -> assertTrue(confirmed.confirmed() > confirmedBefore + 50));
    }

    @Test
    void aHubThatClosesSendsItsSpokesToTheOther() throws Exception {
        Hub closing = hub();
        String other = listen(hub());
        String url = listen(closing);
        UdpProxy proxy = proxy(url, 0);
        TypedEventTarget moving = spoke(at(proxy.port(), url), "&capabilities=replay,persistent");
        Traffic.Reader reader = new Traffic.Reader();
        ready(moving.addEventListener(
                EventType.of("traffic.moving", Integer.class),
                reader::handle,
                ListenerOptions.defaults().onError(reader::failed)));
        Traffic.Publisher publisher = publisher(moving, "moving", reader);
        eventually(() -> assertTrue(reader.heard(publisher.topic()) > 200));
        proxy.leadTo(port(other));
        result(closing.close());
        int confirmed = publisher.confirmed();
        eventually(() -> assertTrue(publisher.confirmed() > confirmed + 200));
        int published = result(publisher.stop());
        assertEquals(List.of(), publisher.failures());
        eventually(() -> reader.assertHeard(publisher.topic(), published));
        assertEquals(List.of(), reader.errors());
    }
}
