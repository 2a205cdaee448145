package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.Peer;
import io.vertx.core.Future;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Peers that say nothing, or far too much, while a spoke on the same hub goes on. */
class TroublesomePeerTest extends FaultTest {
    private static final long MOST = 100_000_000;

    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);

    private final TypedEventTarget target = memory();

    private static int port(String url) {
        return URI.create(url).getPort();
    }

    private static void assertClosed(RawWebSocket socket, int code, String reason) throws IOException {
        RawWebSocket.Frame frame = socket.read();
        String error = "";
        while (frame.opcode() != RawWebSocket.CLOSE) {
            error = frame.text();
            frame = socket.read();
        }
        assertEquals(code, frame.closeCode());
        assertTrue(frame.closeText().startsWith(reason), frame::closeText);
        assertTrue(error.contains("\"$error\"") && error.contains(reason), error);
    }

    @Test
    void whoSaysNothingAtAllIsTurnedOut() throws Exception {
        String url = listen(hub(target, options().handshakeTimeout(Duration.ofMillis(300))));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(url))) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void whoDoesNotSayWhoItIsIsTurnedOut() throws Exception {
        String url = listen(hub(
                target,
                options()
                        .handshakeTimeout(Duration.ofMillis(300))
                        .authenticator(handshake -> handshake.token() == null
                                ? Future.failedFuture(new UnauthorizedException("Show a token"))
                                : Future.succeededFuture(Peer.named("ada")))));
        eventually(() -> {
            try (RawWebSocket socket = new RawWebSocket(port(url), "/events")) {
                assertClosed(socket, 1008, "timeout");
            } catch (EOFException | SocketException e) {
                throw new AssertionError("It was turned out before the handshake of its WebSocket", e);
            }
        });
    }

    @Test
    void whoFloodsIsTurnedOut() throws Exception {
        Hub hub = hub(target, options().maxRate(100));
        String url = listen(hub);
        TypedEventTarget steady = spoke(url);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        ready(steady.addEventListener(NUMBER, event -> heard.add(event.detail())));
        try (RawWebSocket socket = new RawWebSocket(port(url), "/events")) {
            byte[] frame = RawWebSocket.frame(
                    RawWebSocket.TEXT, true, "{\"type\":\"noise\"}".getBytes(StandardCharsets.UTF_8));
            try {
                for (int i = 0; i < 20_000; i++) {
                    socket.raw(frame);
                }
            } catch (IOException e) {
                // it has hung up
            }
            assertClosed(socket, 1008, "over_limit");
        }
        for (int i = 0; i < 50; i++) {
            result(steady.dispatchEvent(TypedEvent.of(NUMBER, i)));
        }
        eventually(() -> assertEquals(50, heard.size()));
    }

    @Test
    void answersThatNobodyReadsDoNotPileUp() throws Exception {
        Hub hub = hub(target, options());
        long taken = flood(hub, "{\"type\":\"$ping\"}".getBytes(StandardCharsets.UTF_8), RawWebSocket.TEXT);
        // while a link is being closed, what still comes is read and thrown away
        assertTrue(taken < MOST || hub.status().refused() > 0, () -> "the hub has taken " + taken + " bytes");
    }

    @Test
    void pongsThatNobodyReadsDoNotPileUp() throws Exception {
        // a pong for which there is no room is left out: the hub reads on, and keeps nothing
        flood(hub(target, options()), new byte[125], RawWebSocket.PING);
    }

    /** Sends what has to be answered, reads no answer, and gives how many bytes the hub has taken; others have no loss by it. */
    private long flood(Hub hub, byte[] payload, int opcode) throws Exception {
        String url = listen(hub);
        byte[] frame = RawWebSocket.frame(opcode, true, payload);
        byte[] many = new byte[frame.length * 1000];
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(frame, 0, many, i * frame.length, frame.length);
        }
        RawWebSocket socket = use(RawWebSocket.withSmallBuffer(port(url), "/events"));
        AtomicLong sent = new AtomicLong();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CompletableFuture<Void> flood = CompletableFuture.runAsync(
                () -> {
                    try {
                        while (sent.get() < MOST) {
                            socket.raw(many);
                            sent.addAndGet(many.length);
                        }
                    } catch (IOException e) {
                        // the hub has hung up
                    }
                },
                thread);
        thread.shutdown();
        AtomicLong before = new AtomicLong(-1);
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> flood.isDone() || sent.get() == before.getAndSet(sent.get()));
        TypedEventTarget steady = spoke(url);
        List<Integer> heard = new CopyOnWriteArrayList<>();
        ready(steady.addEventListener(NUMBER, event -> heard.add(event.detail())));
        result(steady.dispatchEvent(TypedEvent.of(NUMBER, 1)));
        eventually(() -> assertEquals(List.of(1), heard));
        socket.reset();
        flood.join();
        return sent.get();
    }
}
