package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.FireAndForget;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Events that are marked go as datagrams, where there are any and they fit. */
class DatagramTest extends LinkTest {
    private static final EventType<String> POINTER = EventType.of("pointer", String.class);

    private final TypedEventTarget target = memory();
    private final Hub hub = hub(target, options());
    private final LocalConnector connector = new LocalConnector(vertx, hub).maxDatagram(300);
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private static TypedEvent<String> loose(String detail) {
        return FireAndForget.mark(TypedEvent.of(POINTER, detail));
    }

    private void listen(TypedEventTarget at, ListenerOptions options) {
        ready(at.addEventListener(
                POINTER,
                event -> {
                    heard.add(event.detail());
                },
                options));
    }

    @Test
    void fromASpokeToTheHub() {
        listen(target, ListenerOptions.defaults());
        TypedEventTarget spoke = spoke(connector);
        result(spoke.dispatchEvent(TypedEvent.of(POINTER, "0")));
        result(spoke.dispatchEvent(loose("1")));
        result(spoke.dispatchEvent(loose("2".repeat(400))));
        eventually(() -> assertEquals(3, heard.size()));
        assertEquals(1, connector.link().datagrams());
        eventually(() -> assertEquals(3, hub.status().published()));
    }

    @Test
    void whatIsLostIsLostAndHoldsNothingUp() {
        listen(target, ListenerOptions.defaults());
        TypedEventTarget spoke = spoke(connector);
        result(spoke.dispatchEvent(TypedEvent.of(POINTER, "0")));
        connector.link().loseDatagrams();
        IntStream.range(0, 50).forEach(i -> result(spoke.dispatchEvent(loose("lost"))));
        result(spoke.dispatchEvent(TypedEvent.of(POINTER, "1")));
        eventually(() -> assertEquals(List.of("0", "1"), heard));
    }

    @Test
    void fromTheHubToASpokeAndOthersAreAcknowledgedAsEver() {
        TypedEventTarget spoke = spoke(connector);
        listen(spoke, ListenerOptions.defaults());
        for (int i = 0; i < 500; i++) {
            result(target.dispatchEvent(i % 2 == 0 ? loose("loose") : TypedEvent.of(POINTER, "sure")));
        }
        eventually(() -> assertEquals(500, heard.size()));
        assertEquals(250, connector.link().other().datagrams());
        eventually(() -> assertEquals(0, hub.status().links().get(0).queued()));
    }

    @Test
    void aGroupsEventsAreNeverLost() {
        TypedEventTarget spoke = spoke(connector);
        listen(spoke, ListenerOptions.defaults().group("all"));
        LocalLink end = connector.link().other();
        end.loseDatagrams();
        IntStream.range(0, 20).forEach(i -> result(target.dispatchEvent(loose("1"))));
        eventually(() -> assertEquals(20, heard.size()));
        assertEquals(0, end.datagrams());
    }

    @Test
    void withoutALinkOrDatagramsTheyGoTheUsualWay() {
        listen(target, ListenerOptions.defaults());
        TypedEventTarget spoke = spoke(hub);
        result(spoke.dispatchEvent(loose("1")));
        eventually(() -> assertEquals(List.of("1"), heard));
        RawPeer peer = peer(connector);
        peer.hello("ack");
        peer.subscribe(1, "pointer");
        result(target.dispatchEvent(loose("2")));
        assertEquals("2", peer.expect("pointer").asText());
    }

    @Test
    void whatAPeerMayNotPublishOrIsNoEvent() {
        Hub strict = hub(target, options().authorizer(new Authorizer() {
            @Override
            public boolean mayPublish(Peer peer, EventType<?> type) {
                return false;
            }

            @Override
            public boolean maySubscribe(Peer peer, EventType<?> type) {
                return true;
            }
        }));
        listen(target, ListenerOptions.defaults());
        RawPeer peer = peer(new LocalConnector(vertx, strict).maxDatagram(300));
        peer.hello("ack", "datagram");
        datagram(peer, "{\"type\":\"pointer\",\"detail\":\"1\"}");
        eventually(() -> assertEquals(1, strict.status().refused()));
        for (String wrong : List.of("", "{", "[1]", "{\"type\":\"$bye\"}")) {
            RawPeer bad = peer(connector);
            bad.hello("ack", "datagram");
            datagram(bad, wrong);
            assertEquals(CloseReason.MALFORMED, bad.closed().reason(), wrong);
        }
        assertTrue(heard.isEmpty());
    }

    private static void datagram(RawPeer peer, String text) {
        peer.link().context().runOnContext(now -> peer.link().sendDatagram(text.getBytes(StandardCharsets.UTF_8)));
    }
}
