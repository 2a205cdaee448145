package dev.eventtarget.quic;

import static dev.eventtarget.quic.Outcome.assertSays;
import static dev.eventtarget.quic.Outcome.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The options of addresses, who is let in, and what is said to who is not. */
@NeedsNativeQuic
class QuicListenTest extends FaultTest {
    private static final EventType<String> GREETING = EventType.of("greeting", String.class);

    private final TypedEventTarget target = memory();

    private String listen(String address) {
        return result(hub(target, options()).listen(address));
    }

    private Throwable refused(String address) {
        Throwable error = error(hub(target, options()).listen(address));
        assertInstanceOf(ConfigurationException.class, error);
        return error;
    }

    private NodeId node(String name) {
        return NodeIdentity.loadOrCreate(home.resolve(name + ".pem")).nodeId();
    }

    private String as(String name) {
        return "&identity=" + home.resolve(name + ".pem");
    }

    private Path list(String name, NodeId... nodes) throws IOException {
        Path next = Files.createTempFile(home, name, ".new");
        Files.write(next, List.of(nodes).stream().map(NodeId::toString).toList());
        return Files.move(next, home.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Throwable dispatched(TypedEventTarget spoke) {
        return error(spoke.dispatchEvent(TypedEvent.of(GREETING, "hello")));
    }

    // ---- addresses

    @Test
    void theUrlNamesTheHub() {
        assertEquals(
                "quic://" + node("hub") + "@127.0.0.1:",
                listen("quic://127.0.0.1:0?identity=" + home.resolve("hub.pem")).replaceFirst("\\d+$", ""));
    }

    @Test
    void aHubWithoutAnIdentityIsANodeOfItsOwn() {
        String url = listen("quic://localhost:0");
        assertEquals(null, dispatched(spoke(url)));
    }

    @Test
    void ipv6IsAnAddressLikeOthers() {
        String url = listen("quic://[::1]:0");
        assertTrue(url.contains("@[::1]:"), url);
        assertEquals(null, dispatched(spoke(url)));
    }

    @Test
    void severalAddressesLeadToOneHub() {
        Hub hub = hub(target, options());
        TypedEventTarget one = spoke(result(hub.listen("quic://127.0.0.1:0")));
        TypedEventTarget two = spoke(result(hub.listen("quic://localhost:0")));
        List<String> heard = new CopyOnWriteArrayList<>();
        ready(one.addEventListener(GREETING, event -> heard.add(event.detail())));
        result(two.dispatchEvent(TypedEvent.of(GREETING, "over there")));
        eventually(() -> assertEquals(List.of("over there"), heard));
    }

    @Test
    void aPortThatIsTakenIsSaidSo() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            assertSays(
                    refused("quic://127.0.0.1:" + taken.getLocalPort()),
                    ConfigurationException.class,
                    "can't listen at quic://127.0.0.1:" + taken.getLocalPort(),
                    "choose another port");
        }
        assertSays(refused("quic://nowhere.invalid:0?allowAny=true"), ConfigurationException.class, "can't listen");
    }

    @Test
    void aPortOfAnotherHubIsTaken() throws Exception {
        int port = NodeAddress.of(EventTargetConfig.of(listen("quic://127.0.0.1:0")), "")
                .port();
        assertSays(refused("quic://127.0.0.1:" + port), ConfigurationException.class, "choose another port");
        Vertx other = Vertx.vertx();
        try {
            assertSays(
                    error(Hub.create(other, target, options()).listen("quic://127.0.0.1:" + port)),
                    ConfigurationException.class,
                    "choose another port");
        } finally {
            result(other.close());
        }
    }

    @Test
    void optionsAreChecked() {
        assertSays(refused("quic://127.0.0.1:0?path=x"), ConfigurationException.class, "has no option 'path'", "alpn");
        assertSays(refused("quic://127.0.0.1:0?alpn=a%20b"), ConfigurationException.class, "alpn");
        assertSays(refused("quic://127.0.0.1:0?idleTimeout=1ms"), ConfigurationException.class, "at least 100ms");
        assertSays(refused("quic://127.0.0.1:0?allow=" + home.resolve("none")), ConfigurationException.class, "none");
        assertSays(refused("quic://127.0.0.1:0?identity=" + home), ConfigurationException.class, home.toString());
    }

    @Test
    void aPublicAddressMustSayWhoMayCome() throws Exception {
        for (String host : List.of("0.0.0.0", "[::]")) {
            assertSays(refused("quic://" + host + ":0"), ConfigurationException.class, host, "allow ", "allowAny=true");
        }
        assertSays(
                refused("quic://0.0.0.0:0?allowAny=true&allow=" + list("allow", node("one"))),
                ConfigurationException.class,
                "only one");
        assertEquals(null, dispatched(spoke(at("127.0.0.1", listen("quic://0.0.0.0:0?allowAny=true")))));
        String url = listen("quic://0.0.0.0:0?allow=" + list("allow", node("one")));
        assertEquals(null, dispatched(spoke(at("127.0.0.1", url), as("one"))));
    }

    private static String at(String host, String url) {
        return url.replaceFirst("@[^:]+:", "@" + host + ":");
    }

    @Test
    void aSpokeMustNameItsHub() {
        try {
            spoke("quic://127.0.0.1:4433");
        } catch (ConfigurationException e) {
            assertSays(e, ConfigurationException.class, "quic://NODEID@host", "pubsub identity show");
            return;
        }
        throw new AssertionError("It was opened");
    }

    // ---- who is let in

    @Test
    void whoIsNotOnTheAllowlistIsToldSo() throws Exception {
        String url = listen("quic://127.0.0.1:0?allow=" + list("allow", node("one")));
        assertEquals(null, dispatched(spoke(url, as("one"))));
        assertSays(
                dispatched(spoke(url, as("two"))),
                UnauthorizedException.class,
                "The node " + node("two") + " is not one that the hub lets in");
    }

    @Test
    void whoIsOnTheDenylistIsToldSo() throws Exception {
        String url = listen("quic://127.0.0.1:0?deny=" + list("deny", node("two")));
        assertEquals(null, dispatched(spoke(url, as("one"))));
        assertSays(
                dispatched(spoke(url, as("two"))),
                UnauthorizedException.class,
                node("two").toString());
    }

    @Test
    void whoIsDeniedLaterIsCutOff() throws Exception {
        Path deny = list("deny");
        Hub hub = hub(target, options());
        String url = result(hub.listen("quic://127.0.0.1:0?deny=" + deny));
        Promise<Void> told = Promise.promise();
        TypedEventTarget one = spoke(url, as("one"));
        ready(one.addEventListener(
                GREETING, event -> {}, ListenerOptions.defaults().onError(error -> told.tryFail(error))));
        TypedEventTarget two = spoke(url, as("two"));
        assertEquals(null, dispatched(two));
        assertEquals(2, hub.status().links().size());
        list("deny", node("two"));
        eventually(() -> assertEquals(1, hub.status().links().size()));
        assertEquals(node("one").toString(), hub.status().links().get(0).peer());
        assertSays(dispatched(two), UnauthorizedException.class, node("two").toString());
        assertEquals(0, hub.status().sessions());
        assertEquals(null, dispatched(one));
    }

    @Test
    void theNodeIsThePeersName() {
        Hub hub = hub(target, options());
        String url = result(hub.listen("quic://127.0.0.1:0"));
        Promise<String> source = Promise.promise();
        ready(target.addEventListener(GREETING, event -> source.tryComplete(event.source())));
        assertEquals(null, dispatched(spoke(url, as("one"))));
        assertEquals(node("one").toString(), result(source.future()));
        assertEquals("quic", hub.status().links().get(0).transport());
    }

    // ---- what spokes are told

    @Test
    void anotherNodeThanTheHubIsNotTakenForIt() {
        String url = listen("quic://127.0.0.1:0?identity=" + home.resolve("hub.pem"));
        String wrong = url.replaceFirst("//[^@]+@", "//" + node("other") + "@");
        assertSays(
                dispatched(spoke(wrong)),
                ConfigurationException.class,
                "is not the node " + node("other"),
                node("hub").toString());
    }

    @Test
    void anotherProtocolIsSaidSo() {
        String url = listen("quic://127.0.0.1:0?alpn=shop/2");
        assertSays(dispatched(spoke(url)), ConfigurationException.class, "does not speak eventtarget/1", "alpn");
        assertEquals(null, dispatched(spoke(url, "&alpn=shop/2")));
    }

    @Test
    void nobodyThereIsSaidSo() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            QuicConnector connector = new QuicConnector(
                    vertx,
                    EventTargetConfig.of(
                            "quic://" + node("hub") + "@127.0.0.1:" + silent.getLocalPort() + "?connectTimeout=300ms"));
            Future<?> link = connector.connect(((VertxInternal) vertx).createEventLoopContext());
            assertSays(error(link), NotConnectedException.class, "Nothing answers", "UDP", "wss:");
        }
    }

    @Test
    void aHostThatIsNotKnownIsSaidSo() {
        QuicConnector connector =
                new QuicConnector(vertx, EventTargetConfig.of("quic://" + node("hub") + "@nowhere.invalid:4433"));
        Future<?> link = connector.connect(((VertxInternal) vertx).createEventLoopContext());
        assertSays(error(link), NotConnectedException.class, "nowhere.invalid");
    }
}
