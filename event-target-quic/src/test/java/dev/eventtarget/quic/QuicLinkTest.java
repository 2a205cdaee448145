package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.fixtures.link.LinkRecorder;
import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links over QUIC, on real sockets, without a hub. */
class QuicLinkTest extends LinkTest {
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        bytes[0] = (byte) 0xA1;
        return bytes;
    }

    private static String letters(int length) {
        StringBuilder text = new StringBuilder(length).append('{');
        for (int i = 1; i < length; i++) {
            text.append((char) ('a' + i * 31 % 26));
        }
        return text.toString();
    }

    private static void echo(LinkRecorder recorder) {
        recorder.then = message -> recorder.link.send(Unpooled.copiedBuffer(message.bytes()), message.isText());
    }

    private static CloseReason closeReason(LinkRecorder recorder) {
        eventually(() -> assertEquals(1, recorder.closed.size()));
        return recorder.closed.element().reason();
    }

    private static void assertClosed(RawPeer peer, CloseReason reason, String text) {
        RawPeer.Closed closed = peer.closed();
        assertEquals(reason.code(), closed.code());
        assertEquals(text.isEmpty() ? reason.wireName() : reason.wireName() + ": " + text, closed.message());
    }

    // ---- messages

    @Test
    void messagesOfAllLengthsGoBothWays() throws Exception {
        Pair pair = link(serve());
        echo(pair.hub());
        int[] lengths = {1, 4, 1024, 1200, 8191, 8192, 8193, 65_531, 65_532, 65_536, 65_537, 200_000, MOST - 1, MOST};
        for (int length : lengths) {
            pair.client().send(letters(length));
            pair.client().send(bytes(length), false);
        }
        eventually(() -> assertEquals(lengths.length * 2, pair.client().received.size()));
        for (int length : lengths) {
            LinkRecorder.Message text = pair.client().received.remove();
            assertTrue(text.isText());
            assertEquals(letters(length), text.text());
            LinkRecorder.Message binary = pair.client().received.remove();
            assertFalse(binary.isText());
            assertArrayEquals(bytes(length), binary.bytes());
        }
    }

    @Test
    void manySmallMessagesComeInOrder() throws Exception {
        Pair pair = link(serve());
        echo(pair.hub());
        int count = 100_000;
        pair.client().run(() -> {
            for (int i = 0; i < count; i++) {
                pair.client().link.send(Unpooled.copiedBuffer("{" + i, StandardCharsets.UTF_8), true);
            }
        });
        eventually(() -> assertEquals(count, pair.client().received.size()));
        for (int i = 0; i < count; i++) {
            assertEquals("{" + i, pair.client().received.remove().text());
        }
    }

    @Test
    void messagesOfAllLengthsStayInOrder() throws Exception {
        Pair pair = link(serve());
        Random random = new Random(5);
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            lengths.add(1 + (random.nextInt(20) == 0 ? random.nextInt(100_000) : random.nextInt(300)));
        }
        pair.client()
                .run(() -> lengths.forEach(
                        length -> pair.client().link.send(Unpooled.copiedBuffer(bytes(length)), false)));
        eventually(() -> assertEquals(lengths.size(), pair.hub().received.size()));
        for (int length : lengths) {
            assertArrayEquals(bytes(length), pair.hub().received.remove().bytes());
        }
    }

    @Test
    void aSingleMessageLeavesAtOnce() throws Exception {
        Pair pair = link(serve());
        pair.hub().send("{two}");
        eventually(() -> assertEquals(1, pair.client().received.size()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "[]", " 1", "\t{}", "\n{}", "\r{}", "{Grüße", "{abcdefgü", "[€€€€€€€€", "{\uFFFF\uD7FF𝄞"})
    void jsonIsTextAndAllElseIsNot(String text) throws Exception {
        Pair pair = link(serve());
        pair.client().send(text);
        pair.client().send(("x" + text).getBytes(StandardCharsets.UTF_8), true);
        eventually(() -> assertEquals(2, pair.hub().received.size()));
        LinkRecorder.Message json = pair.hub().received.remove();
        assertTrue(json.isText());
        assertEquals(text, json.text());
        assertFalse(pair.hub().received.remove().isText());
    }

    // ---- a peer that does not keep to the rules

    private RawPeer raw(Server server) {
        return RawPeer.open(vertx, server.url(""));
    }

    private static void assertError(RawPeer peer, CloseReason reason) {
        JsonObject error = peer.expect("$error");
        assertEquals(reason.wireName(), error.getString("reason"));
        assertClosed(peer, reason, error.getString("message"));
    }

    @ParameterizedTest
    @ValueSource(ints = {MOST + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void aMessageThatIsTooLongIsRefusedBeforeItHasCome(int length) throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.write(Buffer.buffer().appendInt(length));
            assertError(peer, CloseReason.TOO_LARGE);
            assertEquals(CloseReason.TOO_LARGE, closeReason(accepted()));
        }
    }

    @Test
    void aMessageOfNothingIsRefused() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.write(Buffer.buffer().appendInt(2).appendString("{}").appendInt(0));
            assertError(peer, CloseReason.PROTOCOL);
            LinkRecorder hub = accepted();
            assertEquals(CloseReason.PROTOCOL, closeReason(hub));
            assertEquals(1, hub.received.size());
        }
    }

    @Test
    void textThatIsNoUtf8IsRefused() throws Exception {
        byte[][] texts = {{'{', (byte) 0xC3, '}'}, {'[', (byte) 0xFF}, {' ', (byte) 0xED, (byte) 0xA0, (byte) 0x80}};
        Server server = serve();
        List<RawPeer> peers = new ArrayList<>();
        List<LinkRecorder> hubs = new ArrayList<>();
        for (byte[] text : texts) {
            RawPeer peer = raw(server);
            peer.write(RawPeer.framed(Buffer.buffer(text)));
            peers.add(peer);
            hubs.add(accepted());
        }
        for (RawPeer peer : peers) {
            assertError(peer, CloseReason.MALFORMED);
        }
        for (LinkRecorder hub : hubs) {
            assertEquals(CloseReason.MALFORMED, closeReason(hub));
        }
    }

    @Test
    void messagesMayComeByteByByte() throws Exception {
        try (RawPeer peer = raw(serve())) {
            Buffer bytes = RawPeer.framed(Buffer.buffer("{one}")).appendBuffer(RawPeer.framed(Buffer.buffer("{two}")));
            for (int i = 0; i < bytes.length(); i++) {
                peer.write(bytes.slice(i, i + 1));
            }
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(2, hub.received.size()));
            assertEquals("{one}", hub.received.remove().text());
            assertEquals("{two}", hub.received.remove().text());
        }
    }

    @Test
    void partsOfAMessageAreASignOfLife() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.write(Buffer.buffer().appendInt(10).appendString("{"));
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.alive.get()));
            peer.write(Buffer.buffer("x"));
            eventually(() -> assertEquals(2, hub.alive.get()));
            assertEquals(0, hub.received.size());
        }
    }

    @Test
    void noiseIsRefusedOrWaitedFor() throws Exception {
        Server server = serve();
        List<LinkRecorder> hubs = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            RawPeer peer = raw(server);
            byte[] noise = new byte[ThreadLocalRandom.current().nextInt(1, 4096)];
            ThreadLocalRandom.current().nextBytes(noise);
            peer.write(Buffer.buffer(noise));
            hubs.add(accepted());
            peer.on(() -> peer.stream().end());
        }
        for (LinkRecorder hub : hubs) {
            eventually(() -> assertEquals(1, hub.closed.size()));
        }
    }

    // ---- the end

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void theReasonOfAClosingIsTold(CloseReason reason) throws Exception {
        Server server = serve();
        Pair pair = link(server);
        pair.hub().send("{last}");
        pair.hub().close(reason, "because: of that");
        assertClosed(pair.client(), reason, "because: of that");
        assertClosed(pair.hub(), reason, "because: of that");
        assertEquals("{last}", pair.client().received.element().text());

        Pair second = link(server);
        second.client().close(reason, "");
        assertClosed(second.hub(), reason, "");
        assertClosed(second.client(), reason, "");
    }

    @Test
    void aLongReasonIsCutBetweenCharacters() throws Exception {
        Pair pair = link(serve());
        pair.hub().close(CloseReason.INTERNAL, "x" + "€".repeat(500));
        assertClosed(pair.client(), CloseReason.INTERNAL, "x" + "€".repeat(81));
    }

    @Test
    void whatWasSentBeforeTheClosingComesFirst() throws Exception {
        Pair pair = link(serve());
        int count = 200;
        pair.hub().run(() -> {
            for (int i = 0; i < count; i++) {
                pair.hub().link.send(Unpooled.copiedBuffer(bytes(50_000)), false);
            }
            pair.hub().link.close(CloseReason.GOING_AWAY, "that was all");
        });
        assertClosed(pair.client(), CloseReason.GOING_AWAY, "that was all");
        assertClosed(pair.hub(), CloseReason.GOING_AWAY, "that was all");
        assertEquals(count, pair.client().received.size());
    }

    @Test
    void bothMayCloseAtOnce() throws Exception {
        Pair pair = link(serve());
        pair.hub().close(CloseReason.GOING_AWAY, "hub");
        pair.client().close(CloseReason.BYE, "spoke");
        // each by its own reason, or by that of the other, if that was faster
        for (LinkRecorder side : List.of(pair.hub(), pair.client())) {
            assertTrue(List.of(CloseReason.GOING_AWAY, CloseReason.BYE).contains(closeReason(side)));
        }
    }

    @Test
    void thePeersCodeIsEnoughOfAReason() throws Exception {
        Server server = serve();
        Object[][] expected = {
            {1001, "", CloseReason.GOING_AWAY, ""},
            {1013, "mm", CloseReason.SLOW_CONSUMER, "mm"},
            {1013, "overloaded: later", CloseReason.OVERLOADED, "later"},
            {4000, "own", null, "Closed with code 4000: own"},
            {0, "", null, "Closed with code 0"}
        };
        for (Object[] one : expected) {
            LinkRecorder client = connect(server);
            client.send("{}");
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.received.size()));
            NodeConnection connection = connections.remove();
            connection.context().runOnContext(now -> connection.close((int) one[0], ((String) one[1]).getBytes()));
            assertClosed(client, (CloseReason) one[2], (String) one[3]);
        }
    }

    @Test
    void aPeerThatEndsTheStreamHasItAnswered() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.send("{'a':1}");
            LinkRecorder hub = accepted();
            peer.on(() -> peer.stream().end());
            assertClosed(peer, CloseReason.BYE, "The peer has ended the stream");
            assertClosed(hub, null, "The peer has ended the stream");
            assertEquals(1, hub.received.size());
        }
    }

    @Test
    void aPeerThatEndsTheStreamWithinAMessageIsLost() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.write(Buffer.buffer().appendInt(10).appendString("{"));
            LinkRecorder hub = accepted();
            peer.on(() -> peer.stream().end());
            assertClosed(hub, null, "The peer has ended the stream within a message");
            assertEquals(0, hub.received.size());
        }
    }

    @Test
    void aPeerThatResetsTheStreamIsLost() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.send("{}");
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.received.size()));
            peer.on(() -> peer.stream().reset(7));
            assertNull(closeReason(hub));
            assertClosed(peer, CloseReason.PROTOCOL, "The peer has reset the stream");
        }
    }

    @Test
    void aPeerThatWantsNothingMoreIsLost() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.send("{}");
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.received.size()));
            peer.on(() -> peer.stream().abort(7));
            eventually(() -> {
                hub.send("{}");
                assertEquals(1, hub.closed.size());
            });
            assertNull(closeReason(hub));
        }
    }

    @Test
    void aServerThatClosesTakesItsLinksAlong() throws Exception {
        Server server = serve();
        Pair pair = link(server);
        result(server.server().close());
        eventually(() -> assertEquals(1, pair.client().closed.size()));
        eventually(() -> assertEquals(1, pair.hub().closed.size()));
    }

    @Test
    void aPeerThatDoesNotAnswerTheClosingDoesNotHoldItUp() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.send("{}");
            LinkRecorder hub = accepted();
            // Vert.x leaves its side of the stream open
            hub.close(CloseReason.BYE, "");
            assertClosed(peer, CloseReason.BYE, "");
            assertClosed(hub, CloseReason.BYE, "");
        }
    }

    @Test
    void aPeerThatReadsNothingDoesNotHoldTheClosingUp() throws Exception {
        try (RawPeer peer = raw(serve())) {
            peer.send("{}");
            peer.freeze();
            LinkRecorder hub = accepted();
            hub.run(() -> {
                while (hub.link.isWritable()) {
                    hub.link.send(Unpooled.copiedBuffer(bytes(100_000)), false);
                }
                hub.link.close(CloseReason.SLOW_CONSUMER, "too slow");
            });
            assertEquals(CloseReason.SLOW_CONSUMER, closeReason(hub));
            assertClosed(peer, CloseReason.SLOW_CONSUMER, "too slow");
        }
    }

    // ---- flow control

    @Test
    void whatAPausedLinkIsSentWaitsAtThePeer() throws Exception {
        Pair pair = link(serve());
        LinkRecorder client = pair.client();
        LinkRecorder hub = pair.hub();
        hub.then = message -> hub.link.pause();
        byte[] message = bytes(10_000);
        int count = 5000;
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean full = new AtomicBoolean();
        client.thenWritable = () -> {
            while (sent.get() < count && client.link.isWritable()) {
                client.link.send(Unpooled.copiedBuffer(message), false);
                sent.incrementAndGet();
            }
            full.set(!client.link.isWritable());
        };
        client.run(client.thenWritable);
        // what fits into the window has gone; the rest waits
        eventually(() -> assertTrue(full.get() && sent.get() > 50));
        eventually(() -> assertEquals(1, hub.received.size()));
        assertTrue(sent.get() < count);
        assertEquals(1, hub.received.size());
        hub.then = ignored -> {};
        hub.run(hub.link::resume);
        eventually(() -> assertEquals(count, hub.received.size()));
    }

    @Test
    void afterAPauseNothingIsHandedOverOutOfTurn() throws Exception {
        Pair pair = link(serve());
        LinkRecorder hub = pair.hub();
        // pauses after each message, and goes on a turn later
        hub.then = message -> {
            hub.link.pause();
            hub.run(hub.link::resume);
        };
        int count = 20_000;
        pair.client().run(() -> {
            for (int i = 0; i < count; i++) {
                pair.client().link.send(Unpooled.copiedBuffer("{" + i, StandardCharsets.UTF_8), true);
            }
        });
        eventually(() -> assertEquals(count, hub.received.size()));
        for (int i = 0; i < count; i++) {
            assertEquals("{" + i, hub.received.remove().text());
        }
    }

    @Test
    void aPausedLinkStillCloses() throws Exception {
        Pair pair = link(serve());
        LinkRecorder hub = pair.hub();
        hub.then = message -> hub.link.pause();
        pair.client().send("{one}");
        pair.client().send("{two}");
        eventually(() -> assertEquals(1, hub.received.size()));
        hub.close(CloseReason.OVER_LIMIT, "enough");
        assertClosed(pair.client(), CloseReason.OVER_LIMIT, "enough");
        assertClosed(hub, CloseReason.OVER_LIMIT, "enough");
        assertEquals(1, hub.received.size());
    }

    // ---- life

    @Test
    void packetsOfThePeersAreASignOfLife() throws Exception {
        Pair pair = link(serve());
        LinkRecorder hub = pair.hub();
        hub.run(hub.link::ping);
        eventually(() -> assertTrue(hub.alive.get() >= 1));
        int before = hub.alive.get();
        // the acknowledgement of what it is sent
        hub.send("{}");
        eventually(() -> {
            hub.run(hub.link::ping);
            assertTrue(hub.alive.get() > before);
        });
    }
}
