package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes over a bound is told so, and holds up nobody else. */
class BoundsTest extends LinkTest {
    private static final EventType<String> TEXT = EventType.of("n", String.class);
    private static final String[] FEATURES = {"ack", "credit", "resume", "batch"};
    private static final String FILLING = "x".repeat(1000);

    private final TypedEventTarget target = memory();

    private Future<Void> publish(int number) {
        return target.dispatchEvent(TypedEvent.of(TEXT, number + FILLING));
    }

    private static int number(JsonNode frame) {
        return Integer.parseInt(frame.path("detail").asText().replace(FILLING, ""));
    }

    @Test
    void framesOfAMessage() {
        Hub hub = hub(options().maxBatch(3));
        RawPeer peer = peer(hub);
        peer.hello("batch");
        peer.send("[{'type':'$ping'},{'type':'$ping'},{'type':'$ping'}]");
        IntStream.range(0, 3).forEach(i -> peer.expect("$pong"));
        peer.send("[{'type':'$ping'},{'type':'$ping'},{'type':'$ping'},{'type':'$ping'}]");
        peer.expectEnd(CloseReason.OVER_LIMIT);
    }

    @Test
    void answersThatNobodyReads() {
        Hub hub = hub(options());
        RawPeer peer = peer(hub);
        peer.hello("batch");
        peer.link().freeze();
        String pings = "{'type':'$ping'}" + ",{'type':'$ping'}".repeat(999);
        for (int i = 0; i < 1000; i++) {
            peer.send("[" + pings + "]");
        }
        result(peer.link().other().gone());
        assertEquals(1, hub.status().refused());
    }

    @Test
    void subscriptionsOfALink() {
        Hub hub = hub(options().maxSubscriptions(3));
        RawPeer peer = peer(hub);
        peer.hello("ack");
        IntStream.rangeClosed(1, 3).forEach(i -> peer.subscribe(i, "a" + i));
        peer.subscribe(3, "a3");
        peer.say("$unsubscribe", "{'sub':1}");
        peer.expect("$unsubscribed");
        peer.subscribe(4, "a4");
        peer.say("$subscribe", "{'sub':5,'type':'a5'}").expectEnd(CloseReason.OVER_LIMIT);
        RawPeer plain = peer(hub);
        plain.say("$subscribe", "{'types':['a','b','c','a']}");
        plain.expectNothing();
        plain.say("$subscribe", "{'types':['d']}").expectEnd(CloseReason.OVER_LIMIT);
    }

    @Test
    void aMillionSubscriptions() {
        Hub hub = hub(options().maxSubscriptions(100));
        RawPeer peer = peer(hub);
        peer.hello("ack", "batch");
        StringBuilder batch = new StringBuilder();
        for (int message = 0; message < 1000; message++) {
            batch.setLength(0);
            for (int i = 1; i <= 1000; i++) {
                batch.append(i == 1 ? '[' : ',')
                        .append("{'type':'$subscribe','detail':{'sub':")
                        .append(message * 1000 + i)
                        .append(",'type':'a'}}");
            }
            peer.send(batch.append(']').toString());
        }
        peer.expectEnd(CloseReason.OVER_LIMIT);
        eventually(() -> assertEquals(List.of(), hub.status().links()));
    }

    @Test
    void links() {
        Hub hub = hub(options().maxLinks(2));
        RawPeer one = peer(hub);
        one.hello("ack");
        RawPeer two = peer(hub);
        two.hello("ack");
        assertEquals(CloseReason.OVERLOADED, peer(hub).closed().reason());
        one.say("$bye", "null").closed();
        eventually(() -> assertEquals(1, hub.status().links().size()));
        peer(hub).hello("ack");
        two.expectNothing();
    }

    @Test
    void linksThatAreNotIntroduced() {
        Promise<Peer> decision = Promise.promise();
        Hub hub = hub(options()
                .maxHandshakes(2)
                .authenticator(handshake ->
                        handshake.token() == null ? decision.future() : Future.succeededFuture(Peer.named("ada"))));
        List<RawPeer> waiting = List.of(peer(hub), peer(hub));
        eventually(() -> assertEquals(2, hub.status().links().size()));
        assertEquals(CloseReason.OVERLOADED, peer(hub).closed().reason());
        decision.complete(Peer.named("bob"));
        waiting.forEach(peer -> peer.hello("ack"));
        for (int i = 0; i < 5; i++) {
            peer(new LocalConnector(vertx, hub).token("t")).hello("ack");
        }
    }

    @Test
    void framesASecond() {
        Hub hub = hub(target, options().maxRate(50));
        RawPeer steady = peer(hub);
        steady.hello("ack");
        RawPeer flooding = peer(hub);
        flooding.hello("ack", "batch");
        String batch = "[" + String.join(",", Collections.nCopies(100, "{'type':'$pong'}")) + "]";
        IntStream.range(0, 1000).forEach(i -> flooding.send(batch));
        flooding.expectEnd(CloseReason.OVER_LIMIT);
        steady.expectNothing();
        RawPeer malformed = peer(hub);
        malformed.hello("ack", "batch");
        String nonsense = "[" + String.join(",", Collections.nCopies(1000, "5")) + "]";
        malformed.send(nonsense).expectEnd(CloseReason.OVER_LIMIT);
    }

    @Test
    void whatWaitsEndsTheLinkAndItsSession() {
        whatWaitsEndsTheLink(options().maxQueued(100, 1 << 30));
    }

    @Test
    void theBytesThatWaitEndTheLinkAndItsSession() {
        whatWaitsEndsTheLink(options().maxQueued(1 << 20, 100_000));
    }

    private void whatWaitsEndsTheLink(HubOptions options) {
        Hub hub = hub(target, options);
        List<RawPeer> peers = new ArrayList<>();
        RawPeer slow = peer(hub);
        String session = slow.hello(FEATURES).path("session").asText();
        slow.subscribe(1, "n");
        RawPeer slowAndPlain = peer(hub);
        slowAndPlain.say("$subscribe", "{'types':['n']}");
        slowAndPlain.expectNothing();
        for (int i = 0; i < 10; i++) {
            RawPeer peer = peer(hub);
            peer.hello(FEATURES);
            peer.subscribe(1, "n");
            peers.add(peer);
        }
        slow.link().freeze();
        slowAndPlain.link().freeze();
        for (int i = 1; i <= 400; i++) {
            int expected = i;
            result(publish(i));
            for (RawPeer peer : peers) {
                assertEquals(expected, number(peer.next()));
                peer.say("$ack", "{'sub':1,'to':" + i + "}");
            }
        }
        eventually(() -> assertEquals(10, hub.status().links().size()));
        assertEquals(2, hub.status().slow());
        slow.link().thaw();
        eventually(() -> assertTrue(slow.isClosed() && slowAndPlain.isClosed()));
        RawPeer back = peer(hub);
        assertFalse(back.helloWith(",'session':'" + session + "'", FEATURES)
                .path("resumed")
                .asBoolean());
        eventually(() -> hub.status().links().forEach(link -> assertEquals(0, link.queued())));
    }

    @Test
    void theSlowPeerIsToldWhy() {
        Hub hub = hub(target, options().maxQueued(10, 1 << 20));
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        peer.subscribe(1, "n", ",'credit':5");
        IntStream.rangeClosed(1, 20).forEach(i -> result(publish(i)));
        assertEquals(
                CloseReason.SLOW_CONSUMER.wireName(),
                peer.await("$error").path("reason").asText());
        assertEquals(CloseReason.SLOW_CONSUMER, peer.closed().reason());
    }

    @Test
    void theOldestThatWaitAreLeftOut() {
        Hub hub = hub(target, options().maxQueued(100, 1 << 20).slowSpokes(SlowSpokePolicy.DROP_OLDEST));
        RawPeer slow = peer(hub);
        slow.hello(FEATURES);
        slow.subscribe(1, "n");
        slow.subscribe(2, "n");
        RawPeer other = peer(hub);
        other.hello(FEATURES);
        other.subscribe(1, "n");
        slow.link().freeze();
        for (int i = 1; i <= 1000; i++) {
            result(publish(i));
            assertEquals(i, number(other.next()));
            other.say("$ack", "{'sub':1,'to':" + i + "}");
        }
        assertTrue(
                hub.status().links().stream().allMatch(link -> link.queued() <= 100),
                () -> hub.status().toString());
        slow.link().thaw();
        int[] last = new int[3];
        int[] missed = new int[3];
        int[] heard = new int[3];
        while (last[1] < 1000 || last[2] < 1000) {
            JsonNode frame = slow.next();
            if (frame.path("type").asText().equals("$gap")) {
                missed[frame.path("detail").path("sub").asInt()] +=
                        frame.path("detail").path("missed").asInt();
            } else {
                int number = number(frame);
                for (JsonNode one : frame.path("sub").isArray() ? frame.path("sub") : List.of(frame.path("sub"))) {
                    int sub = one.asInt();
                    assertEquals(heard[sub] + missed[sub] + 1, number, "at its place");
                    last[sub] = number;
                    heard[sub]++;
                    slow.say("$ack", "{'sub':" + sub + ",'to':" + heard[sub] + "}");
                }
            }
        }
        for (int sub = 1; sub <= 2; sub++) {
            assertEquals(1000, heard[sub] + missed[sub]);
            assertTrue(missed[sub] > 0);
        }
        assertEquals(missed[1] + missed[2], hub.status().dropped());
        assertEquals(0, hub.status().slow());
        eventually(() -> hub.status().links().forEach(link -> assertEquals(0, link.queued())));
    }

    @Test
    void thePublisherWaits() {
        Hub hub = hub(target, options().maxQueued(100, 1 << 20).slowSpokes(SlowSpokePolicy.PAUSE));
        RawPeer slow = peer(hub);
        slow.hello(FEATURES);
        slow.subscribe(1, "n");
        slow.link().freeze();
        List<Future<Void>> outcomes =
                IntStream.rangeClosed(1, 2000).mapToObj(this::publish).toList();
        assertFalse(outcomes.get(1999).isComplete(), () -> outcomes.get(1999).toString());
        assertTrue(
                hub.status().links().get(0).queued() <= 100, () -> hub.status().toString());
        slow.link().thaw();
        for (int i = 1; i <= 2000; i++) {
            assertEquals(i, number(slow.next()));
            slow.say("$ack", "{'sub':1,'to':" + i + "}");
        }
        outcomes.forEach(LinkTest::result);
        assertEquals(0, hub.status().dropped());
    }

    @Test
    void whatSubscriptionsWithoutCreditCollectIsBounded() {
        Hub hub = hub(target, options().maxQueued(50, 1 << 20).slowSpokes(SlowSpokePolicy.DROP_OLDEST));
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        IntStream.rangeClosed(1, 20).forEach(sub -> peer.subscribe(sub, "n", ",'credit':0"));
        IntStream.rangeClosed(1, 200).forEach(i -> result(publish(i)));
        eventually(() -> assertTrue(hub.status().dropped() >= 20 * 200 - 50));
        assertTrue(hub.status().links().get(0).queued() <= 50);
        peer.expectNothingBut("$gap");
    }

    @Test
    void whatIsNotAcknowledgedIsBounded() {
        Hub hub = hub(target, options().maxQueued(100, 1 << 20));
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        peer.subscribe(1, "n");
        for (int i = 1; i <= 100; i++) {
            result(publish(i));
            assertEquals(i, number(peer.next()));
        }
        eventually(() -> {
            result(publish(0));
            assertTrue(hub.status().links().stream().allMatch(link -> link.queued() <= 100));
            assertTrue(peer.isClosed());
        });
        assertEquals(CloseReason.SLOW_CONSUMER, peer.closed().reason());
        assertEquals(1, hub.status().slow());
    }

    @Test
    void answersThatAreNotReadDoNotPileUp() {
        Hub hub = hub(target, options());
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        peer.link().freeze();
        for (int i = 0; i < 300; i++) {
            peer.send("[" + String.join(",", Collections.nCopies(1000, "{'type':'$ping'}")) + "]");
        }
        vertx.runOnContext(now -> {});
        peer.link().thaw();
        peer.expect("$pong");
        assertTrue(
                peer.link().other().mostUnderWay() < 4 << 20,
                () -> peer.link().other().mostUnderWay() + " bytes");
    }
}
