package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.fixtures.link.LinkRecorder;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Whether a peer is there, and where it says. */
class LivenessTest extends LinkTest {
    /** So that a busy machine is not taken for a peer that is gone. */
    private static final String SHORT = "idleTimeout=6s";

    private static final String LONGER = "idleTimeout=12s";

    private static String at(UdpProxy proxy, Server server, String options) {
        return new NodeAddress(server.address().node(), "127.0.0.1", proxy.port()) + "?connectTimeout=20s&" + options;
    }

    private static void assertLost(LinkRecorder side) {
        eventually(() -> assertEquals(1, side.closed.size()));
        assertNull(side.closed.element().reason());
    }

    @Test
    void bothSidesFindOutThatTheOtherIsGone() throws Exception {
        Server server = serve("?" + SHORT);
        try (UdpProxy proxy = UdpProxy.start(server.address().port(), 0)) {
            LinkRecorder client = connect(at(proxy, server, SHORT));
            client.send("{}");
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.received.size()));
            proxy.swallow();
            assertLost(client);
            assertLost(hub);
        }
    }

    @Test
    void aLinkWithoutMessagesStays() throws Exception {
        Server server = serve("?" + LONGER);
        LinkRecorder client = connect(server.url("&" + LONGER));
        client.send("{}");
        LinkRecorder hub = accepted();
        // signs of life come, for longer than a silence may be
        eventually(() -> assertTrue(hub.alive.get() >= 4 && client.alive.get() >= 4));
        assertEquals(0, hub.closed.size() + client.closed.size());
        assertEquals(0, hub.datagrams.size() + client.datagrams.size());
    }

    @Test
    void aPeerIsWaitedForWhereDatagramsAreOff() throws Exception {
        try (RawPeer peer =
                RawPeer.open(vertx, serve("?idleTimeout=100ms&datagrams=false").url(""))) {
            peer.send("{}");
            LinkRecorder hub = accepted();
            eventually(() -> assertEquals(1, hub.received.size()));
            // longer than a peer may be silent that is asked
            LinkRecorder other = connect(serve("?" + LONGER).url("&" + LONGER));
            other.send("{}");
            LinkRecorder otherHub = accepted();
            eventually(() -> assertTrue(otherHub.alive.get() >= 2));
            assertEquals(0, hub.closed.size());
            peer.send("{}");
            eventually(() -> assertEquals(2, hub.received.size()));
        }
    }

    @Test
    void aClientMustShowThatItIsWhereItSays() throws Exception {
        Server server = serve();
        List<Buffer> down = new CopyOnWriteArrayList<>();
        try (UdpProxy proxy = UdpProxy.start(server.address().port(), 0)) {
            proxy.tamperer((way, datagram) -> {
                if (way == UdpProxy.Way.DOWN) {
                    down.add(Buffer.buffer(datagram));
                }
                return List.of(datagram);
            });
            connect(at(proxy, server, "maxMessage=1024"));
        }
        // RFC 9000, section 17.2.5: a long header of the type 3 is a Retry, and the first thing that a server says
        Buffer first = down.get(0);
        assertEquals(0xF0, first.getUnsignedByte(0) & 0xF0);
        assertTrue(first.length() < 200, () -> "" + first.length());
    }
}
