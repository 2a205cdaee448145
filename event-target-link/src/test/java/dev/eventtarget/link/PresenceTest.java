package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Whether anybody is there, and how links end. */
class PresenceTest extends LinkTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);

    /** Peers that are to stay answer within this time, however busy the machine is. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    @Test
    void aPingIsAnswered() {
        Hub hub = hub();
        peer(hub).say("$ping", "null").expect("$pong");
        RawPeer introduced = peer(hub);
        introduced.hello("ack", "batch");
        introduced.send("[{'type':'$ping'},{'type':'$ping','detail':{'more':1}}]");
        introduced.expect("$pong");
        introduced.expect("$pong");
    }

    @Test
    void aSilentPeerIsAskedAndThenGivenUp() {
        Hub hub = hub(options().heartbeat(PAUSE));
        RawPeer peer = peer(hub);
        peer.hello("ack", "resume");
        assertEquals("$ping", peer.message().content().path("type").asText());
        peer.closed();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        assertEquals(1, hub.status().sessions());
    }

    @Test
    void aPeerThatIsNotReadIsNotTakenForSilent() {
        HeldTarget target = use(new HeldTarget());
        Hub hub = hub(target, options().heartbeat(PAUSE).maxPublishing(2));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        for (int i = 0; i < 5; i++) {
            peer.say("n", "1");
        }
        for (int pings = 0; pings < 3; pings++) {
            assertEquals("$ping", peer.message().content().path("type").asText());
        }
        assertFalse(peer.isClosed());
        target.open();
        peer.closed();
    }

    @Test
    void aPeerThatAnswersStays() {
        Hub hub = hub(options().heartbeat(PAUSE));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        for (int i = 0; i < 3; i++) {
            assertEquals("$ping", peer.message().content().path("type").asText());
            peer.say("$pong", "null");
        }
        assertFalse(peer.isClosed());
    }

    /** What the other side has said meanwhile may still have to be read. */
    @Test
    void aHubThatStoodStillAsksBeforeItGivesUp() {
        Hub hub = hub(options().heartbeat(PAUSE));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        standStill(peer.link().other());
        assertEquals("$ping", peer.message().content().path("type").asText());
        peer.say("$pong", "null");
        peer.expectNothing();
        assertFalse(peer.isClosed());
    }

    @Test
    void aSpokeThatStoodStillAsksBeforeItGivesUp() throws Exception {
        BlockingQueue<LocalLink> links = new LinkedBlockingQueue<>();
        spoke(new Connector() {
            @Override
            public Future<Link> connect(Context context) {
                LocalLink link = LocalLink.open(context, ((VertxInternal) vertx).createEventLoopContext());
                links.add(link);
                return Future.succeededFuture(link);
            }

            @Override
            public Future<Void> close() {
                return Future.succeededFuture();
            }
        });
        LocalLink link = links.take();
        RawPeer hub = new RawPeer(link.other());
        hub.expect("$hello");
        hub.say(
                "$welcome",
                "{'version':1,'features':['ack','credit','resume','batch'],'session':'s','resumed':false,'received':0,"
                        + "'heartbeat':" + PAUSE.toMillis() + ",'capabilities':['ordered','groups','acknowledged',"
                        + "'wildcards','deduplicated','cross_process'],"
                        + "'limits':{'message':8388608,'batch':1024,'subscriptions':4096}}");
        standStill(link);
        assertEquals("$ping", hub.message().content().path("type").asText());
        hub.say("$pong", "null");
        hub.expectNothing();
        assertFalse(hub.isClosed());
    }

    /** Has an end hear something, and then nothing for longer than the other may be silent. */
    private static void standStill(LocalLink end) {
        CountDownLatch over = new CountDownLatch(1);
        LocalLink other = end.other();
        other.context().runOnContext(now -> {
            other.send(Unpooled.copiedBuffer("{\"type\":\"$pong\"}", StandardCharsets.UTF_8), true);
            block(end.context(), over);
        });
        long begun = System.nanoTime();
        eventually(() -> assertTrue(
                System.nanoTime() - begun > PAUSE.multipliedBy(5).dividedBy(2).toNanos()));
        over.countDown();
    }

    @Test
    void aPeerThatIsNotIntroducedIsAskedByItsTransport() {
        Hub hub = hub(options().heartbeat(PAUSE));
        RawPeer peer = peer(hub);
        peer.say("$subscribe", "{'types':['n']}");
        eventually(() -> assertTrue(peer.pinged() >= 2));
        assertEquals(0, peer.waiting());
        assertFalse(peer.isClosed());
        peer.link().freeze();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
    }

    @Test
    void whoeverHearsEventsButSaysNothingIsAskedAsWell() {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options().heartbeat(PAUSE));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        peer.subscribe(1, "n");
        long timer = vertx.setPeriodic(5, id -> target.dispatchEvent(TypedEvent.of(NUMBER, 1)));
        for (int pings = 0; pings < 3; ) {
            if (peer.message().content().path("type").asText().equals("$ping")) {
                pings++;
                peer.say("$pong", "null");
            }
        }
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        vertx.cancelTimer(timer);
    }

    @Test
    void whoDoesNotSayWhoItIsIsTurnedOut() {
        Hub hub = hub(options()
                .handshakeTimeout(Duration.ofMillis(40))
                .authenticator(handshake -> handshake.token() == null
                        ? Future.failedFuture(new dev.eventtarget.UnauthorizedException("Show a token"))
                        : Future.succeededFuture(Peer.named("ada"))));
        RawPeer silent = peer(hub);
        silent.expectEnd(CloseReason.TIMEOUT);
        RawPeer pinging = peer(hub);
        long timer = vertx.setPeriodic(5, id -> pinging.say("$ping", "null"));
        pinging.closed();
        vertx.cancelTimer(timer);
        eventually(() -> assertEquals(List.of(), hub.status().links()));
    }

    @Test
    void anAuthenticatorThatNeverAnswersIsGivenUp() {
        Hub hub = hub(options()
                .handshakeTimeout(Duration.ofMillis(40))
                .authenticator(
                        handshake -> io.vertx.core.Promise.<Peer>promise().future()));
        RawPeer peer = peer(hub);
        peer.say("$hello", "{'version':1,'token':'t'}");
        peer.expectEnd(CloseReason.TIMEOUT);
        eventually(() -> assertEquals(List.of(), hub.status().links()));
    }

    @Test
    void aTokenThatExpiresEndsTheLinkAndNotTheSession() {
        Hub hub = hub(options()
                .handshakeTimeout(PAUSE)
                .authenticator(handshake -> Future.succeededFuture(
                        new Peer("ada", Map.of(), Instant.now().plusSeconds(10)))));
        RawPeer peer = peer(hub);
        String session = peer.hello("ack", "resume").path("session").asText();
        assertEquals(CloseReason.GOING_AWAY, peer.closed().reason());
        assertTrue(peer(hub)
                .helloWith(",'session':'" + session + "'", "ack", "resume")
                .path("resumed")
                .asBoolean());
    }

    @Test
    void byeIsAnsweredWithWhatThereIsToSay() {
        HeldTarget held = new HeldTarget();
        RawPeer peer = peer(hub(held, options()));
        peer.hello("ack");
        peer.say("n", "1").say("n", "2").say("$bye", "null");
        eventually(() -> assertEquals(2, held.underWay()));
        assertFalse(peer.isClosed());
        held.open();
        int acknowledged = 0;
        while (acknowledged < 2) {
            acknowledged = peer.expect("$ack").path("to").asInt();
        }
        assertEquals(CloseReason.BYE, peer.closed().reason());
    }

    @Test
    void aPlainPeerMaySayByeToo() {
        RawPeer peer = peer(hub());
        peer.say("n", "1").say("$bye", "null");
        assertEquals(CloseReason.BYE, peer.closed().reason());
        RawPeer atOnce = peer(hub());
        atOnce.say("$bye", "null");
        assertEquals(CloseReason.BYE, atOnce.closed().reason());
    }

    @Test
    void aHubThatClosesSaysBye() {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options());
        RawPeer introduced = peer(hub);
        introduced.hello("ack", "resume");
        introduced.subscribe(1, "n");
        RawPeer plain = peer(hub);
        plain.say("$subscribe", "{'types':['n']}");
        plain.expectNothing();
        result(target.dispatchEvent(TypedEvent.of(NUMBER, 7)));
        Future<Void> closed = hub.close();
        introduced.expectEvent("n", "7", 1);
        introduced.say("$ack", "{'sub':1,'to':1}");
        introduced.expect("$bye");
        assertEquals(CloseReason.GOING_AWAY, introduced.closed().reason());
        plain.expectEvent("n", "7");
        assertEquals(CloseReason.GOING_AWAY, plain.closed().reason());
        result(closed);
        assertEquals(List.of(), hub.status().links());
        assertEquals(0, hub.status().sessions());
        RawPeer late = peer(hub);
        assertEquals(CloseReason.GOING_AWAY, late.closed().reason());
    }

    @Test
    void aHubThatClosesLetsPublicationsHaveTheirOutcome() {
        HeldTarget held = new HeldTarget();
        Hub hub = hub(held, options().closeTimeout(Duration.ofSeconds(10)));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        peer.say("n", "1");
        eventually(() -> assertEquals(1, held.underWay()));
        Future<Void> closed = hub.close();
        held.open();
        assertEquals(1, peer.expect("$ack").path("to").asInt());
        peer.expect("$bye");
        result(closed);
    }

    @Test
    void aFrozenPeerDoesNotKeepTheHubFromClosing() {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options().closeTimeout(Duration.ofMillis(50)));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        peer.subscribe(1, "n");
        peer.link().freeze();
        for (int i = 0; i < 100; i++) {
            result(target.dispatchEvent(TypedEvent.of(NUMBER, i)));
        }
        result(hub.close());
        assertEquals(List.of(), hub.status().links());
    }

    @Test
    void anErrorOfThePeersEndsTheLink() {
        Hub hub = hub();
        RawPeer peer = peer(hub);
        peer.hello("ack");
        peer.say("$error", "{'reason':'internal','message':'sorry'}");
        peer.closed();
        for (String detail : List.of("null", "5", "[]", "{'message':5}", "{'sub':'x'}")) {
            RawPeer other = peer(hub);
            other.hello("ack");
            other.say("$error", detail).say("$bye", "null");
            other.closed();
        }
        eventually(() -> assertEquals(List.of(), hub.status().links()));
    }
}
