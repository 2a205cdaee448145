package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.Traffic;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubStatus.LinkStatus;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The network loses, delays, reorders and doubles datagrams, changes ports and is away: events know nothing of it. */
class BadNetworkTest extends FaultTest {
    private static final Conditions TWO_PERCENT = Conditions.PERFECT
            .loss(0.02)
            .delay(Duration.ofMillis(5))
            .jitter(Duration.ofMillis(5))
            .duplication(0.01);
    private static final int ENOUGH = 500;

    private static final Duration HEARTBEAT = Duration.ofMillis(700);

    private final long seed = Long.getLong("network.seed", new Random().nextLong());
    private final TypedEventTarget target = memory();

    private Hub hub;
    private UdpProxy proxy;
    private Traffic.Reader atTheTarget;
    private Traffic.Reader atOne;
    private Traffic.Reader atTwo;
    private Traffic.Publisher fromOne;
    private Traffic.Publisher fromTheTarget;

    /** Two spokes over the proxy, with traffic from and to them. */
    private void start(Duration heartbeat) throws Exception {
        hub = hub(target, options().heartbeat(heartbeat).maxQueued(1 << 20, 1 << 30));
        String url = listen(hub);
        proxy = proxy(url, seed);
        TypedEventTarget one = spoke(at(proxy.port(), url));
        TypedEventTarget two = spoke(at(proxy.port(), url));
        atTheTarget = reader(target);
        atOne = reader(one);
        atTwo = reader(two);
        fromOne = publisher(one, "one", atOne, atTwo);
        fromTheTarget = publisher(target, "two", atOne, atTwo);
    }

    /** Waits until so many more have come all the way, in both directions. */
    private void awaitMore(int events) {
        int up = atTheTarget.heard(fromOne.topic());
        int through = atTwo.heard(fromOne.topic());
        int down = atOne.heard(fromTheTarget.topic());
        int confirmed = fromOne.confirmed();
        eventually(() -> {
            assertTrue(atTheTarget.heard(fromOne.topic()) > up + events, this::state);
            assertTrue(atTwo.heard(fromOne.topic()) > through + events, this::state);
            assertTrue(atOne.heard(fromTheTarget.topic()) > down + events, this::state);
            assertTrue(fromOne.confirmed() > confirmed + events, this::state);
        });
    }

    /** Nothing is missing, nothing came twice, and all in order. */
    private void assertAllHeard() {
        for (Traffic.Publisher publisher : List.of(fromOne, fromTheTarget)) {
            int published = result(publisher.stop());
            assertEquals(List.of(), publisher.failures(), this::state);
            for (Traffic.Reader reader : List.of(atTheTarget, atOne, atTwo)) {
                eventually(() -> reader.assertHeard(publisher.topic(), published));
                assertEquals(List.of(), reader.errors(), this::state);
            }
        }
    }

    private List<Instant> links() {
        return hub.status().links().stream().map(LinkStatus::since).sorted().toList();
    }

    private String state() {
        return "with -Dnetwork.seed=" + seed + ": " + proxy.arrived() + " datagrams, " + proxy.lost() + " lost, "
                + proxy.overtaken() + " overtaken, " + proxy.duplicated() + " twice, " + proxy.connections()
                + " connections, " + hub.status();
    }

    @Test
    void twoPercentLossAndReordering() throws Exception {
        start(Duration.ofSeconds(15));
        awaitMore(1);
        proxy.conditions(TWO_PERCENT);
        awaitMore(ENOUGH);
        awaitMore(ENOUGH);
        eventually(() -> assertTrue(proxy.lost() > 0 && proxy.overtaken() > 0 && proxy.duplicated() > 0, this::state));
        assertAllHeard();
        assertEquals(2, proxy.connections(), "the connections are those of the beginning");
    }

    @Test
    void connectionsComeAboutWhereAFifthIsLost() throws Exception {
        hub = hub(target, options());
        String url = listen(hub);
        proxy = proxy(url, seed);
        proxy.conditions(
                Conditions.PERFECT.loss(0.2).delay(Duration.ofMillis(2)).jitter(Duration.ofMillis(3)));
        TypedEventTarget spoke = spoke(at(proxy.port(), url));
        List<Integer> heard = new CopyOnWriteArrayList<>();
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        EventType<Integer> number = EventType.of("n", Integer.class);
        ready(spoke.addEventListener(
                number,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().onError(errors::add)));
        List<Integer> all = IntStream.range(0, ENOUGH).boxed().toList();
        List<Future<Void>> outcomes = all.stream()
                .map(i -> spoke.dispatchEvent(TypedEvent.of(number, i)))
                .toList();
        outcomes.forEach(FaultTest::result);
        eventually(() -> assertEquals(all, heard, this::state));
        assertEquals(List.of(), errors, this::state);
        assertTrue(proxy.lost() > 0, this::state);
    }

    @Test
    void aFifthIsLostForAWhile() throws Exception {
        start(Duration.ofSeconds(15));
        awaitMore(1);
        proxy.conditions(Conditions.PERFECT.loss(0.2).delay(Duration.ofMillis(2)));
        awaitMore(100);
        eventually(() -> assertTrue(proxy.lost() > 0, this::state));
        proxy.conditions(Conditions.PERFECT);
        awaitMore(100);
        assertAllHeard();
    }

    @Test
    void aNarrowLineSlowsPublishersDown() throws Exception {
        start(Duration.ofSeconds(15));
        awaitMore(1);
        proxy.conditions(Conditions.PERFECT.bandwidth(200_000, 30_000));
        awaitMore(ENOUGH);
        proxy.conditions(Conditions.PERFECT);
        assertAllHeard();
        assertEquals(2, proxy.connections(), this::state);
    }

    @Test
    void aNatThatRebindsWhileNothingIsUnderWay() throws Exception {
        hub = hub(target, options());
        String url = listen(hub);
        proxy = proxy(url, seed);
        TypedEventTarget spoke = spoke(at(proxy.port(), url));
        List<Integer> heard = new CopyOnWriteArrayList<>();
        EventType<Integer> number = EventType.of("n", Integer.class);
        ready(spoke.addEventListener(number, event -> heard.add(event.detail())));
        result(spoke.dispatchEvent(TypedEvent.of(number, 1)));
        eventually(() -> assertEquals(List.of(1), heard));
        awaitSilence();
        proxy.rebind();
        result(spoke.dispatchEvent(TypedEvent.of(number, 2)));
        result(target.dispatchEvent(TypedEvent.of(number, 3)));
        eventually(() -> assertEquals(List.of(1, 2, 3), heard, this::state));
    }

    private void awaitSilence() {
        long[] before = {-1};
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> before[0] == (before[0] = proxy.arrived()));
    }

    @Test
    void aNatThatRebindsInTheMidstOfTraffic() throws Exception {
        start(HEARTBEAT);
        awaitMore(100);
        for (int i = 0; i < 3; i++) {
            proxy.rebind();
            awaitMore(100);
        }
        assertAllHeard();
    }

    @Test
    void aShortBreakIsNoticedByNobody() throws Exception {
        start(Duration.ofSeconds(15));
        awaitMore(100);
        List<Instant> before = links();
        proxy.swallow();
        long lost = proxy.lost();
        eventually(() -> assertTrue(proxy.lost() > lost + 5, this::state));
        proxy.deliver();
        awaitMore(100);
        assertEquals(before, links());
        assertAllHeard();
    }

    @Test
    void aLongBreakEndsConnectionsAndSessionsGoOn() throws Exception {
        start(HEARTBEAT);
        awaitMore(100);
        proxy.swallow();
        eventually(() -> assertEquals(List.of(), hub.status().links(), this::state));
        proxy.deliver();
        awaitMore(100);
        assertAllHeard();
        assertTrue(proxy.connections() >= 4, this::state);
    }

    @Test
    void everythingAtOnceAndAgainAndAgain() throws Exception {
        start(HEARTBEAT);
        Random random = new Random(seed);
        proxy.conditions(TWO_PERCENT);
        awaitMore(1);
        for (int i = 0; i < 5; i++) {
            switch (random.nextInt(4)) {
                case 0 -> proxy.rebind();
                case 1 -> proxy.cut();
                case 2 -> proxy.conditions(TWO_PERCENT.jitter(Duration.ofMillis(random.nextInt(30))));
                default -> proxy.conditions(TWO_PERCENT.loss(random.nextInt(10) / 100.0));
            }
            awaitMore(50);
        }
        proxy.conditions(Conditions.PERFECT);
        assertAllHeard();
    }
}
