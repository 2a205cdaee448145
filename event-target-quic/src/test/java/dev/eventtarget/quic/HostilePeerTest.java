package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.SlowSpokePolicy;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers, and people who are no peers, send what they should not, thousands of times a run, while others go on. The seed is in
 * each failure's message; {@code -Dfuzz.seed=…} repeats it.
 */
class HostilePeerTest extends FaultTest {
    private static final EventType<Integer> NUMBER = EventType.of("honest.n", Integer.class);
    private static final int PEERS = 50;
    private static final int WRITES = 60;
    private static final int OPEN = 8;
    private static final int MOST_QUEUED = 2000;
    private static final int MOST_SESSIONS = 20;
    private static final int DATAGRAMS = 10_000;

    /** A server may send so many times what came from an address that has not shown that it gets it (RFC 9000, section 8). */
    private static final int MOST_AMPLIFICATION = 3;

    /** What an event loop may do before it looks at its timers again, in time of the processor. */
    private static final long MOST_NANOS = 2_000_000_000L;

    private final long seed = Long.getLong("fuzz.seed", new Random().nextLong());
    private final Fuzzer fuzzer = new Fuzzer(seed);
    private final TypedEventTarget target = memory("&history=100");
    private final AtomicLong busy = new AtomicLong();
    private final List<Integer> atTheTarget = new CopyOnWriteArrayList<>();
    private final List<Integer> atSpokes = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private Hub hub;
    private String url;
    private TypedEventTarget honest;
    private int published;

    @BeforeEach
    void start() {
        ErrorLog.install();
        hub = hub(
                target,
                options()
                        .maxMessage(1 << 20)
                        .maxBatch(100)
                        .maxSubscriptions(50)
                        .maxSessions(MOST_SESSIONS)
                        .maxQueued(MOST_QUEUED, 4 << 20)
                        .slowSpokes(SlowSpokePolicy.DROP_OLDEST));
        url = listen(hub);
        ready(target.addEventListener(NUMBER, event -> atTheTarget.add(event.detail())));
        for (int i = 0; i < 2; i++) {
            Context context = ((VertxInternal) hubVertx).createEventLoopContext();
            context.runOnContext(now -> look(threadNanos()));
        }
    }

    private void look(long before) {
        hubVertx.setTimer(10, id -> {
            long now = threadNanos();
            busy.accumulateAndGet(now - before, Math::max);
            look(now);
        });
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Spokes that others must not be able to harm. */
    private void honestSpokes(String url) {
        honest = spoke(url);
        for (TypedEventTarget one : List.of(honest, spoke(url, "&codec=cbor"))) {
            ready(one.addEventListener(
                    NUMBER,
                    event -> atSpokes.add(event.detail()),
                    ListenerOptions.defaults().onError(errors::add)));
            ready(one.addEventListener(
                    EventType.of("noise.>", JsonNode.class),
                    event -> {},
                    ListenerOptions.defaults().onError(ignored -> {})));
        }
    }

    private void publish() {
        result(honest.dispatchEvent(TypedEvent.of(NUMBER, published++)));
    }

    private void assertHonestHeard() {
        List<Integer> all = IntStream.range(0, published).boxed().toList();
        List<Integer> twice = all.stream().flatMap(i -> Stream.of(i, i)).toList();
        eventually(() -> assertEquals(twice, atSpokes.stream().sorted().toList(), this::seed));
        assertEquals(all, atTheTarget, this::seed);
        assertEquals(List.of(), errors, this::seed);
        assertEquals(List.of(), ErrorLog.defects(eventLoops()), this::seed);
        assertTrue(busy.get() < MOST_NANOS, () -> seed() + ": an event loop was busy for " + busy + " ns");
    }

    private Set<Thread> eventLoops() {
        return Stream.of(hubVertx, vertx)
                .flatMap(one -> StreamSupport.stream(
                        ((VertxInternal) one).nettyEventLoopGroup().spliterator(), false))
                .map(loop ->
                        loop.submit(Thread::currentThread).syncUninterruptibly().getNow())
                .collect(Collectors.toSet());
    }

    /** One more is there until the oldest, which may be another event loop's, has ended. */
    private void assertSessionsAreBounded() {
        eventually(() -> assertTrue(hub.status().sessions() <= MOST_SESSIONS, this::seed));
    }

    private String seed() {
        return "with -Dfuzz.seed=" + seed;
    }

    // ---- streams

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theHubGoesOnWhateverIsOnAStream(boolean text) {
        honestSpokes(url);
        List<RawPeer> peers = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            RawPeer peer = RawPeer.open(vertx, url);
            peers.add(peer);
            attack(peer, text);
            publish();
            if (peers.size() > OPEN) {
                leave(peers.remove(0));
            }
            assertSessionsAreBounded();
            hub.status().links().forEach(link -> assertTrue(link.queued() <= MOST_QUEUED, this::seed));
        }
        peers.forEach(RawPeer::close);
        assertHonestHeard();
        eventually(() -> assertEquals(2, hub.status().links().size(), this::seed));
        RawPeer polite = use(RawPeer.open(vertx, url));
        polite.hello("ack");
    }

    /** The main stream is as it should be; what is beside it is not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theHubGoesOnWhateverIsBesideTheStream(boolean text) {
        honestSpokes(url);
        for (int i = 0; i < PEERS; i++) {
            RawPeer peer = RawPeer.open(vertx, url);
            peer.hello("ack", "credit", "resume", "batch", "cbor", "large", "datagram");
            peer.say("$subscribe", "{'sub':1,'type':'noise.>'}");
            for (int j = 0; j < WRITES && !peer.isClosed(); j++) {
                if (fuzzer.random().nextBoolean()) {
                    peer.writeAside(fuzzer.aside(text), fuzzer.random().nextInt(4) > 0);
                } else {
                    peer.writeDatagram(Buffer.buffer(fuzzer.message(text)));
                }
            }
            Future<Void> last = peer.say("$ping", "null");
            eventually(() -> assertTrue(last.isComplete() || peer.isClosed(), this::seed));
            publish();
            leave(peer);
            assertSessionsAreBounded();
        }
        assertHonestHeard();
        eventually(() -> assertEquals(2, hub.status().links().size(), this::seed));
    }

    private void attack(RawPeer peer, boolean text) {
        switch (fuzzer.random().nextInt(3)) {
            case 0 -> {}
            case 1 -> peer.say("$subscribe", "{'types':['noise.>']}");
            default ->
                peer.say(
                        "$hello",
                        "{'version':1,'features':['ack','credit','resume','batch','cbor','large','datagram']}");
        }
        if (fuzzer.random().nextInt(4) == 0) {
            peer.freeze();
        }
        for (int i = 0; i < WRITES && !peer.isClosed(); i++) {
            switch (fuzzer.random().nextInt(10)) {
                case 0 -> peer.writeAside(fuzzer.aside(text), fuzzer.random().nextInt(4) > 0);
                case 1 -> peer.writeDatagram(Buffer.buffer(fuzzer.message(text)));
                default -> peer.write(fuzzer.bytes(text));
            }
        }
        // nothing comes behind it before it is through, or the connection is gone
        Future<Void> last = peer.write(fuzzer.bytes(text));
        eventually(() -> assertTrue(last.isComplete() || peer.isClosed(), this::seed));
    }

    private void leave(RawPeer peer) {
        switch (fuzzer.random().nextInt(4)) {
            case 0 -> peer.on(() -> peer.stream().reset(fuzzer.random().nextInt(100)));
            case 1 -> peer.on(() -> peer.stream().end());
            case 2 -> peer.on(() -> peer.stream().abort(fuzzer.random().nextInt(100)));
            default -> {}
        }
        peer.close();
    }

    // ---- datagrams

    @Test
    void theHubGoesOnWhateverComesToItsPort() throws Exception {
        honestSpokes(url);
        List<DatagramSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(use(new DatagramSocket(0, InetAddress.getLoopbackAddress())));
        }
        for (int i = 0; i < DATAGRAMS; i++) {
            send(sockets.get(i % sockets.size()), fuzzer.datagram(), port(url));
            if (i % 100 == 0) {
                publish();
            }
        }
        assertHonestHeard();
        assertEquals(2, hub.status().links().size(), this::seed);
        ready(spoke(url).addEventListener(NUMBER, event -> {}));
    }

    private static void send(DatagramSocket from, byte[] datagram, int port) throws IOException {
        from.send(new DatagramPacket(datagram, datagram.length, InetAddress.getLoopbackAddress(), port));
    }

    /** Somebody on the way sends damaged copies along, before and after the real ones, from the first on. */
    @Test
    void damagedDatagramsAmongTheRealOnesHarmNobody() throws Exception {
        UdpProxy proxy = proxy(url, seed);
        proxy.tamperer((way, datagram) -> switch (fuzzer.random().nextInt(4)) {
            case 0 -> List.of(fuzzer.damagedDatagram(datagram), datagram);
            case 1 -> List.of(datagram, fuzzer.damagedDatagram(datagram));
            case 2 -> List.of(datagram, fuzzer.datagram(), datagram);
            default -> List.of(datagram);
        });
        honestSpokes(at(proxy.port(), url));
        for (int i = 0; i < 500; i++) {
            publish();
        }
        assertHonestHeard();
        assertEquals(2, proxy.connections(), this::seed);
        assertEquals(2, hub.status().links().size(), this::seed);
    }

    /** Real datagrams come once more, in another order and from other places, and damaged as well. */
    @Test
    void repeatedDatagramsHarmNobody() throws Exception {
        UdpProxy proxy = proxy(url, seed);
        List<byte[]> seen = new CopyOnWriteArrayList<>();
        proxy.tamperer((way, datagram) -> {
            if (way == UdpProxy.Way.UP) {
                seen.add(datagram);
            }
            return List.of(datagram);
        });
        honestSpokes(at(proxy.port(), url));
        publish();
        DatagramSocket elsewhere = use(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
        for (int i = 0; i < DATAGRAMS / 2; i++) {
            byte[] datagram = seen.get(fuzzer.random().nextInt(seen.size()));
            send(elsewhere, fuzzer.random().nextBoolean() ? datagram : fuzzer.damagedDatagram(datagram), port(url));
            if (i % 50 == 0) {
                publish();
            }
        }
        assertHonestHeard();
        assertEquals(2, hub.status().links().size(), this::seed);
    }

    /** What begins a connection, from somebody who never answers, brings little more than it costs. */
    @Test
    void theHubDoesNotAmplify() throws Exception {
        UdpProxy proxy = proxy(url, seed);
        List<byte[]> seen = new CopyOnWriteArrayList<>();
        proxy.tamperer((way, datagram) -> {
            seen.add(datagram);
            return List.of(datagram);
        });
        honestSpokes(at(proxy.port(), url));
        byte[] first = seen.get(0);
        DatagramSocket victim = use(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
        victim.setSoTimeout((int) PATIENCE.toMillis());
        long sent = 0;
        long received = 0;
        for (int i = 0; i < 50; i++) {
            byte[] initial = first.clone();
            // another connection each time (RFC 9000, section 17.2: the destination's id begins at the sixth byte)
            initial[6] = (byte) i;
            send(victim, initial, port(url));
            sent += initial.length;
        }
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                victim.receive(packet);
                received += packet.getLength();
                victim.setSoTimeout(500);
            }
        } catch (SocketTimeoutException e) {
            // that was all
        }
        long all = received;
        assertTrue(all > 0, "nothing was answered, so nothing was looked at");
        assertTrue(all <= MOST_AMPLIFICATION * sent, () -> all + " bytes were sent");
        publish();
        assertHonestHeard();
    }
}
