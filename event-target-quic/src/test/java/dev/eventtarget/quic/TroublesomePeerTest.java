package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Peer;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that say nothing, half of something, or far too much, while a spoke on the same hub goes on. */
class TroublesomePeerTest extends FaultTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final TypedEventTarget target = memory();
    private Hub hub;
    private String url;
    private TypedEventTarget steady;
    private final List<Integer> heard = new CopyOnWriteArrayList<>();

    private void start(HubOptions options) {
        hub = hub(target, options);
        url = listen(hub);
        steady = spoke(url + "?identity=" + home.resolve("steady.pem"));
        ready(steady.addEventListener(NUMBER, event -> heard.add(event.detail())));
    }

    @AfterEach
    void theSteadySpokeGoesOn() {
        heard.clear();
        result(steady.dispatchEvent(TypedEvent.of(NUMBER, 1)));
        result(target.dispatchEvent(TypedEvent.of(NUMBER, 2)));
        eventually(() -> assertEquals(List.of(1, 2), heard));
    }

    private RawPeer peer() {
        return use(RawPeer.open(vertx, url));
    }

    private static void assertClosed(RawPeer peer, CloseReason reason) {
        RawPeer.Closed closed = peer.closed();
        assertEquals(reason.code(), closed.code(), closed::message);
        assertTrue(closed.message().startsWith(reason.wireName()), closed::message);
    }

    @Test
    void whoOpensNoStreamIsTurnedOut() {
        start(options().handshakeTimeout(SHORT));
        assertClosed(use(result(RawPeer.connect(vertx, url))), CloseReason.TIMEOUT);
    }

    @Test
    void whoDoesNotShowItsTokenIsTurnedOut() {
        NodeId known = NodeIdentity.loadOrCreate(home.resolve("steady.pem")).nodeId();
        start(options()
                .handshakeTimeout(SHORT)
                .authenticator(handshake -> known.toString().equals(handshake.identity()) || handshake.token() != null
                        ? Future.succeededFuture(Peer.named("ada"))
                        : Future.failedFuture(new UnauthorizedException("Show a token"))));
        // again where it was turned out before it had a stream
        eventually(() -> {
            RawPeer peer = peer();
            peer.write(Buffer.buffer(new byte[] {0}));
            assertClosed(peer, CloseReason.TIMEOUT);
        });
    }

    @Test
    void thoseWhoOpenNoStreamAreNoMoreThanAllowed() {
        start(options().maxHandshakes(5).handshakeTimeout(Duration.ofMinutes(5)));
        List<RawPeer> silent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            silent.add(use(result(RawPeer.connect(vertx, url))));
        }
        assertClosed(use(result(RawPeer.connect(vertx, url))), CloseReason.OVERLOADED);
        silent.forEach(RawPeer::close);
        // now there is room for others
        ready(spoke(url).addEventListener(NUMBER, event -> {}));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8})
    void whoSendsHalfOfSomethingHoldsUpNobody(int bytes) {
        start(options());
        Buffer much = Buffer.buffer().appendInt(8 << 20).appendString("{\"type\":");
        for (int i = 0; i < 10; i++) {
            result(peer().write(much.getBuffer(0, bytes)));
        }
        eventually(() -> assertEquals(11, hub.status().links().size()));
    }

    @Test
    void whoEndsInTheMiddleOfAMessageIsGone() {
        start(options());
        RawPeer peer = peer();
        result(peer.write(Buffer.buffer().appendInt(100).appendString("{\"type\":")));
        eventually(() -> assertEquals(2, hub.status().links().size()));
        result(peer.on(() -> peer.stream().end()));
        peer.closed();
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    @Test
    void whoResetsItsStreamIsGone() {
        start(options());
        RawPeer peer = peer();
        peer.hello("ack");
        result(peer.on(() -> peer.stream().reset(7)));
        peer.closed();
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    @Test
    void whoWantsToHearNothingMoreIsGone() {
        start(options());
        RawPeer peer = peer();
        peer.hello("ack");
        peer.say("$subscribe", "{'sub':1,'type':'n'}");
        peer.expect("$subscribed");
        peer.on(() -> peer.stream().abort(7));
        for (int i = 0; i < 5; i++) {
            result(target.dispatchEvent(TypedEvent.of(NUMBER, i)));
        }
        peer.closed();
        eventually(() -> assertEquals(5, heard.size()));
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    @Test
    void whoFloodsIsTurnedOut() {
        start(options().maxRate(100));
        RawPeer peer = peer();
        Buffer flood = Buffer.buffer();
        for (int i = 0; i < 2_000; i++) {
            flood.appendBuffer(RawPeer.framed(Buffer.buffer("{\"type\":\"noise\"}")));
        }
        peer.write(flood);
        assertClosed(peer, CloseReason.OVER_LIMIT);
    }

    @Test
    void whoReadsNoAnswersIsTurnedOut() {
        start(options());
        RawPeer peer = peer();
        peer.hello("ack");
        peer.freeze();
        Buffer pings = Buffer.buffer();
        for (int i = 0; i < 1000; i++) {
            pings.appendBuffer(RawPeer.framed(Buffer.buffer("{\"type\":\"$ping\"}")));
        }
        flood(peer, pings);
        assertClosed(peer, CloseReason.SLOW_CONSUMER);
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    private static void flood(RawPeer peer, Buffer bytes) {
        peer.write(bytes).onSuccess(written -> {
            if (!peer.isClosed()) {
                flood(peer, bytes);
            }
        });
    }

    @Test
    void whoTakesAllTheStreamsItGetsGetsNothingByIt() {
        start(options());
        RawPeer peer = peer();
        peer.hello("ack", "large");
        for (int i = 0; i < 50; i++) {
            peer.openStream().onSuccess(stream -> stream.write(Buffer.buffer("x".repeat(1000))));
            // never ended: half of an event
            peer.writeAside(Buffer.buffer().appendLong(0).appendLong(i).appendInt(1_000_000), false);
        }
    }
}
