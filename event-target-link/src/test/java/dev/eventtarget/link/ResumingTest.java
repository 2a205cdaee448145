package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A session goes on over another link. */
class ResumingTest extends LinkTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);
    private static final String[] FEATURES = {"ack", "credit", "resume", "batch"};

    private final TypedEventTarget target = memory();

    private void publish(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> result(target.dispatchEvent(TypedEvent.of(NUMBER, i))));
    }

    private static void expectNumbers(RawPeer peer, int sub, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> peer.expectEvent("n", String.valueOf(i), sub));
    }

    /** Passes over events until each of the subscriptions 1 and 2 has had so many. */
    private static void expectAll(RawPeer peer, int events) {
        int[] heard = new int[3];
        while (heard[1] < events || heard[2] < events) {
            JsonNode sub = peer.next().path("sub");
            for (JsonNode one : sub.isArray() ? sub : List.of(sub)) {
                heard[one.asInt()]++;
            }
        }
    }

    private static String session(JsonNode welcome) {
        return welcome.path("session").asText();
    }

    /** Opens a link for a session; gives the peer, which has not read anything yet. */
    private RawPeer again(Hub hub, String session, int acked, String subs, String... features) {
        RawPeer peer = peer(hub);
        String all = String.join("','", features.length == 0 ? FEATURES : features);
        peer.say(
                "$hello",
                "{'version':1,'features':['" + all + "'],'session':'" + session + "','acked':" + acked + ",'subs':"
                        + subs + "}");
        return peer;
    }

    private static RawPeer cut(RawPeer peer) {
        peer.link().cut();
        peer.closed();
        return peer;
    }

    @Test
    void whatWasNotReceivedComesAgain() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n");
        first.subscribe(2, "n");
        publish(1, 5);
        expectAll(first, 5);
        cut(first);
        publish(6, 8);
        RawPeer second = again(hub, session, 0, "{'1':3,'2':5}");
        JsonNode welcome = second.expect("$welcome");
        assertTrue(welcome.path("resumed").asBoolean(), welcome::toString);
        assertEquals(session, session(welcome));
        int one = 4;
        int two = 6;
        while (one <= 8 || two <= 8) {
            JsonNode frame = second.next();
            assertEquals("n", frame.path("type").asText(), frame::toString);
            for (JsonNode sub : frame.path("sub").isArray() ? frame.path("sub") : List.of(frame.path("sub"))) {
                assertEquals(
                        sub.asInt() == 1 ? one++ : two++, frame.path("detail").asInt(), frame::toString);
            }
        }
        publish(9, 9);
        Set<Integer> subs = new TreeSet<>();
        while (subs.size() < 2) {
            JsonNode frame = second.next();
            assertEquals(9, frame.path("detail").asInt());
            if (frame.path("sub").isArray()) {
                frame.path("sub").forEach(sub -> subs.add(sub.asInt()));
            } else {
                subs.add(frame.path("sub").asInt());
            }
        }
        second.say("$ack", "{'sub':1,'to':9}").say("$ack", "{'sub':2,'to':9}");
        second.expectNothing();
    }

    @Test
    void whatIsCountedGoesOnWhereItWas() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n", ",'credit':2");
        publish(1, 6);
        expectNumbers(first, 1, 1, 2);
        cut(first);
        RawPeer second = again(hub, session, 0, "{'1':1}");
        second.expect("$welcome");
        expectNumbers(second, 1, 2, 2);
        second.expectNothing();
        second.say("$ack", "{'sub':1,'to':2}");
        expectNumbers(second, 1, 3, 4);
        second.expectNothing();
        cut(second);
        RawPeer third = again(hub, session, 0, "{'1':4}");
        third.expect("$welcome");
        third.expectNothing();
        third.say("$ack", "{'sub':1,'to':4}");
        expectNumbers(third, 1, 5, 6);
        third.expectNothing();
    }

    @Test
    void whatTheHubHasReceivedIsSaidAndRefusalsComeAgain() {
        List<Integer> heard = new CopyOnWriteArrayList<>();
        ready(target.addEventListener(NUMBER, event -> heard.add(event.detail())));
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.say("n", "1")
                .send("{'type':'a..b'}")
                .say("n", "3")
                .send("{'type':'..'}")
                .say("n", "5");
        while (first.await("$ack").path("to").asInt() < 5) {
            // until all are confirmed
        }
        cut(first);
        RawPeer second = again(hub, session, 2, "{}");
        JsonNode welcome = second.expect("$welcome");
        assertEquals(5, welcome.path("received").asInt(), welcome::toString);
        assertEquals(4, second.expect("$nack").path("seq").asInt());
        assertEquals(5, second.expect("$ack").path("to").asInt());
        second.say("n", "6");
        assertEquals(6, second.expect("$ack").path("to").asInt());
        eventually(() -> assertEquals(List.of(1, 3, 5, 6), heard));
    }

    @Test
    void whatWasConfirmedWhileTheLinkWasAwayIsConfirmedAgain() {
        HeldTarget held = new HeldTarget();
        Hub hub = hub(held, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.say("n", "1").say("n", "2");
        eventually(() -> assertEquals(2, held.underWay()));
        cut(first);
        held.open();
        RawPeer second = again(hub, session, 0, "{}");
        assertEquals(2, second.expect("$welcome").path("received").asInt());
        int confirmed = 0;
        while (confirmed < 2) {
            confirmed = second.expect("$ack").path("to").asInt();
        }
        assertEquals(2, confirmed);
    }

    @Test
    void controlFramesMayBeRepeated() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n", ",'credit':5");
        first.subscribe(2, "other");
        cut(first);
        RawPeer second = again(hub, session, 0, "{'1':0,'2':0}");
        second.expect("$welcome");
        second.subscribe(1, "n", ",'credit':5");
        second.say("$ack", "{'sub':1,'to':0}").say("$credit", "{'sub':1,'credit':5}");
        second.say("$unsubscribe", "{'sub':2}");
        second.expect("$unsubscribed");
        second.say("$unsubscribe", "{'sub':2}");
        second.expect("$unsubscribed");
        second.subscribe(3, "late");
        publish(1, 2);
        expectNumbers(second, 1, 1, 2);
        second.expectNothing();
    }

    @Test
    void whatTheHubDoesNotHaveBeginsAnew() {
        Hub hub = hub(target, options());
        for (String session : List.of("", "never", "x".repeat(1000))) {
            RawPeer peer = again(hub, session, 7, "{'1':3}");
            JsonNode welcome = peer.expect("$welcome");
            assertFalse(welcome.path("resumed").asBoolean(true));
            assertEquals(0, welcome.path("received").asInt());
            assertNotEquals(session, session(welcome));
            peer.subscribe(1, "n");
        }
    }

    @Test
    void aSessionEndsWithBye() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.say("$bye", "null");
        assertEquals(CloseReason.BYE, first.closed().reason());
        assertFalse(
                again(hub, session, 0, "{}").expect("$welcome").path("resumed").asBoolean());
        assertEquals(0, hub.status().sessions());
    }

    @Test
    void aSessionEndsAfterAWhile() {
        Hub hub = hub(target, options().sessionTimeout(Duration.ofMillis(30)));
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n");
        cut(first);
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        eventually(() -> assertEquals(0, hub.status().sessions()));
        assertFalse(
                again(hub, session, 0, "{}").expect("$welcome").path("resumed").asBoolean());
    }

    @Test
    void aLinkThatComesBackInTimeKeepsItsSession() {
        Duration timeout = Duration.ofSeconds(3);
        Hub hub = hub(target, options().sessionTimeout(timeout));
        RawPeer peer = peer(hub);
        String session = session(peer.hello(FEATURES));
        // the time of each absence begins anew
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < timeout.toNanos() * 4 / 3) {
            long left = System.nanoTime();
            cut(peer);
            peer = again(hub, session, 0, "{}");
            JsonNode welcome = peer.expect("$welcome");
            if (!welcome.path("resumed").asBoolean()) {
                // on a machine that stood still it may not have been in time
                assertTrue(System.nanoTime() - left > timeout.toNanos(), welcome::toString);
                session = session(welcome);
                begun = System.nanoTime();
            }
        }
    }

    @Test
    void onlySoManySessionsWait() {
        Hub hub = hub(target, options().maxSessions(3));
        List<String> sessions = IntStream.range(0, 6)
                .mapToObj(i -> {
                    RawPeer peer = peer(hub);
                    String session = session(peer.hello(FEATURES));
                    int waiting = Math.min(i + 1, 3);
                    cut(peer);
                    eventually(() -> assertEquals(waiting, hub.status().sessions()));
                    eventually(() -> assertEquals(List.of(), hub.status().links()));
                    return session;
                })
                .toList();
        for (int i = 0; i < 6; i++) {
            JsonNode welcome = again(hub, sessions.get(i), 0, "{}").expect("$welcome");
            assertEquals(i >= 3, welcome.path("resumed").asBoolean(), "session " + i);
        }
    }

    /** As when a network fails: the hub learns of the end of all links before it has ended any session. */
    @Test
    void onlySoManyWaitAlsoWhenAllLinksAreLostAtOnce() {
        Hub hub = hub(target, options().maxSessions(3));
        List<RawPeer> peers = IntStream.range(0, 20).mapToObj(i -> peer(hub)).toList();
        peers.forEach(peer -> peer.hello(FEATURES));
        CountDownLatch cut = new CountDownLatch(1);
        peers.stream().map(peer -> peer.link().other().context()).forEach(context -> block(context, cut));
        peers.forEach(peer -> peer.link().cut());
        cut.countDown();
        eventually(() -> assertEquals(List.of(), hub.status().links()));
        eventually(() -> assertEquals(3, hub.status().sessions()));
    }

    @Test
    void withoutTheFeatureNothingIsKept() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        first.hello("ack");
        first.subscribe(1, "n");
        cut(first);
        eventually(() -> assertEquals(0, hub.status().links().size()));
        assertEquals(0, hub.status().sessions());
    }

    @Test
    void theLaterLinkTakesTheSessionOver() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n");
        publish(1, 2);
        expectNumbers(first, 1, 1, 2);
        RawPeer second = again(hub, session, 0, "{'1':1}");
        assertTrue(second.expect("$welcome").path("resumed").asBoolean());
        expectNumbers(second, 1, 2, 2);
        first.closed();
        publish(3, 3);
        expectNumbers(second, 1, 3, 3);
        assertEquals(1, hub.status().links().size());
        assertEquals(0, hub.status().sessions());
    }

    /** What a link has said that the spoke has given up may be on its way for longer than what a later one says. */
    @Test
    void anEarlierLinkDoesNotTakeTheSessionOverThatALaterOneHas() {
        Hub hub = hub(target, options());
        RawPeer first = peer(hub);
        String session = session(first.helloWith(",'link':1", FEATURES));
        first.subscribe(1, "n");
        cut(first);
        String known = ",'session':'" + session + "','acked':0,'subs':{'1':0}";
        RawPeer third = peer(hub);
        JsonNode welcome = third.helloWith(",'link':3" + known, FEATURES);
        assertTrue(welcome.path("resumed").asBoolean(), welcome::toString);
        publish(1, 3);
        expectNumbers(third, 1, 1, 3);
        RawPeer second = peer(hub);
        second.say("$hello", "{'version':1,'features':['" + String.join("','", FEATURES) + "'],'link':2" + known + "}");
        second.closed();
        publish(4, 4);
        expectNumbers(third, 1, 4, 4);
        RawPeer fourth = peer(hub);
        welcome = fourth.helloWith(",'link':4,'session':'" + session + "','acked':0,'subs':{'1':4}", FEATURES);
        assertTrue(welcome.path("resumed").asBoolean(), welcome::toString);
    }

    @Test
    void nobodyElseMayTakeItOver() {
        Hub hub = hub(
                target,
                options()
                        .authenticator(handshake -> Future.succeededFuture(
                                handshake.token() == null ? Peer.ANONYMOUS : Peer.named(handshake.token()))));
        LocalConnector ada = new LocalConnector(vertx, hub).token("ada");
        RawPeer first = peer(ada);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n");
        RawPeer thief = peer(new LocalConnector(vertx, hub).token("eve"));
        JsonNode welcome = thief.helloWith(",'session':'" + session + "'", FEATURES);
        assertFalse(welcome.path("resumed").asBoolean());
        publish(1, 1);
        expectNumbers(first, 1, 1, 1);
        thief.expectNothing();
        RawPeer again = peer(ada);
        assertTrue(again.helloWith(",'session':'" + session + "'", FEATURES)
                .path("resumed")
                .asBoolean());
    }

    @Test
    void whatDoesNotFitMeanwhileIsToldExactly() {
        Hub hub = hub(target, options().maxQueued(100, 1 << 20));
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n");
        publish(1, 10);
        expectNumbers(first, 1, 1, 10);
        first.say("$ack", "{'sub':1,'to':10}");
        first.expectNothing();
        cut(first);
        eventually(() -> assertEquals(1, hub.status().sessions()));
        publish(11, 350);
        eventually(() -> assertEquals(240, hub.status().dropped()));
        RawPeer second = again(hub, session, 0, "{'1':10}");
        assertTrue(second.expect("$welcome").path("resumed").asBoolean());
        JsonNode gap = second.expect("$gap");
        assertEquals(1, gap.path("sub").asInt());
        assertEquals(240, gap.path("missed").asInt(), gap::toString);
        expectNumbers(second, 1, 251, 350);
        second.say("$ack", "{'sub':1,'to':110}").expectNothing();
        publish(351, 351);
        expectNumbers(second, 1, 351, 351);
        assertEquals(240, hub.status().dropped());
    }

    @Test
    void aGapIsToldAgainUntilAnEventBehindItIsReceived() {
        Hub hub = hub(target, options().maxQueued(100, 1 << 20));
        RawPeer first = peer(hub);
        String session = session(first.hello(FEATURES));
        first.subscribe(1, "n");
        cut(first);
        eventually(() -> assertEquals(1, hub.status().sessions()));
        publish(1, 350);
        eventually(() -> assertEquals(250, hub.status().dropped()));
        for (int received : new int[] {0, 0, 40}) {
            RawPeer next = again(hub, session, 0, "{'1':" + received + "}");
            assertTrue(next.expect("$welcome").path("resumed").asBoolean());
            if (received == 0) {
                assertEquals(250, next.expect("$gap").path("missed").asInt());
            }
            expectNumbers(next, 1, 251 + received, 350);
            cut(next);
            eventually(() -> assertEquals(1, hub.status().sessions()));
        }
    }

    @Test
    void whatSaysToHaveReceivedMoreThanWasSentIsRefused() {
        Hub hub = hub(target, options());
        for (String more : List.of(
                ",'acked':0,'subs':{'1':9}",
                ",'acked':0,'subs':{'1':-1}",
                ",'acked':0,'subs':{'one':1}",
                ",'acked':0,'subs':{'1':'1'}",
                ",'acked':0,'subs':[1]",
                ",'acked':-1",
                ",'acked':'1'")) {
            RawPeer first = peer(hub);
            String session = session(first.hello(FEATURES));
            first.subscribe(1, "n");
            cut(first);
            RawPeer second = peer(hub);
            second.say(
                    "$hello",
                    "{'version':1,'features':['ack','credit','resume','batch'],'session':'" + session + "'" + more
                            + "}");
            assertEquals("protocol", second.await("$error").path("reason").asText(), more);
            assertEquals(CloseReason.PROTOCOL, second.closed().reason());
        }
    }

    @Test
    void groupsWaitForAMemberThatMayComeBack() {
        Hub hub = hub(target, options().sessionTimeout(Duration.ofSeconds(8)));
        RawPeer one = peer(hub);
        String session = session(one.hello(FEATURES));
        one.subscribe(1, "n", ",'group':'billing'");
        publish(1, 3);
        expectNumbers(one, 1, 1, 3);
        cut(one);
        RawPeer back = again(hub, session, 0, "{'1':2}");
        assertTrue(back.expect("$welcome").path("resumed").asBoolean());
        expectNumbers(back, 1, 3, 3);
        RawPeer two = peer(hub);
        two.hello(FEATURES);
        two.subscribe(1, "n", ",'group':'billing'");
        back.say("$ack", "{'sub':1,'to':2}").expectNothing();
        cut(back);
        expectNumbers(two, 1, 3, 3);
    }

    @Test
    void aSessionMovesBetweenEventLoopsInBothDirections() {
        Hub hub = hub(target, options());
        RawPeer peer = peer(hub);
        String session = session(peer.hello(FEATURES));
        peer.subscribe(1, "n");
        int next = 1;
        for (int i = 0; i < 10; i++) {
            publish(next, next + 199);
            expectNumbers(peer, 1, next, next + 199);
            next += 200;
            peer.say("$ack", "{'sub':1,'to':" + (next - 1) + "}").say("other", String.valueOf(i));
            assertEquals(i + 1, peer.await("$ack").path("to").asInt());
            cut(peer);
            peer = again(hub, session, i + 1, "{'1':" + (next - 1) + "}");
            assertEquals(i + 1, peer.expect("$welcome").path("received").asInt());
        }
    }
}
