package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of the events that a spoke sends, and what it is told of them. */
class PublishingTest extends LinkTest {
    private static final EventType<JsonNode> ANYTHING = EventType.of(">", JsonNode.class);

    private final TypedEventTarget target = memory();
    private final List<TypedEvent<JsonNode>> heard = new CopyOnWriteArrayList<>();

    private RawPeer introduced(Hub hub, String more) {
        RawPeer peer = peer(hub);
        peer.helloWith(more, "ack", "credit", "batch", "resume");
        return peer;
    }

    private Hub listening(HubOptions options) {
        ready(target.addEventListener(ANYTHING, heard::add));
        return hub(target, options);
    }

    private List<String> details() {
        return heard.stream().map(event -> event.detail().toString()).toList();
    }

    private static void expectAcknowledged(RawPeer peer, int to) {
        int acknowledged = 0;
        while (acknowledged < to) {
            int next = peer.expect("$ack").path("to").asInt();
            assertTrue(next > acknowledged, "$ack goes forward");
            acknowledged = next;
        }
        assertEquals(to, acknowledged);
    }

    private static void expectRefused(RawPeer peer, int seq, String reason) {
        JsonNode refused = peer.next();
        while (refused.path("type").asText().equals("$ack")) {
            assertTrue(refused.path("detail").path("to").asInt() < seq, refused::toString);
            refused = peer.next();
        }
        assertEquals("$nack", refused.path("type").asText(), refused::toString);
        assertEquals(seq, refused.path("detail").path("seq").asInt(), refused::toString);
        assertEquals(reason, refused.path("detail").path("reason").asText(), refused::toString);
        assertFalse(refused.path("detail").path("message").asText().isEmpty(), refused::toString);
        assertTrue(refused.path("detail").path("retryable").isBoolean(), refused::toString);
    }

    @Test
    void theHubConfirmsWhatItsTargetHasAccepted() {
        RawPeer peer = introduced(listening(options()), "");
        IntStream.rangeClosed(1, 200).forEach(i -> peer.say("n", String.valueOf(i)));
        expectAcknowledged(peer, 200);
        assertEquals(IntStream.rangeClosed(1, 200).mapToObj(String::valueOf).toList(), details());
    }

    @Test
    void eachFrameOfAnArrayCounts() {
        RawPeer peer = introduced(listening(options()), "");
        peer.send("[{'type':'n','detail':1},{'type':'$ping'},{'type':'n','detail':2},{'type':'n','detail':3}]");
        peer.await("$pong");
        peer.say("n", "4");
        eventually(() -> assertEquals(List.of("1", "2", "3", "4"), details()));
    }

    @Test
    void aRefusalIsToldBeforeTheConfirmationThatCoversIt() {
        RawPeer peer = introduced(
                listening(options().authorizer(new Authorizer() {
                    @Override
                    public boolean mayPublish(Peer who, EventType<?> type) {
                        return type.name().equals("open");
                    }

                    @Override
                    public boolean maySubscribe(Peer who, EventType<?> type) {
                        return true;
                    }
                })),
                "");
        peer.send("[{'type':'open','detail':1},{'type':'secret','detail':2},{'type':'open','detail':3}]");
        expectRefused(peer, 2, "unauthorized");
        assertEquals(3, peer.await("$ack").path("to").asInt());
        assertEquals(List.of("1", "3"), details());
    }

    @Test
    void whatIsNoEventIsRefusedAndCounted() {
        RawPeer peer = introduced(listening(options()), "");
        List<String> malformed = List.of(
                "{'detail':1}",
                "{'type':7}",
                "{'type':null}",
                "{'type':'a..b'}",
                "{'type':'a.*'}",
                "{'type':'>'}",
                "{'type':'ä'}",
                "{'type':'" + "x".repeat(256) + "'}",
                "{'type':'a:" + "ü".repeat(128) + "'}",
                "{'type':'a','id':7}",
                "{'type':'a','time':5}",
                "{'type':'a','time':'2024-13-01T00:00:00Z'}",
                "{'type':'a','source':[]}",
                "{'type':'a','headers':[]}",
                "{'type':'a','headers':{'a':null}}",
                "{'type':'a','id':'1','id':'1'}",
                "{}",
                "5",
                "'a'",
                "null",
                "true");
        for (int i = 0; i < malformed.size(); i++) {
            peer.send(malformed.get(i));
            expectRefused(peer, i + 1, "codec");
        }
        peer.send("{'type':'a','detail':'" + malformed.size() + "'}");
        while (peer.await("$ack").path("to").asInt() <= malformed.size()) {
            // the confirmations of the refused ones
        }
        assertEquals(1, heard.size());
    }

    @Test
    void tooManyHeadersAreRefused() {
        RawPeer peer = introduced(listening(options()), "");
        String headers = String.join(
                ",", IntStream.range(0, 128).mapToObj(i -> "'h" + i + "':''").toList());
        peer.send("{'type':'a','headers':{" + headers + "}}");
        expectAcknowledged(peer, 1);
        peer.send("{'type':'a','headers':{" + headers + ",'more':''}}");
        expectRefused(peer, 2, "codec");
    }

    @Test
    void whatIsNotReadableEndsTheLink() {
        Hub hub = listening(options());
        for (String message :
                List.of("", " ", "{", "[{'type':'a'},", "{'type':'a'}}", "nul", "{'type':'a'}{'type':'a'}")) {
            introduced(hub, "").send(message).expectEnd(CloseReason.MALFORMED);
        }
        String deep = "[".repeat(300) + "]".repeat(300);
        introduced(hub, "").send("{'type':'a','detail':" + deep + "}").expectEnd(CloseReason.MALFORMED);
    }

    @Test
    void positionsAndSubscriptionsAreTheHubsToSay() {
        RawPeer peer = introduced(listening(options()), "");
        peer.subscribe(1, "a");
        peer.send("{'type':'a','detail':1,'position':'mine','sub':[77],'id':'x'}");
        JsonNode event = peer.next();
        while (event.path("type").asText().startsWith("$")) {
            event = peer.next();
        }
        assertEquals(1, event.path("sub").asInt(), event::toString);
        assertFalse(event.path("position").asText().equals("mine"), event::toString);
        assertNull(heard.get(0).position());
    }

    @Test
    void ofTwoEventsWithOneIdOnOneTopicTheSecondIsDropped() {
        Hub hub = listening(options());
        RawPeer one = introduced(hub, "");
        RawPeer two = introduced(hub, "");
        one.send("{'type':'a','id':'x','detail':1}");
        expectAcknowledged(one, 1);
        two.send("{'type':'a','id':'x','detail':2}");
        two.send("{'type':'b','id':'x','detail':3}");
        expectAcknowledged(two, 2);
        assertEquals(List.of("1", "3"), details());
    }

    @Test
    void aProducersEventsAreKnownAgainInAnotherSession() {
        Hub hub = listening(options());
        RawPeer one = introduced(hub, ",'producer':'till-7','next':0");
        one.say("a", "0").say("a", "1").say("a", "2");
        expectAcknowledged(one, 3);
        one.link().cut();
        RawPeer two = introduced(hub, ",'producer':'till-7','next':1");
        two.say("a", "1").say("a", "2").say("a", "3");
        expectAcknowledged(two, 3);
        RawPeer other = introduced(hub, ",'producer':'till-8'");
        other.say("a", "4");
        expectAcknowledged(other, 1);
        assertEquals(List.of("0", "1", "2", "3", "4"), details());
    }

    @Test
    void whatIsGivenUpIsCountedAndNothingElse() {
        RawPeer peer = introduced(listening(options().maxPublishing(4)), "");
        peer.say("a", "1").say("$skip", "{'count':2}").say("a", "4");
        expectAcknowledged(peer, 4);
        peer.say("$skip", "{'count':1000}").say("a", "1005");
        expectAcknowledged(peer, 1005);
        assertEquals(List.of("1", "4", "1005"), details());
    }

    @Test
    void controlFramesThatDoNotExistEndTheLink() {
        Hub hub = listening(options());
        for (String type : List.of("$", "$$", "$subscribed", "$welcome", "$gap", "$flushed", "$ACK", "$hello ")) {
            introduced(hub, "").say(type, "{'sub':1}").expectEnd(CloseReason.PROTOCOL);
        }
        for (String detail : List.of("{}", "{'count':0}", "{'count':-1}", "{'count':'1'}", "null")) {
            introduced(hub, "").say("$skip", detail).expectEnd(CloseReason.PROTOCOL);
        }
    }

    @Test
    void aPeerWithANameIsTheSourceOfItsEvents() {
        Hub hub = listening(
                options().authenticator(handshake -> io.vertx.core.Future.succeededFuture(Peer.named("ada"))));
        RawPeer peer = introduced(hub, "");
        peer.send("{'type':'a'}").send("{'type':'a','source':'till'}");
        expectAcknowledged(peer, 2);
        assertEquals(
                List.of("ada", "till"), heard.stream().map(TypedEvent::source).toList());
    }

    @Test
    void readingStopsWhileTooManyAreUnderWay() {
        HeldTarget held = new HeldTarget();
        Hub hub = hub(held, options().maxPublishing(100));
        RawPeer peer = introduced(hub, "");
        IntStream.rangeClosed(1, 5000).forEach(i -> peer.say("n", String.valueOf(i)));
        eventually(() -> assertTrue(held.underWay() >= 100));
        peer.link().context().runOnContext(now -> peer.link().ping());
        assertTrue(held.most() <= 200, () -> held.most() + " were under way");
        held.open();
        int acknowledged = 0;
        while (acknowledged < 5000) {
            acknowledged = peer.await("$ack").path("to").asInt();
        }
        assertEquals(5000, held.count());
        assertTrue(held.most() <= 200, () -> held.most() + " were under way");
    }
}
