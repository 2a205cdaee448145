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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Large events come beside the messages: none is lost, each type keeps its order, and other types do not wait. */
class LargeEventTest extends LinkTest {
    private static final EventType<String> BLOB = EventType.of("blob", String.class);
    private static final EventType<String> TICK = EventType.of("tick", String.class);
    private static final String LARGE = "x".repeat(500);
    private static final String[] FEATURES = {"ack", "credit", "resume", "batch", "large"};

    private final TypedEventTarget target = memory();
    private final Hub hub = hub(target, options());
    private final LocalConnector connector = new LocalConnector(vertx, hub).largeFrom(400);
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private static byte[] blob(String detail) {
        return ("{\"type\":\"blob\",\"detail\":\"" + detail + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private void aside(RawPeer peer, long sub, long number, byte[] frame) {
        peer.link().context().runOnContext(now -> peer.link().sendAside(sub, number, frame));
    }

    private RawPeer introduced() {
        RawPeer peer = peer(connector);
        peer.hello(FEATURES);
        return peer;
    }

    private void listen() {
        ready(target.addEventListener(EventType.of(">", String.class), event -> {
            heard.add(event.detail().substring(0, 1));
        }));
    }

    @Test
    void othersDoNotWaitAndTheSameTypeDoes() {
        listen();
        RawPeer peer = introduced();
        peer.say("$large", "{'type':'blob'}");
        peer.say("blob", "'2'");
        peer.say("tick", "'3'");
        peer.say("blob:7", "'4'");
        assertEquals(RawPeer.json("{'seq':1}"), peer.expect("$fetch"));
        eventually(() -> assertEquals(List.of("3"), heard));
        aside(peer, 0, 1, blob("1"));
        eventually(() -> assertEquals(List.of("3", "1", "2", "4"), heard));
        assertEquals(4, peer.expect("$ack").path("to").asInt());
    }

    @Test
    void whatNobodyAskedForIsNotTaken() {
        listen();
        RawPeer peer = introduced();
        aside(peer, 0, 2, blob("1"));
        peer.say("$large", "{'type':'blob'}");
        assertEquals(RawPeer.json("{'seq':1}"), peer.expect("$fetch"));
        peer.say("tick", "'2'");
        eventually(() -> assertEquals(List.of("2"), heard));
        aside(peer, 0, 1, blob("3"));
        eventually(() -> assertEquals(List.of("2", "3"), heard));
    }

    @Test
    void fewAreFetchedAtOnce() {
        listen();
        RawPeer peer = introduced();
        for (int i = 0; i < 20; i++) {
            peer.say("$large", "{'type':'blob'}");
        }
        for (int i = 1; i <= 8; i++) {
            assertEquals(i, peer.expect("$fetch").path("seq").asInt());
        }
        peer.expectNothing();
        aside(peer, 0, 5, blob("5"));
        assertEquals(9, peer.expect("$fetch").path("seq").asInt());
        peer.expectNothing();
    }

    @Test
    void whatIsNotWhatWasAnnouncedIsRefusedAlone() {
        listen();
        RawPeer peer = introduced();
        for (String other : List.of("{\"type\":\"tick\",\"detail\":1}", "{\"type\":\"$ping\"}", "[]", "{", "")) {
            peer.say("$large", "{'type':'blob'}");
            int number = peer.expect("$fetch").path("seq").asInt();
            aside(peer, 0, number, other.getBytes(StandardCharsets.UTF_8));
            JsonNode refusal = peer.expect("$nack");
            assertEquals(number, refusal.path("seq").asInt());
            assertEquals("codec", refusal.path("reason").asText());
            peer.expect("$ack");
        }
        peer.say("blob", "'1'");
        eventually(() -> assertEquals(List.of("1"), heard));
    }

    @Test
    void onlyWhoHasAskedMaySendThem() {
        RawPeer peer = peer(connector);
        peer.hello("ack");
        peer.say("$large", "{'type':'blob'}");
        assertEquals(CloseReason.PROTOCOL, peer.closed().reason());
        RawPeer other = peer(connector);
        other.hello("ack");
        aside(other, 0, 1, blob("1"));
        assertEquals(CloseReason.PROTOCOL, other.closed().reason());
    }

    @Test
    void fewMayBeAskedForAtOnce() {
        RawPeer peer = introduced();
        peer.subscribe(1, "blob");
        String fetches = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> "{'type':'$fetch','detail':{'sub':1,'seq':" + i + "}}")
                .collect(Collectors.joining(",", "[", "]"));
        peer.send(fetches);
        assertEquals(CloseReason.OVER_LIMIT, peer.closed().reason());
    }

    @Test
    void whatIsNotThereIsNotSent() {
        RawPeer peer = introduced();
        peer.subscribe(1, "blob");
        peer.say("$fetch", "{'sub':1,'seq':1}");
        peer.say("$fetch", "{'sub':2,'seq':1}");
        peer.say("$ping", "{}");
        peer.expect("$pong");
        result(target.dispatchEvent(TypedEvent.of(BLOB, LARGE)));
        peer.expect("$large");
        peer.say("$ack", "{'sub':1,'to':1}");
        peer.say("$fetch", "{'sub':1,'seq':1}");
        peer.say("$ping", "{}");
        peer.expect("$pong");
        assertEquals(0, peer.link().other().asides());
    }

    @Test
    void whatWasAnnouncedAndLostComesAgain() {
        listen();
        RawPeer peer = peer(connector);
        String session = peer.hello(FEATURES).path("session").asText();
        peer.say("$large", "{'type':'blob'}");
        peer.expect("$fetch");
        peer.say("tick", "'2'");
        eventually(() -> assertEquals(List.of("2"), heard));
        peer.link().cut();
        peer.closed();
        RawPeer again = peer(connector);
        JsonNode welcome = again.helloWith(",'session':'" + session + "','acked':0", FEATURES);
        assertTrue(welcome.path("resumed").asBoolean());
        assertEquals(2, welcome.path("received").asInt());
        assertEquals(1, again.expect("$fetch").path("seq").asInt());
        aside(again, 0, 1, blob("1"));
        assertEquals(2, again.expect("$ack").path("to").asInt());
        assertEquals(List.of("2", "1"), heard);
    }

    @Test
    void aSpokeIsToldWhereItsPlaceIs() {
        RawPeer peer = introduced();
        peer.subscribe(1, "blob");
        result(target.dispatchEvent(TypedEvent.of(BLOB, LARGE)));
        assertEquals(RawPeer.json("{'sub':1}"), peer.expect("$large"));
        assertEquals(0, peer.link().other().asides());
        peer.say("$fetch", "{'sub':1,'seq':1}");
        eventually(() -> assertEquals(1, peer.link().other().asides()));
        RawPeer small = peer(connector);
        small.hello("ack", "batch");
        small.subscribe(1, "blob");
        result(target.dispatchEvent(TypedEvent.of(BLOB, LARGE)));
        small.expectEvent("blob", "'" + LARGE + "'", 1);
    }

    /** Both ways over links that are cut at any time. */
    @Test
    void nothingIsLostTwiceOrOutOfOrderOverLinksThatAreCut() {
        TypedEventTarget publisher = spoke(connector);
        LocalConnector others = new LocalConnector(vertx, hub).largeFrom(400);
        TypedEventTarget reader = spoke(others);
        List<String> blobs = new CopyOnWriteArrayList<>();
        List<String> ticks = new CopyOnWriteArrayList<>();
        ready(reader.addEventListener(BLOB, event -> {
            blobs.add(event.detail().strip());
        }));
        ready(reader.addEventListener(TICK, event -> {
            ticks.add(event.detail());
        }));
        List<Future<Void>> outcomes = new ArrayList<>();
        List<String> all = IntStream.range(0, 600).mapToObj(String::valueOf).toList();
        for (String number : all) {
            outcomes.add(publisher.dispatchEvent(
                    TypedEvent.of(BLOB, Integer.parseInt(number) % 3 == 0 ? number + " ".repeat(500) : number)));
            outcomes.add(publisher.dispatchEvent(TypedEvent.of(TICK, number)));
            if (number.endsWith("50")) {
                result(outcomes.get(outcomes.size() / 2));
                connector.cut();
            }
            if (number.endsWith("90")) {
                others.cut();
            }
        }
        outcomes.forEach(LinkTest::result);
        eventually(() -> assertEquals(all, blobs));
        eventually(() -> assertEquals(all, ticks));
        assertTrue(connector.connections() > 3);
    }

    @Test
    void aSmallEventOvertakesALargeOne() {
        TypedEventTarget spoke = spoke(connector);
        ready(spoke.addEventListener(EventType.of("tick", String.class), event -> {
            heard.add("tick");
        }));
        ready(spoke.addEventListener(EventType.of("blob", String.class), event -> {
            heard.add("blob");
        }));
        LocalLink link = connector.link();
        eventually(() -> {
            heard.clear();
            int sent = link.other().asides();
            result(target.dispatchEvent(TypedEvent.of(BLOB, LARGE)));
            result(target.dispatchEvent(TypedEvent.of(TICK, "1")));
            eventually(() -> assertEquals(2, heard.size()));
            assertEquals(sent + 1, link.other().asides());
            assertEquals(List.of("tick", "blob"), heard);
        });
        assertFalse(connector.links().isEmpty());
    }
}
