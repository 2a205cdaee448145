package dev.eventtarget.quic;

import static dev.eventtarget.quic.Outcome.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.link.Hub;
import io.vertx.core.Future;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The hub connects to the spoke, which listens. */
@NeedsNativeQuic
class HubDialTest extends FaultTest {
    private static final EventType<Integer> UP = EventType.of("up", Integer.class);
    private static final EventType<Integer> DOWN = EventType.of("down", Integer.class);

    private final TypedEventTarget target = memory();
    private final List<Integer> up = new CopyOnWriteArrayList<>();
    private final List<Integer> down = new CopyOnWriteArrayList<>();
    private final int port = Ports.free();

    private NodeId node(String name) {
        return NodeIdentity.loadOrCreate(home.resolve(name + ".pem")).nodeId();
    }

    private TypedEventTarget listeningSpoke() {
        return listeningSpoke("5m");
    }

    private TypedEventTarget listeningSpoke(String publishTimeout) {
        TypedEventTarget spoke = EventTargets.open(
                vertx,
                "quic://" + node("hub") + "@127.0.0.1:" + port + "?listen=true&identity=" + home.resolve("spoke.pem")
                        + "&closeTimeout=10s&publishTimeout=" + publishTimeout);
        use(() -> result(spoke.close().otherwiseEmpty()));
        return spoke;
    }

    private String spokeAddress() {
        return "quic://" + node("spoke") + "@127.0.0.1:" + port + "?identity=" + home.resolve("hub.pem");
    }

    private Hub dialingHub() {
        Hub hub = hub(target, options());
        result(hub.dial(spokeAddress()));
        return hub;
    }

    private void hear(TypedEventTarget spoke) {
        ready(target.addEventListener(UP, event -> up.add(event.detail())));
        ready(spoke.addEventListener(DOWN, event -> down.add(event.detail())));
    }

    private void assertBothWays(TypedEventTarget spoke, int from, int to) {
        List<Future<Void>> outcomes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            outcomes.add(spoke.dispatchEvent(TypedEvent.of(UP, i)));
            outcomes.add(target.dispatchEvent(TypedEvent.of(DOWN, i)));
        }
        outcomes.forEach(FaultTest::result);
        List<Integer> all = IntStream.range(0, to).boxed().toList();
        eventually(() -> assertEquals(all, up));
        eventually(() -> assertEquals(all, down));
    }

    @Test
    void theHubFindsASpokeThatListens() {
        TypedEventTarget spoke = listeningSpoke();
        Hub hub = dialingHub();
        hear(spoke);
        assertBothWays(spoke, 0, 100);
        assertEquals(1, hub.status().links().size());
        assertEquals(node("spoke").toString(), hub.status().links().get(0).peer());
    }

    @Test
    void theHubTriesUntilTheSpokeIsThere() {
        dialingHub();
        TypedEventTarget spoke = listeningSpoke();
        hear(spoke);
        assertBothWays(spoke, 0, 100);
    }

    @Test
    void aSpokeThatStartsAnewIsFoundAgain() {
        Hub hub = dialingHub();
        TypedEventTarget first = listeningSpoke();
        ready(first.addEventListener(DOWN, event -> {}));
        result(first.close());
        TypedEventTarget second = listeningSpoke();
        hear(second);
        assertBothWays(second, 0, 100);
        eventually(() -> assertEquals(1, hub.status().links().size()));
    }

    @Test
    void aHubThatStartsAnewFindsTheSpokeAgain() {
        TypedEventTarget spoke = listeningSpoke();
        Hub first = dialingHub();
        hear(spoke);
        assertBothWays(spoke, 0, 100);
        result(first.close());
        Future<Void> meanwhile = spoke.dispatchEvent(TypedEvent.of(UP, 100));
        dialingHub();
        result(meanwhile);
        eventually(() -> assertEquals(101, up.size()));
    }

    @Test
    void aHubThatIsClosedDialsNoMore() throws Exception {
        Hub hub = dialingHub();
        result(hub.close());
        TypedEventTarget spoke = listeningSpoke("1s");
        assertNotNull(error(spoke.dispatchEvent(TypedEvent.of(UP, 1))));
    }

    @Test
    void anotherHubThanTheSpokesIsNotLetIn() {
        TypedEventTarget spoke = listeningSpoke();
        Hub other = hub(memory(), options());
        result(other.dial("quic://" + node("spoke") + "@127.0.0.1:" + port + "?identity=" + home.resolve("other.pem")));
        dialingHub();
        hear(spoke);
        assertBothWays(spoke, 0, 10);
        assertEquals(List.of(), other.status().links());
    }

    @Test
    void anotherSpokeThanTheOneThatWasDialledIsNoneOfTheHubs() {
        TypedEventTarget spoke = listeningSpoke("1s");
        Hub hub = hub(target, options());
        result(hub.dial("quic://" + node("other") + "@127.0.0.1:" + port + "?identity=" + home.resolve("hub.pem")));
        assertNotNull(error(spoke.dispatchEvent(TypedEvent.of(UP, 1))));
        assertEquals(List.of(), hub.status().links());
    }

    @Test
    void aPortThatIsTakenIsSaidSo() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"))) {
            TypedEventTarget spoke = listeningSpoke();
            Throwable error = error(spoke.dispatchEvent(TypedEvent.of(UP, 1)));
            assertInstanceOf(ConfigurationException.class, error);
            assertTrue(error.getMessage().contains("can't listen at quic://127.0.0.1:" + port), error::getMessage);
        }
    }

    @Test
    void whatAnAddressLacksIsSaid() {
        Hub hub = hub(target, options());
        Throwable noNode = error(hub.dial("quic://127.0.0.1:" + port));
        assertInstanceOf(ConfigurationException.class, noNode);
        assertTrue(noNode.getMessage().contains("quic://NODEID@host"), noNode::getMessage);
        Throwable unknown = error(hub.dial(spokeAddress() + "&allow=all"));
        assertInstanceOf(ConfigurationException.class, unknown);
        assertTrue(unknown.getMessage().contains("has no option 'allow'"), unknown::getMessage);
    }
}
