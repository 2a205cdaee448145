package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers send what they should not, thousands of messages a run, while others go on. The seed is in each failure's message;
 * {@code -Dfuzz.seed=…} repeats it.
 */
class HostilePeerTest extends LinkTest {
    private static final EventType<Integer> NUMBER = EventType.of("honest.n", Integer.class);
    private static final int LINKS = 400;
    private static final int SPOKES = 60;
    private static final int MESSAGES = 20;

    /** What an event loop may be away for, which is long for a machine that does other things. */
    private static final long MOST_NANOS = 20_000_000_000L;

    private final long seed = Long.getLong("fuzz.seed", new Random().nextLong());
    private final Fuzzer fuzzer = new Fuzzer(seed);
    private final TypedEventTarget target = memory("&history=100");

    private enum Before {
        NOTHING,
        PLAIN,
        HELLO
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theHubGoesOnWhateverPeersSend(boolean text) {
        Hub hub = hub(
                target,
                options()
                        .maxMessage(1 << 20)
                        .maxBatch(100)
                        .maxSubscriptions(50)
                        .maxSessions(20)
                        .maxQueued(2000, 4 << 20)
                        .slowSpokes(SlowSpokePolicy.DROP_OLDEST));
        Probe probe = new Probe();
        List<Integer> plainly = new CopyOnWriteArrayList<>();
        List<Integer> asSpoke = new CopyOnWriteArrayList<>();
        TypedEventTarget spoke = spoke(hub);
        for (TypedEventTarget one : List.of(spoke, spoke(hub, "&codec=cbor"))) {
            ready(one.addEventListener(NUMBER, event -> asSpoke.add(event.detail())));
            ready(one.addEventListener(EventType.of("noise.>", JsonNode.class), event -> {}));
        }
        ready(target.addEventListener(NUMBER, event -> plainly.add(event.detail())));

        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < LINKS; i++) {
            RawPeer peer = peer(hub);
            attack(peer, text);
            peers.add(peer);
            result(spoke.dispatchEvent(TypedEvent.of(NUMBER, i)));
            if (peers.size() > 20) {
                peers.remove(0).link().cut();
            }
            assertTrue(hub.status().sessions() <= 20, this::seed);
            hub.status().links().forEach(link -> assertTrue(link.queued() <= 2000, this::seed));
        }
        List<Integer> all = IntStream.range(0, LINKS).boxed().toList();
        List<Integer> twice = all.stream().flatMap(i -> Stream.of(i, i)).toList();
        eventually(() -> assertEquals(twice, asSpoke.stream().sorted().toList(), this::seed));
        assertEquals(all, plainly, this::seed);
        peers.forEach(peer -> peer.link().cut());
        eventually(() -> assertEquals(2, hub.status().links().size(), this::seed));
        assertEquals(List.of(), ErrorLog.defects(), this::seed);
        assertTrue(probe.most() < MOST_NANOS, () -> seed() + ": an event loop was away for " + probe.most() + " ns");
        peer(hub).hello("ack");
    }

    private void attack(RawPeer peer, boolean text) {
        Before before = Before.values()[fuzzer.random().nextInt(3)];
        switch (before) {
            case NOTHING -> {}
            case PLAIN -> peer.say("$subscribe", "{'types':['noise.>']}");
            case HELLO -> {
                peer.say("$hello", "{'version':1,'features':['ack','credit','resume','batch','cbor']}");
                peer.say("$subscribe", "{'sub':1,'type':'noise.>','credit':10}");
                peer.say("noise.a", "1");
            }
        }
        for (int i = 0; i < MESSAGES; i++) {
            peer.send(fuzzer.message(text), text);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void spokesGoOnWhateverTheirHubSends(boolean text) {
        Probe probe = new Probe();
        Hub sound = hub(target, options());
        List<HostileHub> hubs = new ArrayList<>();
        List<TypedEventTarget> spokes = new ArrayList<>();
        List<Integer> atTheTarget = new CopyOnWriteArrayList<>();
        ready(target.addEventListener(NUMBER, event -> atTheTarget.add(event.detail())));
        for (int i = 0; i < SPOKES; i++) {
            HostileHub hub = new HostileHub(text, new Fuzzer(seed + i));
            TypedEventTarget spoke = spoke(hub, text ? "" : "&codec=cbor");
            spoke.addEventListener(NUMBER, event -> {});
            spoke.addEventListener(EventType.of("noise.>", JsonNode.class), event -> {});
            spoke.addEventListener(
                    EventType.of("noise.a", JsonNode.class),
                    event -> {},
                    ListenerOptions.defaults().group("g"));
            spoke.dispatchEvent(TypedEvent.of(EventType.of("noise.a", Integer.class), i));
            hubs.add(hub);
            spokes.add(spoke);
        }
        hubs.forEach(hub -> eventually(() -> assertTrue(hub.hasSpoken(), this::seed)));
        hubs.forEach(hub -> hub.giveWayTo(new LocalConnector(vertx, sound)));
        int accepted = 0;
        for (TypedEventTarget spoke : spokes) {
            AsyncResult<Void> outcome = outcome(spoke.dispatchEvent(TypedEvent.of(NUMBER, accepted)));
            if (outcome.succeeded()) {
                accepted++;
            } else {
                assertInstanceOf(EventTargetException.class, outcome.cause(), this::seed);
            }
        }
        List<Integer> all = IntStream.range(0, accepted).boxed().toList();
        eventually(() -> assertEquals(all, atTheTarget, this::seed));
        spokes.forEach(spoke -> result(spoke.close()));
        assertEquals(List.of(), ErrorLog.defects(), this::seed);
        assertTrue(probe.most() < MOST_NANOS, () -> seed() + ": an event loop was away for " + probe.most() + " ns");
    }

    /** Answers a spoke as a hub does, or not, and then says what it should not. */
    private final class HostileHub implements Connector {
        private final boolean text;
        private final Fuzzer fuzzer;
        private final List<LocalLink> links = new CopyOnWriteArrayList<>();
        private final AtomicInteger spoken = new AtomicInteger();
        private volatile @Nullable Connector sound;

        HostileHub(boolean text, Fuzzer fuzzer) {
            this.text = text;
            this.fuzzer = fuzzer;
        }

        boolean hasSpoken() {
            return spoken.get() > 0;
        }

        /** No event that is published from then on comes here. */
        void giveWayTo(Connector other) {
            synchronized (this) {
                sound = other;
            }
            links.forEach(LocalLink::cut);
            links.forEach(link -> result(link.gone()));
        }

        @Override
        public synchronized Future<Link> connect(Context context) {
            Connector other = sound;
            if (other != null) {
                return other.connect(context);
            }
            LocalLink link = LocalLink.open(context, ((VertxInternal) vertx).createEventLoopContext());
            link.onDefect(ErrorLog::add);
            links.add(link);
            LocalLink end = link.other();
            end.context().runOnContext(now -> speak(new RawPeer(end)));
            return Future.succeededFuture(link);
        }

        private synchronized void speak(RawPeer peer) {
            if (fuzzer.random().nextInt(5) > 0) {
                peer.say(
                        "$welcome",
                        "{'version':1,'features':['ack','credit','resume','batch'" + (text ? "" : ",'cbor'")
                                + "],'session':'s','resumed':" + fuzzer.random().nextBoolean()
                                + ",'received':0,'heartbeat':15000,'capabilities':['ordered','groups','acknowledged',"
                                + "'wildcards','deduplicated','cross_process'],'limits':{'message':8388608,'batch':1024,'subscriptions':4096}}");
                peer.say("$subscribed", "{'sub':1}").say("$subscribed", "{'sub':2}");
            }
            for (int i = fuzzer.random().nextInt(MESSAGES); i > 0; i--) {
                peer.send(fuzzer.message(text), text);
            }
            peer.link().context().runOnContext(now -> spoken.incrementAndGet());
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }

    private String seed() {
        return "with -Dfuzz.seed=" + seed;
    }

    /** Sees how long an event loop of each kind is away. */
    private final class Probe {
        private final AtomicLong most = new AtomicLong();

        Probe() {
            for (int i = 0; i < 2; i++) {
                Context context = ((VertxInternal) vertx).createEventLoopContext();
                context.runOnContext(now -> look(System.nanoTime()));
            }
        }

        private void look(long before) {
            vertx.setTimer(10, id -> {
                long now = System.nanoTime();
                most.accumulateAndGet(now - before, Math::max);
                look(now);
            });
        }

        long most() {
            return most.get();
        }
    }
}
