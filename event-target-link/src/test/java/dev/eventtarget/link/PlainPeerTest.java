package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Peers that send and get types and details, and know nothing else of the protocol. */
class PlainPeerTest extends LinkTest {
    private static final EventType<JsonNode> ANYTHING = EventType.of(">", JsonNode.class);

    private final TypedEventTarget target = memory();

    private BlockingQueue<TypedEvent<JsonNode>> heard() {
        BlockingQueue<TypedEvent<JsonNode>> events = new LinkedBlockingQueue<>();
        ready(target.addEventListener(ANYTHING, events::add));
        return events;
    }

    private static TypedEvent<JsonNode> next(BlockingQueue<TypedEvent<JsonNode>> events) throws Exception {
        TypedEvent<JsonNode> event = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null) {
            throw new AssertionError("no event came");
        }
        return event;
    }

    @Test
    void publishesWhatItSends() throws Exception {
        BlockingQueue<TypedEvent<JsonNode>> events = heard();
        RawPeer peer = peer(hub(target, options()));
        peer.send("{'type':'order.placed','detail':{'id':42,'total':'9.50'}}");
        TypedEvent<JsonNode> event = next(events);
        assertEquals("order.placed", event.type().topic());
        assertEquals(RawPeer.json("{'id':42,'total':'9.50'}"), event.detail());
        peer.expectNothing();
    }

    @Test
    void anEventKeepsWhatItSaysOfItself() throws Exception {
        BlockingQueue<TypedEvent<JsonNode>> events = heard();
        peer(hub(target, options()))
                .send("{'id':'e-1','time':'2024-02-29T12:00:00.5Z','source':'till','headers':{'a':'b'},"
                        + "'colour':['unknown'],'detail':[1,null],'type':'order.placed:k:1'}");
        TypedEvent<JsonNode> event = next(events);
        assertEquals("order.placed:k:1", event.type().topic());
        assertEquals("e-1", event.id());
        assertEquals("2024-02-29T12:00:00.500Z", event.time().toString());
        assertEquals("till", event.source());
        assertEquals(Map.of("a", "b"), event.headers());
        assertEquals(RawPeer.json("[1,null]"), event.detail());
    }

    @Test
    void aDetailThatIsNotThereIsNull() throws Exception {
        BlockingQueue<TypedEvent<JsonNode>> events = heard();
        peer(hub(target, options())).send("{'type':'tick'}");
        JsonNode detail = next(events).detail();
        assertTrue(detail == null || detail.isNull());
    }

    @Test
    void hearsEachMatchingEventOnceAsAMessageOfItsOwn() {
        Hub hub = hub(target, options());
        RawPeer peer = peer(hub);
        peer.say("$subscribe", "{'types':['order.*','order.placed','invoice.sent:42','log.>']}");
        peer.expectNothing();
        RawPeer publisher = peer(hub);
        List<String> matching =
                List.of("order.placed", "order.placed:7", "order.shipped", "invoice.sent:42", "log.a", "log.a.b.c:9");
        for (String type : List.of("order", "order.a.b", "invoice.sent", "invoice.sent:43", "log", "other")) {
            publisher.say(type, "0");
        }
        matching.forEach(type -> publisher.say(type, "'" + type + "'"));
        for (String type : matching) {
            RawPeer.Message message = peer.message();
            assertTrue(message.text());
            assertTrue(message.content().isObject(), () -> message.content().toString());
            assertEquals(type, message.content().path("type").asText());
            assertEquals(type, message.content().path("detail").asText());
            assertFalse(message.content().has("sub"), () -> message.content().toString());
        }
        publisher.expectNothing();
        peer.expectNothing();
    }

    @Test
    void getsNoArraysHoweverManyComeAtOnce() {
        RawPeer peer = peer(hub(target, options()));
        peer.say("$subscribe", "{'types':['n']}");
        peer.expectNothing();
        EventType<Integer> number = EventType.of("n", Integer.class);
        IntStream.range(0, 1000).forEach(i -> target.dispatchEvent(TypedEvent.of(number, i)));
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, peer.message().content().path("detail").asInt());
        }
    }

    @Test
    void hearsItself() {
        RawPeer peer = peer(hub(target, options()));
        peer.say("$subscribe", "{'types':['chat']}");
        peer.say("chat", "'hello'");
        peer.expectEvent("chat", "'hello'");
        peer.expectNothing();
    }

    @Test
    void stopsListening() {
        RawPeer peer = peer(hub(target, options()));
        peer.say("$subscribe", "{'types':['a','b']}");
        peer.say("$unsubscribe", "{'types':['a','never']}");
        peer.say("a", "1").say("b", "2");
        peer.expectEvent("b", "2");
        peer.expectNothing();
    }

    @Test
    void isAnsweredWhereItIsRefused() {
        RawPeer peer = peer(hub(target, options().authorizer(new Rules("open.", "open."))));
        peer.say("open.a", "1").say("secret.a", "1");
        JsonNode error = peer.expect("$error");
        assertEquals("unauthorized", error.path("reason").asText());
        assertEquals(2, error.path("seq").asInt());
        peer.expectNothing();
        peer.say("$subscribe", "{'types':['secret.*']}");
        peer.expectEnd(CloseReason.UNAUTHORIZED);
    }

    @Test
    void isAnsweredWhereAnEventIsMalformed() throws Exception {
        BlockingQueue<TypedEvent<JsonNode>> events = heard();
        RawPeer peer = peer(hub(target, options()));
        List<String> malformed = new ArrayList<>(List.of(
                "{'detail':1}",
                "{'type':7,'detail':1}",
                "{'type':'','detail':1}",
                "{'type':'a..b','detail':1}",
                "{'type':'a.*','detail':1}",
                "{'type':'" + "x".repeat(300) + "'}",
                "{'type':'a','id':7}",
                "{'type':'a','time':'yesterday'}",
                "{'type':'a','headers':{'a':1}}",
                "{'type':'a','type':'b'}"));
        malformed.forEach(frame -> {
            peer.send(frame);
            assertEquals("codec", peer.expect("$error").path("reason").asText(), frame);
        });
        peer.say("a", "1");
        assertEquals("a", next(events).type().topic());
        assertEquals(0, events.size());
    }

    @Test
    void mayNotUseWhatItDidNotAskFor() {
        Hub hub = hub(target, options());
        for (String frame : List.of(
                "{'type':'$ack','detail':{'sub':1,'to':0}}",
                "{'type':'$nack','detail':{'sub':1,'seq':1}}",
                "{'type':'$credit','detail':{'sub':1,'credit':1}}",
                "{'type':'$flush','detail':{'sub':1}}",
                "{'type':'$welcome','detail':{}}",
                "{'type':'$whatever','detail':{}}",
                "{'type':'$','detail':{}}")) {
            peer(hub).send(frame).expectEnd(CloseReason.PROTOCOL);
        }
        peer(hub).send("[{'type':'a'}]").expectEnd(CloseReason.PROTOCOL);
        peer(hub).send(RawPeer.cbor(RawPeer.json("{'type':'a'}")), false).expectEnd(CloseReason.PROTOCOL);
    }

    @Test
    void whatIsNotReadableEndsTheLink() {
        Hub hub = hub(target, options());
        for (String message : List.of(
                "", "{", "hello", "{'type':'a'} {'type':'b'}", "{'type':'a','detail':\u0001}", "{'a\\ud800':1")) {
            peer(hub).send(message).expectEnd(CloseReason.MALFORMED);
        }
        peer(hub)
                .send(new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'}, true)
                .expectEnd(CloseReason.MALFORMED);
    }

    /** Lets everybody do things to types that begin with something. */
    private record Rules(String publish, String subscribe) implements Authorizer {
        @Override
        public boolean mayPublish(Peer peer, EventType<?> type) {
            return type.topic().startsWith(publish);
        }

        @Override
        public boolean maySubscribe(Peer peer, EventType<?> type) {
            return type.topic().startsWith(subscribe);
        }
    }
}
