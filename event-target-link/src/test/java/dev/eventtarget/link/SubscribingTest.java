package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Subscriptions with numbers: what they are sent, and what they say to it. */
class SubscribingTest extends LinkTest {
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);

    private final TypedEventTarget target = memory("&history=1000");
    private final Hub hub = hub(target, options());

    private RawPeer introduced(String... features) {
        RawPeer peer = peer(hub);
        peer.hello(features.length == 0 ? new String[] {"ack", "credit", "batch"} : features);
        return peer;
    }

    private void publish(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> result(target.dispatchEvent(TypedEvent.of(NUMBER, i))));
    }

    private static void expectNumbers(RawPeer peer, int sub, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> peer.expectEvent("n", String.valueOf(i), sub));
    }

    @Test
    void anEventNamesAllSubscriptionsThatItIsFor() {
        RawPeer peer = introduced();
        peer.subscribe(3, "order.*");
        peer.subscribe(9, "order.placed:7");
        peer.subscribe(4, "invoice");
        peer.say("order.placed", "1");
        peer.expectEvent("order.placed", "1", 3);
        RawPeer publisher = introduced();
        publisher.say("order.placed:7", "2");
        Set<Integer> named = new TreeSet<>();
        while (named.size() < 2) {
            JsonNode frame = peer.next();
            if (!frame.path("type").asText().startsWith("$")) {
                assertEquals("order.placed:7", frame.path("type").asText());
                JsonNode sub = frame.path("sub");
                if (sub.isArray()) {
                    sub.forEach(one -> assertTrue(named.add(one.asInt())));
                } else {
                    assertTrue(named.add(sub.asInt()));
                }
            }
        }
        assertEquals(Set.of(3, 9), named);
        peer.expectNothingBut("$ack");
    }

    @Test
    void askingAgainForANumberThatStandsChangesNothing() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n");
        peer.subscribe(1, "n");
        peer.subscribe(1, "other");
        publish(1, 3);
        expectNumbers(peer, 1, 1, 3);
        peer.expectNothing();
        assertEquals(1, hub.status().links().get(0).subscriptions());
    }

    @Test
    void everyEventAfterItStandsIsHeard() {
        for (int i = 1; i <= 20; i++) {
            RawPeer peer = introduced();
            peer.subscribe(1, "n");
            publish(i, i);
            peer.expectEvent("n", String.valueOf(i), 1);
        }
    }

    @Test
    void whatCannotBeIsSaidAndTheLinkGoesOn() {
        Hub other = hub(memory(), options());
        RawPeer peer = peer(other);
        peer.hello("ack");
        int sub = 1;
        for (String detail : List.of(
                "'type':''",
                "'type':'a..b'",
                "'type':'a.>.b'",
                "'type':'" + "x".repeat(300) + "'",
                "'type':'a','from':'earliest'",
                "'type':'a','from':{'after':'5'}",
                "'type':'a','from':{'since':'2024-01-01T00:00:00Z'}",
                "'type':'a','group':''",
                "'type':'a','deadLetter':'a.*'")) {
            peer.say("$subscribe", "{'sub':" + sub + "," + detail + "}");
            JsonNode error = peer.expect("$error");
            assertEquals(sub, error.path("sub").asInt(), detail);
            assertFalse(error.path("message").asText().isEmpty(), detail);
            sub++;
        }
        peer.subscribe(sub, "a");
        assertEquals(1, other.status().links().get(0).subscriptions());
    }

    @Test
    void whatIsNoSubscriptionAtAllEndsTheLink() {
        for (String detail : List.of(
                "{'type':'a'}",
                "{'sub':0,'type':'a'}",
                "{'sub':-1,'type':'a'}",
                "{'sub':1.5,'type':'a'}",
                "{'sub':'1','type':'a'}",
                "{'sub':9007199254740992,'type':'a'}",
                "{'sub':1e400,'type':'a'}",
                "{'sub':[1],'type':'a'}",
                "{'sub':1}",
                "{'sub':1,'type':5}",
                "{'sub':1,'type':'a','from':5}",
                "{'sub':1,'type':'a','from':'yesterday'}",
                "{'sub':1,'type':'a','from':{}}",
                "{'sub':1,'type':'a','from':{'since':'yesterday'}}",
                "{'sub':1,'type':'a','group':{}}",
                "{'sub':1,'type':'a','credit':-1}",
                "{'sub':1,'type':'a','credit':'many'}",
                "{'sub':1,'type':'a','retry':5}",
                "{'sub':1,'type':'a','retry':{'attempts':0}}",
                "{'sub':1,'type':'a','retry':{'delay':-1}}",
                "[]",
                "null",
                "'a'")) {
            RawPeer peer = introduced();
            peer.say("$subscribe", detail).say("$ping", "null");
            assertEquals("protocol", peer.expect("$error").path("reason").asText(), detail);
            assertEquals(CloseReason.PROTOCOL, peer.closed().reason());
        }
    }

    @Test
    void theGreatestNumberIsFine() {
        RawPeer peer = introduced();
        peer.say("$subscribe", "{'sub':9007199254740991,'type':'n'}");
        assertEquals(9007199254740991L, peer.expect("$subscribed").path("sub").asLong());
        publish(1, 1);
        assertEquals(9007199254740991L, peer.next().path("sub").asLong());
    }

    @Test
    void creditBoundsWhatIsUnderWay() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'credit':3");
        publish(1, 10);
        expectNumbers(peer, 1, 1, 3);
        peer.expectNothing();
        peer.say("$ack", "{'sub':1,'to':1}");
        expectNumbers(peer, 1, 4, 4);
        peer.expectNothing();
        peer.say("$ack", "{'sub':1,'to':1,'also':[3,4]}");
        expectNumbers(peer, 1, 5, 6);
        peer.expectNothing();
        peer.say("$nack", "{'sub':1,'seq':2,'message':'no'}");
        expectNumbers(peer, 1, 7, 7);
        peer.expectNothing();
        peer.say("$credit", "{'sub':1,'credit':4}");
        expectNumbers(peer, 1, 8, 8);
        peer.expectNothing();
        peer.say("$credit", "{'sub':1,'credit':0}").say("$ack", "{'sub':1,'to':8}");
        peer.expectNothing();
        peer.say("$credit", "{'sub':1,'credit':100}");
        expectNumbers(peer, 1, 9, 10);
        peer.expectNothing();
    }

    @Test
    void creditOfOneSubscriptionHoldsUpNoOther() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'credit':0");
        peer.subscribe(2, "n");
        publish(1, 5);
        expectNumbers(peer, 2, 1, 5);
        peer.say("$credit", "{'sub':1,'credit':9}");
        expectNumbers(peer, 1, 1, 5);
    }

    @Test
    void acknowledgingWhatWasNotSentEndsTheLink() {
        for (String frame : List.of(
                "{'type':'$ack','detail':{'sub':1,'to':3}}",
                "{'type':'$ack','detail':{'sub':1,'to':2,'also':[3]}}",
                "{'type':'$ack','detail':{'sub':1,'to':-1}}",
                "{'type':'$ack','detail':{'sub':1}}",
                "{'type':'$ack','detail':{'sub':1,'to':'2'}}",
                "{'type':'$ack','detail':{'sub':1,'to':1,'also':2}}",
                "{'type':'$ack','detail':{'sub':1,'to':1,'also':['2']}}",
                "{'type':'$ack','detail':null}",
                "{'type':'$nack','detail':{'sub':1,'seq':3}}",
                "{'type':'$nack','detail':{'sub':1,'seq':0}}",
                "{'type':'$nack','detail':{'sub':1,'seq':1,'message':1}}",
                "{'type':'$credit','detail':{'sub':1,'credit':-1}}",
                "{'type':'$credit','detail':{'credit':1}}")) {
            RawPeer peer = introduced();
            peer.subscribe(1, "n");
            publish(1, 2);
            expectNumbers(peer, 1, 1, 2);
            peer.send(frame).expectEnd(CloseReason.PROTOCOL);
        }
    }

    @Test
    void whatIsSaidOfASubscriptionThatHasEndedIsIgnored() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n");
        publish(1, 2);
        expectNumbers(peer, 1, 1, 2);
        peer.say("$unsubscribe", "{'sub':1}");
        peer.say("$ack", "{'sub':1,'to':2}").say("$nack", "{'sub':1,'seq':1}").say("$credit", "{'sub':1,'credit':5}");
        assertEquals(1, peer.expect("$unsubscribed").path("sub").asInt());
        peer.expectNothing();
    }

    @Test
    void acknowledgingTwiceChangesNothing() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'credit':2");
        publish(1, 5);
        expectNumbers(peer, 1, 1, 2);
        peer.say("$ack", "{'sub':1,'to':2}")
                .say("$ack", "{'sub':1,'to':1}")
                .say("$ack", "{'sub':1,'to':2,'also':[1,2,2]}");
        expectNumbers(peer, 1, 3, 4);
        peer.expectNothing();
    }

    @Test
    void aGroupSharesTheWorkOverLinks() {
        RawPeer one = introduced();
        RawPeer two = introduced();
        one.subscribe(1, "n", ",'group':'billing'");
        two.subscribe(8, "n", ",'group':'billing'");
        publish(1, 100);
        Set<Integer> numbers = new TreeSet<>();
        int[] of = new int[2];
        eventually(() -> {
            for (RawPeer peer : List.of(one, two)) {
                int sub = peer == one ? 1 : 8;
                while (peer.waiting() > 0) {
                    JsonNode frame = peer.next();
                    assertEquals(sub, frame.path("sub").asInt(), frame::toString);
                    assertTrue(numbers.add(frame.path("detail").asInt()), frame::toString);
                    peer.say("$ack", "{'sub':" + sub + ",'to':" + ++of[sub / 8] + "}");
                }
            }
            assertEquals(100, numbers.size());
        });
        one.expectNothing();
        two.expectNothing();
    }

    @Test
    void whatAMemberHasNotAcknowledgedGoesToAnother() {
        RawPeer one = introduced();
        one.subscribe(1, "n", ",'group':'billing'");
        publish(1, 4);
        expectNumbers(one, 1, 1, 4);
        one.say("$ack", "{'sub':1,'to':1,'also':[3]}");
        RawPeer two = introduced();
        two.subscribe(1, "n", ",'group':'billing'");
        one.say("$unsubscribe", "{'sub':1}");
        assertEquals(1, one.expect("$unsubscribed").path("sub").asInt());
        expectNumbers(two, 1, 2, 2);
        expectNumbers(two, 1, 4, 4);
        two.expectNothing();
    }

    @Test
    void aMemberWithoutCreditTakesNothingFromTheOthers() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'group':'billing'");
        peer.subscribe(2, "n", ",'group':'billing'");
        peer.subscribe(3, "n", ",'group':'billing','credit':0");
        peer.say("$credit", "{'sub':2,'credit':0}");
        peer.say("$ping", "{}");
        peer.expect("$pong");
        publish(1, 10);
        expectNumbers(peer, 1, 1, 10);
        peer.expectNothing();
        peer.say("$unsubscribe", "{'sub':1}");
        peer.expect("$unsubscribed");
        peer.say("$credit", "{'sub':3,'credit':20}");
        expectNumbers(peer, 3, 1, 10);
    }

    @Test
    void whatALostMemberHasNotAcknowledgedGoesToAnother() {
        RawPeer one = introduced();
        one.subscribe(1, "n", ",'group':'billing'");
        publish(1, 2);
        expectNumbers(one, 1, 1, 2);
        RawPeer two = introduced();
        two.subscribe(1, "n", ",'group':'billing'");
        one.link().cut();
        expectNumbers(two, 1, 1, 2);
    }

    @Test
    void theBeginningTheEndAndPlacesBetween() throws Exception {
        publish(1, 5);
        RawPeer peer = introduced();
        peer.say("$subscribe", "{'sub':1,'type':'n','from':'earliest'}");
        JsonNode third = null;
        for (int expected = 1; expected <= 5; ) {
            JsonNode frame = peer.next();
            if (!frame.path("type").asText().equals("$subscribed")) {
                assertEquals(expected, frame.path("detail").asInt());
                third = expected++ == 3 ? frame : third;
            }
        }
        RawPeer after = introduced();
        after.say(
                "$subscribe",
                "{'sub':1,'type':'n','from':{'after':'" + third.path("position").asText() + "'}}");
        assertEquals(4, after.await("n").asInt());
        assertEquals(5, after.await("n").asInt());
        RawPeer since = introduced();
        since.say("$subscribe", "{'sub':1,'type':'n','from':{'since':'2020-01-01T00:00:00Z'}}");
        assertEquals(1, since.await("n").asInt());
        RawPeer latest = introduced();
        latest.subscribe(1, "n", ",'from':'latest'");
        publish(6, 6);
        expectNumbers(latest, 1, 6, 6);
    }

    @Test
    void aRefusedEventComesAgainAndThenGoesAside() {
        RawPeer letters = introduced();
        letters.subscribe(1, "dead");
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'retry':{'attempts':3,'delay':1,'most':2},'deadLetter':'dead'");
        publish(7, 7);
        for (int attempt = 1; attempt <= 3; attempt++) {
            peer.expectEvent("n", "7", 1);
            peer.say("$nack", "{'sub':1,'seq':" + attempt + ",'message':'too hard'}");
        }
        JsonNode letter = letters.expectEvent("dead", "7", 1);
        assertEquals("n", letter.path("headers").path(DeadLetter.TYPE).asText(), letter::toString);
        assertTrue(letter.path("headers").path(DeadLetter.MESSAGE).asText().contains("too hard"), letter::toString);
        publish(8, 8);
        peer.expectEvent("n", "8", 1);
        peer.say("$ack", "{'sub':1,'to':4}");
        peer.expectNothing();
    }

    @Test
    void withoutRetryARefusedEventIsDoneWith() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'group':'billing','credit':1");
        publish(1, 2);
        expectNumbers(peer, 1, 1, 1);
        peer.say("$nack", "{'sub':1,'seq':1,'message':'no'}");
        expectNumbers(peer, 1, 2, 2);
        peer.say("$ack", "{'sub':1,'to':2}");
        peer.expectNothing();
    }

    @Test
    void flushIsAnsweredBehindWhatWasAccepted() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'credit':2");
        publish(1, 3);
        peer.say("$flush", "{'sub':1}");
        expectNumbers(peer, 1, 1, 2);
        peer.expectNothing();
        peer.say("$ack", "{'sub':1,'to':2}");
        expectNumbers(peer, 1, 3, 3);
        peer.expectNothing();
        peer.say("$ack", "{'sub':1,'to':3}");
        assertEquals(RawPeer.json("{'sub':1}"), peer.expect("$flushed"));
        peer.say("$flush", "{'sub':1}");
        peer.expect("$flushed");
    }

    @Test
    void flushOfAGroupWaitsForThisMember() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'group':'billing'");
        publish(1, 3);
        expectNumbers(peer, 1, 1, 3);
        peer.say("$flush", "{'sub':1}").say("$ack", "{'sub':1,'to':2}");
        peer.expectNothing();
        peer.say("$ack", "{'sub':1,'to':3}");
        assertEquals(RawPeer.json("{'sub':1}"), peer.expect("$flushed"));
    }

    @Test
    void nothingComesBehindTheEnd() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n");
        publish(1, 200);
        peer.say("$unsubscribe", "{'sub':1}");
        publish(201, 210);
        JsonNode frame = peer.next();
        while (frame.path("type").asText().equals("n")) {
            frame = peer.next();
        }
        assertEquals(RawPeer.json("{'type':'$unsubscribed','detail':{'sub':1}}"), frame);
        publish(211, 220);
        peer.expectNothing();
    }

    @Test
    void endingTwiceIsAnsweredTwice() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n");
        peer.say("$unsubscribe", "{'sub':1}");
        peer.expect("$unsubscribed");
        peer.say("$unsubscribe", "{'sub':1}");
        peer.expect("$unsubscribed");
    }

    @Test
    void drainingSendsWhatWaitsAndTakesNothingNew() {
        RawPeer peer = introduced();
        peer.subscribe(1, "n", ",'credit':2");
        publish(1, 4);
        expectNumbers(peer, 1, 1, 2);
        peer.say("$unsubscribe", "{'sub':1,'drain':true}");
        peer.expectNothing();
        publish(5, 6);
        peer.say("$ack", "{'sub':1,'to':2}");
        expectNumbers(peer, 1, 3, 4);
        peer.expectNothing();
        peer.say("$ack", "{'sub':1,'to':4}");
        assertEquals(RawPeer.json("{'sub':1}"), peer.expect("$unsubscribed"));
        peer.expectNothing();
    }

    /** So many events that they are not handed over in one go, and a request that comes between. */
    @Test
    void drainingSendsWhatIsOnItsWayAsWell() {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RawPeer peer = introduced();
        peer.subscribe(1, "n");
        Future<Void> reloaded = hub.reload(options().authorizer(new Authorizer() {
            @Override
            public boolean mayPublish(Peer who, EventType<?> type) {
                return true;
            }

            @Override
            public boolean maySubscribe(Peer who, EventType<?> type) {
                asked.countDown();
                awaitHere(go);
                return true;
            }
        }));
        awaitHere(asked);
        publish(1, 200);
        peer.say("$unsubscribe", "{'sub':1,'drain':true}");
        Promise<Void> said = Promise.promise();
        peer.link().context().runOnContext(now -> said.complete());
        result(said.future());
        go.countDown();
        result(reloaded);
        for (int i = 1; i <= 200; i++) {
            peer.expectEvent("n", String.valueOf(i), 1);
            peer.say("$ack", "{'sub':1,'to':" + i + "}");
        }
        assertEquals(RawPeer.json("{'sub':1}"), peer.expect("$unsubscribed"));
        peer.expectNothing();
    }
}
