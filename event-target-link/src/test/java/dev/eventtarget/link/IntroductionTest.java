package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@code $hello} asks for and {@code $welcome} grants. */
class IntroductionTest extends LinkTest {
    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new TreeSet<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    @Test
    void theHubSaysWhatItGrants() {
        HubOptions options = options()
                .heartbeat(Duration.ofMillis(7000))
                .maxMessage(5000)
                .maxBatch(70)
                .maxSubscriptions(80);
        JsonNode welcome = peer(hub(memory("&dedup=100"), options)).hello("ack", "credit", "resume", "batch", "cbor");
        assertEquals(1, welcome.path("version").asInt());
        assertEquals(Set.of("ack", "credit", "resume", "batch", "cbor"), texts(welcome.path("features")));
        assertFalse(welcome.path("session").asText().isEmpty());
        assertFalse(welcome.path("resumed").asBoolean(true));
        assertEquals(0, welcome.path("received").asInt(-1));
        assertEquals(7000, welcome.path("heartbeat").asInt());
        assertEquals("log", welcome.path("positions").asText());
        assertEquals(5000, welcome.path("limits").path("message").asInt());
        assertEquals(70, welcome.path("limits").path("batch").asInt());
        assertEquals(80, welcome.path("limits").path("subscriptions").asInt());
        assertTrue(texts(welcome.path("capabilities"))
                .containsAll(Set.of("ordered", "groups", "acknowledged", "wildcards", "deduplicated")));
    }

    @Test
    void onlyWhatBothCanDoIsGranted() {
        Hub hub = hub();
        JsonNode welcome = peer(hub).hello("ack", "telepathy");
        assertEquals(Set.of("ack"), texts(welcome.path("features")));
        assertTrue(welcome.path("session").isMissingNode());
        assertEquals(Set.of(), texts(peer(hub).hello("telepathy").path("features")));
        assertEquals(
                Set.of("batch"),
                texts(peer(hub).hello("credit", "resume", "batch").path("features")));
        RawPeer silent = peer(hub);
        silent.say("$hello", "{'version':1}");
        assertEquals(Set.of(), texts(silent.expect("$welcome").path("features")));
    }

    @Test
    void eachSessionHasASecretOfItsOwn() {
        Hub hub = hub();
        String one = peer(hub).hello("ack", "resume").path("session").asText();
        String two = peer(hub).hello("ack", "resume").path("session").asText();
        assertNotEquals(one, two);
        assertTrue(one.length() >= 16, one);
    }

    @Test
    void anotherVersionIsRefused() {
        Hub hub = hub();
        for (String version : List.of("0", "2", "'1'", "1.5", "null", "99999999999999999999")) {
            peer(hub).say("$hello", "{'version':" + version + "}").expectEnd(CloseReason.PROTOCOL);
        }
        peer(hub).say("$hello", "{}").expectEnd(CloseReason.PROTOCOL);
        peer(hub).say("$hello", "null").expectEnd(CloseReason.PROTOCOL);
        peer(hub).say("$hello", "'hello'").expectEnd(CloseReason.PROTOCOL);
    }

    @Test
    void whatIsOfAnotherTypeIsRefused() {
        Hub hub = hub();
        for (String field : List.of(
                "'features':'ack'",
                "'features':[1]",
                "'features':{'ack':true}",
                "'features':['ack'],'producer':7",
                "'features':['ack'],'producer':''",
                "'features':['ack'],'producer':'a b'",
                "'features':['ack'],'producer':'" + "x".repeat(65) + "'",
                "'features':['ack'],'producer':'p','next':-1",
                "'features':['ack'],'producer':'p','next':'1'",
                "'features':['ack','resume'],'session':5",
                "'features':['ack'],'token':5")) {
            peer(hub).say("$hello", "{'version':1," + field + "}").expectEnd(CloseReason.PROTOCOL);
        }
    }

    @Test
    void helloIsTheFirstFrameAndTheOnlyOneOfItsKind() {
        Hub hub = hub();
        RawPeer twice = peer(hub);
        twice.hello("ack");
        twice.say("$hello", "{'version':1}").expectEnd(CloseReason.PROTOCOL);
        peer(hub).say("a", "1").say("$hello", "{'version':1}").expectEnd(CloseReason.PROTOCOL);
    }

    @Test
    void helloIsASingleFrameInJson() {
        Hub hub = hub();
        peer(hub)
                .send("[{'type':'$hello','detail':{'version':1,'features':['batch']}}]")
                .expectEnd(CloseReason.PROTOCOL);
        peer(hub)
                .send(RawPeer.cbor(RawPeer.json("{'type':'$hello','detail':{'version':1}}")), false)
                .expectEnd(CloseReason.PROTOCOL);
    }

    @Test
    void afterWelcomeBothMaySpeakCbor() {
        RawPeer peer = peer(hub());
        peer.say("$hello", "{'version':1,'features':['ack','cbor']}");
        assertTrue(peer.message().text());
        peer.say("$subscribe", "{'sub':1,'type':'a'}");
        RawPeer.Message subscribed = peer.message();
        assertFalse(subscribed.text());
        assertEquals(RawPeer.json("{'type':'$subscribed','detail':{'sub':1}}"), subscribed.content());
        peer.speakCbor();
        peer.say("a", "{'n':[1,2.5,null,true,'ü']}");
        RawPeer.Message event = peer.message();
        assertFalse(event.text());
        assertEquals(
                RawPeer.json("{'n':[1,2.5,null,true,'ü']}"), event.content().path("detail"));
        assertEquals(1, event.content().path("sub").asInt());
    }

    @Test
    void anEventGoesFromCborToJsonAndBack() {
        Hub hub = hub();
        RawPeer cbor = peer(hub);
        cbor.hello("ack", "cbor");
        cbor.subscribe(1, "a");
        RawPeer json = peer(hub);
        json.hello("ack");
        json.subscribe(7, "a");
        cbor.say("a", "{'from':'cbor'}");
        cbor.expectEvent("a", "{'from':'cbor'}", 1);
        json.expectEvent("a", "{'from':'cbor'}", 7);
        json.say("a", "{'from':'json'}");
        assertEquals("json", cbor.await("a").path("from").asText());
        json.expectEvent("a", "{'from':'json'}", 7);
    }

    @Test
    void arraysAreReadAndWrittenOnceGranted() {
        TypedEventTarget target = memory();
        RawPeer peer = peer(hub(target, options()));
        peer.hello("ack", "batch");
        peer.send(
                "[{'type':'$subscribe','detail':{'sub':1,'type':'n'}},{'type':'n','detail':-2},{'type':'n','detail':-1}]");
        peer.await("$subscribed");
        EventType<Integer> number = EventType.of("n", Integer.class);
        peer.link().freeze();
        IntStream.range(0, 3000).forEach(i -> target.dispatchEvent(TypedEvent.of(number, i)));
        peer.link().thaw();
        int expected = 0;
        int messages = 0;
        while (expected < 3000) {
            RawPeer.Message message = peer.message();
            messages++;
            for (JsonNode frame : message.content().isArray() ? message.content() : List.of(message.content())) {
                if (frame.path("type").asText().equals("n")
                        && frame.path("detail").asInt() >= 0) {
                    assertEquals(expected++, frame.path("detail").asInt());
                }
            }
        }
        assertTrue(messages < 3000, "arrays are there to be used");
    }

    @Test
    void anEmptyArrayMeansNothing() {
        RawPeer peer = peer(hub());
        peer.hello("batch");
        peer.send("[]");
        peer.expectNothing();
    }

    @Test
    void arraysOfArraysAreRefused() {
        RawPeer peer = peer(hub());
        peer.hello("ack", "batch");
        peer.send("[[{'type':'a'}]]");
        assertEquals("codec", peer.expect("$nack").path("reason").asText());
        peer.expectNothingBut("$ack");
    }

    @Test
    void aTokenIsAskedFor() {
        Hub hub = hub(options()
                .authenticator(handshake -> "right".equals(handshake.token())
                        ? Future.succeededFuture(Peer.named("ada"))
                        : Future.failedFuture(new UnauthorizedException("Show the right token"))));
        RawPeer later = peer(hub);
        later.helloWith(",'token':'right'", "ack");
        later.subscribe(1, "a");
        peer(new LocalConnector(vertx, hub).token("right")).hello("ack");

        RawPeer plain = peer(new LocalConnector(vertx, hub).token("right"));
        plain.say("$subscribe", "{'types':['a']}").say("a", "1");
        plain.expectEvent("a", "1");

        assertEquals(
                "Show the right token",
                peer(hub).say("$hello", "{'version':1,'token':'wrong'}").expectEnd(CloseReason.UNAUTHORIZED));
        peer(hub).say("$hello", "{'version':1}").expectEnd(CloseReason.UNAUTHORIZED);
        peer(hub).say("a", "1").expectEnd(CloseReason.UNAUTHORIZED);
        peer(hub).say("$subscribe", "{'types':['a']}").expectEnd(CloseReason.UNAUTHORIZED);
        RawPeer wrong = peer(new LocalConnector(vertx, hub).token("wrong"));
        wrong.say("a", "1").expectEnd(CloseReason.UNAUTHORIZED);
    }

    @Test
    void whatCameBeforeAnAuthenticatorHasDecidedIsKept() {
        io.vertx.core.Promise<Peer> decision = io.vertx.core.Promise.promise();
        RawPeer peer = peer(hub(options().authenticator(handshake -> decision.future())));
        peer.say("$hello", "{'version':1,'features':['ack'],'token':'t'}");
        peer.say("$subscribe", "{'sub':1,'type':'a'}").say("a", "1");
        decision.complete(Peer.named("ada"));
        peer.expect("$welcome");
        peer.await("$subscribed");
    }

    @Test
    void anAuthenticatorThatFailsLetsNobodyIn() {
        Hub throwing = hub(options().authenticator(handshake -> {
            throw new IllegalStateException("broken");
        }));
        RawPeer peer = peer(throwing);
        peer.say("$hello", "{'version':1}");
        assertFalse(String.valueOf(peer.closed().message()).contains("broken"));
        Hub failing = hub(options().authenticator(handshake -> Future.failedFuture("no database")));
        peer(failing).say("$hello", "{'version':1}").closed();
    }
}
