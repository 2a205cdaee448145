package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.fixtures.link.LinkRecorder;
import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links over WebSocket, on real sockets, without a hub. */
class WebSocketLinkTest extends LinkTest {
    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String letters(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + i * 31 % 26));
        }
        return text.toString();
    }

    private static void echo(LinkRecorder recorder) {
        recorder.then = message -> recorder.link.send(Unpooled.copiedBuffer(message.bytes()), message.isText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"&maxMessage=1048576", "&maxMessage=1048576&compression=true"})
    void messagesOfAllLengthsGoBothWays(String options) throws Exception {
        HttpServer server = serve(new HttpServerOptions().setPerMessageWebSocketCompressionSupported(true));
        LinkRecorder client = connect(server, options);
        echo(accepted());
        int[] lengths = {0, 1, 125, 126, 1024, 65_535, 65_536, 65_537, 131_072, 200_000, MOST - 1, MOST};
        for (int length : lengths) {
            client.send(letters(length));
            client.send(bytes(length), false);
        }
        eventually(() -> assertEquals(lengths.length * 2, client.received.size()));
        for (int length : lengths) {
            LinkRecorder.Message text = client.received.remove();
            assertTrue(text.isText());
            assertEquals(letters(length), text.text());
            LinkRecorder.Message binary = client.received.remove();
            assertFalse(binary.isText());
            assertArrayEquals(bytes(length), binary.bytes());
        }
    }

    @Test
    void manySmallMessagesComeInOrder() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        echo(accepted());
        int count = 100_000;
        client.run(() -> {
            for (int i = 0; i < count; i++) {
                client.link.send(Unpooled.copiedBuffer("" + i, StandardCharsets.UTF_8), true);
            }
        });
        eventually(() -> assertEquals(count, client.received.size()));
        for (int i = 0; i < count; i++) {
            assertEquals("" + i, client.received.remove().text());
        }
    }

    @Test
    void aSingleMessageLeavesAtOnce() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
        client.send("one");
        eventually(() -> assertEquals(1, hub.received.size()));
        hub.send("two");
        eventually(() -> assertEquals(1, client.received.size()));
    }

    @Test
    void fragmentsArePutTogether() throws Exception {
        HttpServer server = serve();
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            LinkRecorder hub = accepted();
            peer.send(RawWebSocket.TEXT, false, "Gr".getBytes(StandardCharsets.UTF_8));
            eventually(() -> assertEquals(1, hub.alive.get()));
            peer.send(RawWebSocket.CONTINUATION, false, new byte[0]);
            peer.send(RawWebSocket.PING, true, new byte[] {7});
            byte[] umlauts = "üße".getBytes(StandardCharsets.UTF_8);
            peer.send(RawWebSocket.CONTINUATION, false, new byte[] {umlauts[0]});
            peer.send(RawWebSocket.CONTINUATION, true, Arrays.copyOfRange(umlauts, 1, umlauts.length));
            peer.send(RawWebSocket.BINARY, true, new byte[] {1, 2});
            eventually(() -> assertEquals(2, hub.received.size()));
            assertEquals("Grüße", hub.received.remove().text());
            assertArrayEquals(new byte[] {1, 2}, hub.received.remove().bytes());
            assertArrayEquals(new byte[] {7}, peer.read().payload());
        }
    }

    private static void assertError(RawWebSocket peer, CloseReason reason) throws Exception {
        JsonObject error = new JsonObject(peer.read().text());
        assertEquals("$error", error.getString("type"));
        JsonObject detail = error.getJsonObject("detail");
        assertEquals(reason.wireName(), detail.getString("reason"));
        RawWebSocket.Frame close = peer.read();
        assertEquals(RawWebSocket.CLOSE, close.opcode());
        assertEquals(reason.code(), close.closeCode());
        assertEquals(reason.wireName() + ": " + detail.getString("message"), close.closeText());
    }

    @Test
    void aFrameThatIsTooLongIsRefusedBeforeItHasCome() throws Exception {
        HttpServer server = serve();
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            peer.raw(RawWebSocket.head(RawWebSocket.TEXT, MOST + 1));
            assertError(peer, CloseReason.TOO_LARGE);
            peer.close();
            assertEquals(CloseReason.TOO_LARGE, closeReason(accepted()));
        }
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            peer.raw(RawWebSocket.head(RawWebSocket.TEXT, 1L << 62));
            assertError(peer, CloseReason.TOO_LARGE);
            peer.close();
            assertEquals(CloseReason.TOO_LARGE, closeReason(accepted()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "12345678", "Grüße", "abcdefgü", "€€€€€€€€", "12345678é", "𝄞", "\u0000\uFFFF\uD7FF"})
    void textsOfAllKindsArrive(String text) throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
        client.send(text);
        eventually(() -> assertEquals(1, hub.received.size()));
        assertEquals(text, hub.received.element().text());
    }

    private static CloseReason closeReason(LinkRecorder recorder) {
        eventually(() -> assertEquals(1, recorder.closed.size()));
        return recorder.closed.element().reason();
    }

    @Test
    void fragmentsThatAreTooMuchTogetherAreRefused() throws Exception {
        HttpServer server = serve();
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            LinkRecorder hub = accepted();
            byte[] half = new byte[MOST / 2 + 1];
            peer.send(RawWebSocket.BINARY, false, half);
            peer.send(RawWebSocket.CONTINUATION, true, half);
            assertError(peer, CloseReason.TOO_LARGE);
            peer.send(RawWebSocket.CLOSE, true, new byte[] {3, (byte) 0xF1});
            assertTrue(peer.ends());
            assertEquals(CloseReason.TOO_LARGE, closeReason(hub));
            assertEquals(0, hub.received.size());
        }
    }

    @Test
    void aMessageThatGrowsTooLargeWhenInflatedIsRefused() throws Exception {
        HttpServer server = serve(new HttpServerOptions().setPerMessageWebSocketCompressionSupported(true));
        Deflater deflater = new Deflater(9, true);
        byte[] zeros = new byte[1 << 20];
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        for (int i = 0; i < 512; i++) {
            deflater.setInput(zeros);
            length += deflater.deflate(buffer, length, buffer.length - length, Deflater.SYNC_FLUSH);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        byte[] masked = RawWebSocket.frame(RawWebSocket.TEXT, true, Arrays.copyOf(buffer, length - 4));
        masked[0] |= 0x40;
        frame.writeBytes(masked);
        try (RawWebSocket peer =
                new RawWebSocket(server.actualPort(), "/", "Sec-WebSocket-Extensions: permessage-deflate")) {
            assertEquals("permessage-deflate", peer.header("Sec-WebSocket-Extensions"));
            LinkRecorder hub = accepted();
            try {
                peer.raw(frame.toByteArray());
            } catch (IOException e) {
                // it has hung up
            }
            assertEquals(CloseReason.TOO_LARGE, closeReason(hub));
            assertEquals(0, hub.received.size());
        }
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void theReasonOfAClosingIsTold(CloseReason reason) throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
        hub.send("last");
        hub.close(reason, "because: of that");
        assertClosed(client, reason, "because: of that");
        assertClosed(hub, reason, "because: of that");
        assertEquals("last", client.received.element().text());

        LinkRecorder second = connect(server);
        LinkRecorder other = accepted();
        second.close(reason, "");
        assertClosed(other, reason, "");
        assertClosed(second, reason, "");
    }

    @Test
    void aLongReasonIsCutBetweenCharacters() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        accepted().close(CloseReason.INTERNAL, "x" + "€".repeat(100));
        assertClosed(client, CloseReason.INTERNAL, "x" + "€".repeat(37));
    }

    @Test
    void aCodeIsEnoughOfAReason() throws Exception {
        HttpServer server = serve();
        Object[][] expected = {
            {new byte[] {3, (byte) 0xE9}, CloseReason.GOING_AWAY, ""},
            {new byte[] {3, (byte) 0xF5, 'm', 'm'}, CloseReason.SLOW_CONSUMER, "mm"},
            {new byte[] {0x0F, (byte) 0xA0, 'o', 'w', 'n'}, null, "Closed with code 4000: own"},
            {new byte[0], CloseReason.BYE, ""}
        };
        for (Object[] one : expected) {
            try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
                byte[] payload = (byte[]) one[0];
                peer.send(RawWebSocket.CLOSE, true, payload);
                RawWebSocket.Frame answer = peer.read();
                assertEquals(RawWebSocket.CLOSE, answer.opcode());
                assertTrue(peer.ends());
                assertClosed(accepted(), (CloseReason) one[1], (String) one[2]);
            }
        }
    }

    @Test
    void aConnectionThatBreaksOffIsLost() throws Exception {
        HttpServer server = serve();
        RawWebSocket peer = new RawWebSocket(server.actualPort(), "/");
        LinkRecorder hub = accepted();
        peer.close();
        assertEquals(null, closeReason(hub));
        RawWebSocket resetting = new RawWebSocket(server.actualPort(), "/");
        hub = accepted();
        resetting.reset();
        assertEquals(null, closeReason(hub));
        LinkRecorder client = connect(server);
        LinkRecorder other = accepted();
        result(server.close());
        assertEquals(CloseReason.GOING_AWAY, closeReason(client));
        assertEquals(CloseReason.GOING_AWAY, closeReason(other));
    }

    @Test
    void aPeerThatDoesNotAnswerTheClosingDoesNotHoldItUp() throws Exception {
        HttpServer server = serve();
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            LinkRecorder hub = accepted();
            hub.close(CloseReason.BYE, "");
            assertEquals(CloseReason.BYE.code(), peer.read().closeCode());
            assertTrue(peer.ends());
            assertClosed(hub, CloseReason.BYE, "");
        }
    }

    @Test
    void aPeerThatReadsNothingDoesNotHoldTheClosingUp() throws Exception {
        HttpServer server = serve();
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            LinkRecorder hub = accepted();
            hub.run(() -> {
                while (hub.link.isWritable()) {
                    hub.link.send(Unpooled.copiedBuffer(bytes(100_000)), false);
                }
                hub.link.close(CloseReason.SLOW_CONSUMER, "too slow");
            });
            assertEquals(CloseReason.SLOW_CONSUMER, closeReason(hub));
            assertTrue(peer.header("Upgrade").equalsIgnoreCase("websocket"));
        }
    }

    @Test
    void whatAPausedLinkIsSentWaitsAtThePeer() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
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
        // what fits into the buffers of the sockets has gone; the rest waits
        eventually(() -> assertEquals(1, hub.received.size()));
        eventually(() -> assertTrue(full.get()));
        assertTrue(sent.get() < count);
        assertEquals(1, hub.received.size());
        hub.then = ignored -> {};
        hub.run(hub.link::resume);
        eventually(() -> assertEquals(count, hub.received.size()));
    }

    @Test
    void afterAPauseNothingIsHandedOverOutOfTurn() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
        // pauses after each message, and goes on a turn later
        hub.then = message -> {
            hub.link.pause();
            hub.run(hub.link::resume);
        };
        int count = 20_000;
        client.run(() -> {
            for (int i = 0; i < count; i++) {
                client.link.send(Unpooled.copiedBuffer("" + i, StandardCharsets.UTF_8), true);
            }
        });
        eventually(() -> assertEquals(count, hub.received.size()));
        List<String> texts = new ArrayList<>();
        hub.received.forEach(message -> texts.add(message.text()));
        for (int i = 0; i < count; i++) {
            assertEquals("" + i, texts.get(i));
        }
    }

    @Test
    void aPausedLinkStillCloses() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
        hub.then = message -> hub.link.pause();
        client.send("one");
        client.send("two");
        eventually(() -> assertEquals(1, hub.received.size()));
        hub.close(CloseReason.OVER_LIMIT, "enough");
        assertClosed(client, CloseReason.OVER_LIMIT, "enough");
        assertClosed(hub, CloseReason.OVER_LIMIT, "enough");
        assertEquals(1, hub.received.size());
    }

    @Test
    void pingsAreAnsweredAndCountAsASignOfLife() throws Exception {
        HttpServer server = serve();
        LinkRecorder client = connect(server);
        LinkRecorder hub = accepted();
        client.run(client.link::ping);
        eventually(() -> assertEquals(1, hub.alive.get()));
        eventually(() -> assertEquals(1, client.alive.get()));
        hub.run(hub.link::ping);
        eventually(() -> assertEquals(2, hub.alive.get()));
        eventually(() -> assertEquals(2, client.alive.get()));
    }

    @Test
    void pingsOfAPeerThatReadsNothingDoNotPileUp() throws Exception {
        HttpServer server = serve();
        try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
            LinkRecorder hub = accepted();
            byte[] ping = RawWebSocket.frame(RawWebSocket.PING, true, new byte[125]);
            ByteArrayOutputStream many = new ByteArrayOutputStream();
            for (int i = 0; i < 1000; i++) {
                many.writeBytes(ping);
            }
            for (int i = 0; i < 200; i++) {
                peer.raw(many.toByteArray());
            }
            eventually(() -> assertEquals(200_000, hub.alive.get()));
            assertEquals(0, hub.closed.size());
        }
    }

    @Test
    void whatIsNoWebSocketIsRefused() throws Exception {
        HttpServer server = serve();
        for (int round = 0; round < 200; round++) {
            try (RawWebSocket peer = new RawWebSocket(server.actualPort(), "/")) {
                LinkRecorder hub = accepted();
                byte[] noise = new byte[ThreadLocalRandom.current().nextInt(1, 4096)];
                ThreadLocalRandom.current().nextBytes(noise);
                peer.raw(noise);
                peer.close();
                eventually(() -> assertEquals(1, hub.closed.size()));
            }
        }
    }

    @Test
    void whatTheServerSendsWithTheHandshakeIsNotLost() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            Thread thread = new Thread(() -> answerAllAtOnce(server));
            thread.start();
            LinkRecorder client = connect(server.getLocalPort(), "");
            assertClosed(client, CloseReason.OVERLOADED, "later");
            assertEquals("sorry", client.received.element().text());
            thread.join();
        }
    }

    /** A handshake, a text and the closing, in one write. */
    private static void answerAllAtOnce(ServerSocket server) {
        try (Socket socket = server.accept()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String key = "";
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
                    key = line.substring(18).strip();
                }
            }
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.UTF_8));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.writeBytes(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Protocol: eventtarget.v1\r\nSec-WebSocket-Accept: "
                            + Base64.getEncoder().encodeToString(hash) + "\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            answer.writeBytes(new byte[] {(byte) 0x81, 5, 's', 'o', 'r', 'r', 'y'});
            byte[] text = "overloaded: later".getBytes(StandardCharsets.UTF_8);
            answer.writeBytes(new byte[] {(byte) 0x88, (byte) (text.length + 2), 3, (byte) 0xF5});
            answer.writeBytes(text);
            socket.getOutputStream().write(answer.toByteArray());
            // until the client has answered the closing
            assertEquals(0x88, socket.getInputStream().read());
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
