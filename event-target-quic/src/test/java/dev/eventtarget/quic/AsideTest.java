package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.fixtures.link.LinkRecorder;
import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.QuicStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes beside the messages of a link: large events and datagrams. */
class AsideTest extends LinkTest {
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void aside(LinkRecorder from, long sub, long number, byte[] frame) {
        from.run(() -> from.link.sendAside(sub, number, frame));
    }

    // ---- large events

    @Test
    void largeEventsGoBothWays() throws Exception {
        Pair pair = link(serve());
        assertEquals(128 << 10, pair.client().link.largeFrom());
        assertEquals(128 << 10, pair.hub().link.largeFrom());
        int[] lengths = {1, 1200, 65_515, 65_516, 65_517, 65_536, 200_000, MOST};
        for (LinkRecorder from : List.of(pair.client(), pair.hub())) {
            for (int length : lengths) {
                aside(from, Long.MAX_VALUE - length, length, bytes(length));
            }
        }
        for (LinkRecorder to : List.of(pair.hub(), pair.client())) {
            eventually(() -> assertEquals(lengths.length, to.asides.size()));
            Map<Long, LinkRecorder.Aside> byNumber =
                    to.asides.stream().collect(Collectors.toMap(LinkRecorder.Aside::number, one -> one));
            for (int length : lengths) {
                LinkRecorder.Aside aside = byNumber.get((long) length);
                assertEquals(Long.MAX_VALUE - length, aside.sub());
                assertArrayEquals(bytes(length), aside.frame());
            }
        }
    }

    @Test
    void anyNumberMayWait() throws Exception {
        Pair pair = link(serve());
        int count = 300;
        for (int i = 0; i < count; i++) {
            aside(pair.client(), 0, i, bytes(10_000 + i));
        }
        eventually(() -> assertEquals(count, pair.hub().asides.size()));
        for (LinkRecorder.Aside aside : pair.hub().asides) {
            assertArrayEquals(bytes(10_000 + (int) aside.number()), aside.frame());
        }
    }

    @Test
    void messagesGoOnBesideThem() throws Exception {
        Pair pair = link(serve());
        // the large ones find no room, as the hub grants none anew while it is not read
        byte[] large = bytes(MOST);
        pair.client().run(() -> {
            for (int i = 0; i < 64; i++) {
                pair.client().link.sendAside(0, i, large);
            }
            pair.client().link.send(Unpooled.copiedBuffer(new byte[] {'{', '}'}), true);
        });
        eventually(() -> assertEquals(1, pair.hub().received.size()));
        eventually(() -> assertEquals(64, pair.hub().asides.size()));
    }

    @Test
    void aPausedLinkTakesThem() throws Exception {
        Pair pair = link(serve());
        pair.hub().run(() -> {
            pair.hub().link.pause();
            pair.client().send("{}");
        });
        aside(pair.client(), 0, 1, bytes(MOST));
        eventually(() -> assertEquals(1, pair.hub().asides.size()));
        assertEquals(0, pair.hub().received.size());
        pair.hub().run(pair.hub().link::resume);
        eventually(() -> assertEquals(1, pair.hub().received.size()));
    }

    @Test
    void theyDoNotHoldTheEndUp() throws Exception {
        Pair pair = link(serve());
        pair.client().run(() -> {
            for (int i = 0; i < 60; i++) {
                pair.client().link.sendAside(0, i, bytes(MOST));
            }
            pair.client().link.close(CloseReason.GOING_AWAY, "enough");
        });
        assertClosed(pair.hub(), CloseReason.GOING_AWAY, "enough");
        assertClosed(pair.client(), CloseReason.GOING_AWAY, "enough");
    }

    @Test
    void withoutThemThereAreNone() throws Exception {
        for (String[] options : List.of(new String[] {"?largeFrom=0", ""}, new String[] {"", "&largeFrom=0"})) {
            LinkRecorder client = connect(serve(options[0]).url(options[1]));
            assertEquals(Integer.MAX_VALUE, client.link.largeFrom());
            client.send("{}");
            assertEquals(Integer.MAX_VALUE, accepted().link.largeFrom());
        }
    }

    // ---- a peer that does not keep to the rules

    private static QuicStream beside(RawPeer peer) throws Exception {
        return result(peer.on(() -> peer.connection().openStream(false)));
    }

    private static Buffer header(long sub, long number, int length) {
        return Buffer.buffer().appendLong(sub).appendLong(number).appendInt(length);
    }

    private RawPeer raw() throws Exception {
        return raw(serve());
    }

    private RawPeer raw(Server server) {
        RawPeer peer = RawPeer.open(vertx, server.url(""));
        peer.send("{}");
        return peer;
    }

    private static void assertRefused(RawPeer peer, CloseReason reason) {
        JsonObject error = peer.expect("$error");
        assertEquals(reason.wireName(), error.getString("reason"));
        assertEquals(reason.code(), peer.closed().code());
    }

    @Test
    void anEventMayComeByteByByte() throws Exception {
        try (RawPeer peer = raw()) {
            QuicStream stream = beside(peer);
            Buffer bytes = header(7, 8, 3).appendString("abc");
            for (int i = 0; i < bytes.length(); i++) {
                int at = i;
                peer.on(() -> stream.write(bytes.slice(at, at + 1)));
            }
            peer.on(() -> stream.end());
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.asides.size()));
            LinkRecorder.Aside aside = hub.asides.element();
            assertEquals(7, aside.sub());
            assertEquals(8, aside.number());
            assertArrayEquals(new byte[] {'a', 'b', 'c'}, aside.frame());
            assertTrue(hub.alive.get() > 0);
        }
    }

    @Test
    void badOnesEndTheLink() throws Exception {
        List<Runnable> ends = new ArrayList<>();
        Object[][] bad = {
            {header(0, 1, MOST + 1), false, CloseReason.TOO_LARGE},
            {header(0, 1, -1), false, CloseReason.TOO_LARGE},
            {header(0, 1, 0), false, CloseReason.PROTOCOL},
            {header(0, 1, 2).appendString("abc"), false, CloseReason.PROTOCOL},
            {header(0, 1, 4).appendString("abc"), true, CloseReason.PROTOCOL},
            {header(0, 1, 4).slice(0, 11), true, CloseReason.PROTOCOL},
            {Buffer.buffer(), true, CloseReason.PROTOCOL}
        };
        Server server = serve();
        for (Object[] one : bad) {
            RawPeer peer = raw(server);
            LinkRecorder hub = accepted();
            QuicStream stream = beside(peer);
            peer.on(() -> stream.write((Buffer) one[0]));
            if ((boolean) one[1]) {
                peer.on(() -> stream.end());
            }
            ends.add(() -> {
                assertRefused(peer, (CloseReason) one[2]);
                eventually(() -> assertEquals(1, hub.closed.size()));
                assertEquals(one[2], hub.closed.element().reason());
                assertEquals(0, hub.asides.size());
            });
        }
        for (Runnable end : ends) {
            end.run();
        }
    }

    @Test
    void oneThatIsGivenUpIsForgotten() throws Exception {
        try (RawPeer peer = raw()) {
            LinkRecorder hub = accepted();
            for (int i = 0; i < 3 * AsideStreams.AT_ONCE; i++) {
                QuicStream stream = beside(peer);
                result(peer.on(() -> stream.write(header(0, 1, 100).appendString("abc"))));
                peer.on(() -> stream.reset(5));
            }
            peer.send("{}");
            eventually(() -> assertEquals(2, hub.received.size()));
            assertEquals(0, hub.asides.size());
            assertEquals(0, hub.closed.size());
        }
    }

    @Test
    void noMoreComeAtOnceThanMay() throws Exception {
        try (RawPeer peer = raw()) {
            LinkRecorder hub = accepted();
            List<Future<QuicStream>> opening = IntStream.range(0, AsideStreams.AT_ONCE + 3)
                    .mapToObj(i -> peer.on(() -> peer.connection().openStream(false)))
                    .toList();
            for (int i = 0; i < AsideStreams.AT_ONCE; i++) {
                QuicStream stream = result(opening.get(i));
                result(peer.on(() -> stream.write(header(0, 1, 3))));
            }
            peer.send("{}");
            eventually(() -> assertEquals(2, hub.received.size()));
            assertTrue(opening.stream().skip(AsideStreams.AT_ONCE).noneMatch(Future::isComplete));
            QuicStream first = result(opening.get(0));
            peer.on(() -> first.end(Buffer.buffer("abc")));
            result(opening.get(AsideStreams.AT_ONCE));
        }
    }

    @Test
    void noiseIsRefusedOrWaitedFor() throws Exception {
        Server server = serve();
        List<LinkRecorder> hubs = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            RawPeer peer = raw(server);
            QuicStream stream = beside(peer);
            byte[] noise = new byte[ThreadLocalRandom.current().nextInt(0, 100)];
            ThreadLocalRandom.current().nextBytes(noise);
            peer.on(() -> stream.end(Buffer.buffer(noise)));
            hubs.add(accepted());
        }
        for (LinkRecorder hub : hubs) {
            eventually(() -> assertEquals(1, hub.closed.size()));
            assertNotNull(hub.closed.element().reason());
        }
    }

    // ---- datagrams

    @Test
    void datagramsGoBothWays() throws Exception {
        Pair pair = link(serve());
        for (LinkRecorder from : List.of(pair.client(), pair.hub())) {
            LinkRecorder to = from == pair.client() ? pair.hub() : pair.client();
            int most = from.link.maxDatagram();
            assertTrue(most > 1000, () -> "" + most);
            // one may be lost, even here
            eventually(() -> {
                from.run(() -> from.link.sendDatagram(bytes(most)));
                assertTrue(to.datagrams.size() > 0);
            });
            assertArrayEquals(bytes(most), to.datagrams.element());
        }
    }

    @Test
    void withoutDatagramsThereAreNone() throws Exception {
        for (String[] options : List.of(new String[] {"?datagrams=false", ""}, new String[] {"", "&datagrams=false"})) {
            LinkRecorder client = connect(serve(options[0]).url(options[1]));
            client.send("{}");
            LinkRecorder hub = accepted();
            assertEquals(0, options[0].isEmpty() ? hub.link.maxDatagram() : client.link.maxDatagram());
        }
    }

    @Test
    void tooManyDatagramsAreLost() throws Exception {
        Pair pair = link(serve());
        byte[] datagram = bytes(1000);
        pair.client().run(() -> {
            for (int i = 0; i < 20_000; i++) {
                pair.client().link.sendDatagram(datagram);
            }
            pair.client().link.send(Unpooled.copiedBuffer(new byte[] {'{', '}'}), true);
        });
        eventually(() -> assertEquals(1, pair.hub().received.size()));
        assertTrue(pair.hub().datagrams.size() <= 20_000);
        assertEquals(0, pair.hub().closed.size());
    }
}
