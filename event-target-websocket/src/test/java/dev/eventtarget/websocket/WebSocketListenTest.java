package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.fixtures.link.LinkRecorder;
import dev.eventtarget.link.Handshake;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Peer;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EventTargetConfig;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hubs that listen at an address, and how connectors fare with them and with what is none. */
class WebSocketListenTest {
    private static final EventType<String> GREETING = EventType.of("greeting", String.class);

    /** With enough event loops for instances to have one each, whatever processors there are. */
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(16));

    private final TypedEventTarget target = EventTargets.open(vertx, "memory:" + hashCode());
    private final Queue<Handshake> handshakes = new ConcurrentLinkedQueue<>();
    private final Hub hub = Hub.create(
            vertx,
            target,
            HubOptions.defaults().closeTimeout(Duration.ofSeconds(5)).authenticator(handshake -> {
                handshakes.add(handshake);
                return Future.succeededFuture(Peer.ANONYMOUS);
            }));

    @AfterEach
    void close() throws Exception {
        LinkTest.result(hub.close());
        LinkTest.result(vertx.close());
    }

    private Throwable failure(Future<?> future) {
        return Outcomes.failure(future, LinkTest.PATIENCE);
    }

    private Throwable connectFailure(String uri) throws Exception {
        String patient = uri.contains("connectTimeout=")
                ? ""
                : (uri.contains("?") ? "&" : "?") + "connectTimeout=" + LinkTest.PATIENCE.toSeconds() + "s";
        WebSocketConnector connector = new WebSocketConnector(vertx, EventTargetConfig.of(uri + patient));
        Throwable failure = failure(connector.connect(((VertxInternal) vertx).createEventLoopContext()));
        LinkTest.result(connector.close());
        return failure;
    }

    private void assertWorks(String uri) throws Exception {
        TypedEventTarget spoke = EventTargets.open(vertx, uri);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        LinkTest.result(spoke.addEventListener(GREETING, event -> heard.add(event.detail()))
                .ready());
        LinkTest.result(spoke.dispatchEvent(TypedEvent.of(GREETING, "hello")));
        LinkTest.eventually(() -> assertEquals("hello", heard.peek()));
        LinkTest.result(spoke.close());
    }

    private static int port(String url) {
        return URI.create(url).getPort();
    }

    @Test
    void itSaysWhereItListens() throws Exception {
        String first = LinkTest.result(hub.listen("ws://127.0.0.1:0/shop/live"));
        String second = LinkTest.result(hub.listen("ws://localhost:0"));
        assertTrue(first.matches("ws://127\\.0\\.0\\.1:[1-9]\\d+/shop/live"));
        assertTrue(second.matches("ws://localhost:[1-9]\\d+/events"));
        assertFalse(port(first) == port(second));
        assertWorks(first);
        assertWorks(second);
    }

    @Test
    void theLinksAreOnAllEventLoops() throws Exception {
        String url = LinkTest.result(hub.listen("ws://127.0.0.1:0?instances=4"));
        Queue<Thread> threads = new ConcurrentLinkedQueue<>();
        Hub other = Hub.create(vertx, target, HubOptions.defaults().authenticator(handshake -> {
            threads.add(Thread.currentThread());
            return Future.succeededFuture(Peer.ANONYMOUS);
        }));
        String counted = LinkTest.result(other.listen("ws://127.0.0.1:0?instances=4"));
        for (int i = 0; i < 8; i++) {
            try (RawWebSocket peer = new RawWebSocket(port(counted), "/events", "Authorization: Bearer x")) {
                assertEquals(101, peer.status());
            }
        }
        LinkTest.eventually(() -> assertEquals(4, threads.stream().distinct().count()));
        assertFalse(url.equals(counted));
        LinkTest.result(other.close());
    }

    @Test
    void aPortThatIsTakenIsToldWithWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Throwable failure = failure(hub.listen("ws://127.0.0.1:" + taken.getLocalPort()));
            assertInstanceOf(ConfigurationException.class, failure);
            assertTrue(failure.getMessage().contains("choose another port"), failure.getMessage());
        }
    }

    @Test
    void aPortOfAnotherHubIsTaken() throws Exception {
        String url = LinkTest.result(hub.listen("ws://127.0.0.1:0"));
        Hub other = Hub.create(vertx, target);
        Throwable failure = failure(other.listen("ws://127.0.0.1:" + port(url)));
        assertInstanceOf(ConfigurationException.class, failure);
        assertTrue(failure.getMessage().contains("choose another port"), failure.getMessage());
        // Vert.x would have the servers of one Vertx share it
        String fixed = "ws://127.0.0.1:" + Ports.free();
        LinkTest.result(hub.listen(fixed));
        assertInstanceOf(ConfigurationException.class, failure(other.listen(fixed + "/other")));
        LinkTest.result(hub.close());
        LinkTest.eventually(() -> LinkTest.result(other.listen(fixed)));
        LinkTest.result(other.close());
    }

    @ParameterizedTest
    @CsvSource({
        "ws://127.0.0.1:0/a//b, path",
        "ws://127.0.0.1:0?origins=shop.example, no origin",
        "ws://127.0.0.1:0?certFile=x.pem, begins with wss:",
        "wss://127.0.0.1:0, needs either certFile and keyFile",
        "wss://127.0.0.1:0?certFile=x.pem, needs either certFile and keyFile",
        "wss://127.0.0.1:0?certFile=/no.pem&keyFile=/no.pem, can't listen",
        "ws://127.0.0.1:0?instances=0, instances",
        "ws://no.such.host.invalid:0, can't listen",
        "ws://127.0.0.1:0?colour=red, colour"
    })
    void anAddressThatIsWrongIsRefused(String uri, String message) {
        Throwable failure = failure(hub.listen(uri));
        assertInstanceOf(ConfigurationException.class, failure);
        assertTrue(failure.getMessage().contains(message), failure.getMessage());
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws Exception {
        Hub impatient = Hub.create(vertx, target, HubOptions.defaults().handshakeTimeout(Duration.ofSeconds(1)));
        String url = LinkTest.result(impatient.listen("ws://127.0.0.1:0"));
        try (Socket silent = new Socket("127.0.0.1", port(url));
                Socket slow = new Socket("127.0.0.1", port(url))) {
            silent.setSoTimeout(60_000);
            slow.setSoTimeout(60_000);
            slow.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
            assertEquals(-1, readOrReset(silent.getInputStream()));
            assertEquals(-1, readOrReset(slow.getInputStream()));
        }
        LinkTest.result(impatient.close());
    }

    private static int readOrReset(InputStream in) throws IOException {
        try {
            return in.read();
        } catch (SocketException e) {
            return -1;
        }
    }

    @Test
    void aHubThatClosesTakesNoMoreLinksAndLetsTheOthersFinish() throws Exception {
        String url = LinkTest.result(hub.listen("ws://127.0.0.1:0"));
        try (RawWebSocket peer = new RawWebSocket(port(url), "/events")) {
            peer.text("{\"type\":\"$hello\",\"detail\":{\"version\":1,\"features\":[\"ack\"]}}");
            assertTrue(peer.read().text().contains("$welcome"));
            Future<Void> closed = hub.close();
            assertTrue(peer.read().text().contains("$bye"));
            LinkTest.eventually(() ->
                    assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", port(url)).close()));
            RawWebSocket.Frame close = peer.read();
            assertEquals(RawWebSocket.CLOSE, close.opcode());
            peer.send(RawWebSocket.CLOSE, true, close.payload());
            LinkTest.result(closed);
        }
    }

    // ---- connectors

    @Test
    void whereNobodyListensItIsWorthTryingAgain() throws Exception {
        int port = Ports.free();
        Throwable failure = connectFailure("ws://127.0.0.1:" + port + "/events");
        assertInstanceOf(NotConnectedException.class, failure);
        assertTrue(failure.getMessage().contains("ws://127.0.0.1:" + port + "/events"), failure.getMessage());
    }

    @Test
    void whoDoesNotAnswerIsGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertInstanceOf(
                    NotConnectedException.class,
                    connectFailure("ws://127.0.0.1:" + silent.getLocalPort() + "?connectTimeout=200ms"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, dev.eventtarget.UnauthorizedException",
        "403, dev.eventtarget.UnauthorizedException",
        "404, dev.eventtarget.ConfigurationException",
        "200, dev.eventtarget.ConfigurationException",
        "302, dev.eventtarget.ConfigurationException",
        "429, dev.eventtarget.NotConnectedException",
        "503, dev.eventtarget.NotConnectedException"
    })
    void anAnswerThatIsNoUpgradeIsUnderstood(int status, Class<? extends Throwable> expected) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(
                        request -> request.response().setStatusCode(status).end("because of this"));
        LinkTest.result(server.listen(0, "127.0.0.1"));
        Throwable failure = connectFailure("ws://127.0.0.1:" + server.actualPort());
        assertInstanceOf(expected, failure);
        assertTrue(failure.getMessage().contains("because of this"), failure.getMessage());
    }

    @Test
    void aServerThatSpeaksAnotherProtocolIsNoHub() throws Exception {
        HttpServer server = vertx.createHttpServer().webSocketHandler(socket -> {});
        LinkTest.result(server.listen(0, "127.0.0.1"));
        assertInstanceOf(ConfigurationException.class, connectFailure("ws://127.0.0.1:" + server.actualPort()));
    }

    @Test
    void theTokenIsReadAtEachConnection(@TempDir Path directory) throws Exception {
        String url = LinkTest.result(hub.listen("ws://127.0.0.1:0"));
        Path file = directory.resolve("token");
        String spoke = url + "?tokenFile=" + file;
        assertInstanceOf(ConfigurationException.class, connectFailure(spoke));
        Files.writeString(file, "first\n");
        assertWorks(spoke);
        Files.writeString(file, "second\n");
        assertWorks(spoke);
        assertEquals("first", handshakes.remove().token());
        assertEquals("second", handshakes.remove().token());
        assertWorks(url + "?token=third");
        Handshake last = handshakes.remove();
        assertEquals("third", last.token());
        assertEquals("ws", last.transport());
        assertEquals(null, last.origin());
        assertEquals(null, last.identity());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ws://localhost?token=a&tokenFile=b",
                "ws://localhost?caFile=a",
                "wss://localhost?certFile=a",
                "ws://localhost?connectTimeout=0",
                "ws://localhost?maxMessage=10",
                "ws://a:1,b:x/events",
                "ws://localhost?colour=red"
            })
    void wrongOptionsAreRefused(String uri) {
        assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, uri));
    }

    @Test
    void ofSeveralHubsTheNextIsTried() throws Exception {
        String url = LinkTest.result(hub.listen("ws://127.0.0.1:0"));
        // wherever it begins
        for (int i = 0; i < 5; i++) {
            assertWorks("ws://127.0.0.1:" + Ports.free() + ",127.0.0.1:" + port(url) + "/events");
        }
    }

    @Test
    void aHubIsComeBackToWhileItTakesLinks() throws Exception {
        Queue<Integer> asked = new ConcurrentLinkedQueue<>();
        List<Integer> ports = new ArrayList<>();
        Queue<ServerWebSocket> sockets = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 3; i++) {
            HttpServer server = vertx.createHttpServer(
                            new HttpServerOptions().addWebSocketSubProtocol(WebSocketHub.SUBPROTOCOL))
                    .webSocketHandler(socket -> {
                        asked.add(socket.localAddress().port());
                        sockets.add(socket);
                    });
            ports.add(LinkTest.result(server.listen(0, "127.0.0.1")).actualPort());
        }
        String hosts = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        WebSocketConnector connector = new WebSocketConnector(vertx, EventTargetConfig.of("ws://" + hosts + "/events"));
        Context context = ((VertxInternal) vertx).createEventLoopContext();
        for (int code : new int[] {1011, 1001, 1013, 1013, 1000}) {
            Link link = LinkTest.result(connector.connect(context));
            LinkRecorder recorder = new LinkRecorder(link);
            recorder.run(() -> link.handler(recorder));
            LinkTest.eventually(() -> assertFalse(sockets.isEmpty()));
            LinkTest.result(sockets.remove().close((short) code, code == 1013 ? "overloaded" : ""));
            LinkTest.eventually(() -> assertEquals(1, recorder.closed.size()));
        }
        List<Integer> order = new ArrayList<>(asked);
        int first = ports.indexOf(order.get(0));
        assertEquals(
                List.of(
                        ports.get(first),
                        ports.get(first),
                        ports.get((first + 1) % 3),
                        ports.get((first + 2) % 3),
                        ports.get(first)),
                order);
        LinkTest.result(connector.close());
    }

    // ---- TLS

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .subject("CN=Authority")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
    }

    private static X509Bundle certificate(X509Bundle authority, String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .ecp256()
                .buildIssuedBy(authority);
    }

    private static String files(X509Bundle certificate) throws Exception {
        return "certFile=" + certificate.toTempCertChainPem() + "&keyFile=" + certificate.toTempPrivateKeyPem();
    }

    @Test
    void tlsNeedsATrustedCertificateOfTheHost() throws Exception {
        X509Bundle authority = authority();
        String trusted = "caFile=" + authority.toTempCertChainPem();
        String url = LinkTest.result(hub.listen("wss://localhost:0?" + files(certificate(authority, "localhost"))));
        assertTrue(url.startsWith("wss://localhost:"));
        assertWorks(url + "?" + trusted);
        assertEquals("wss", handshakes.remove().transport());

        Throwable untrusted = connectFailure(url);
        assertInstanceOf(ConfigurationException.class, untrusted);
        assertTrue(untrusted.getMessage().contains("set caFile"), untrusted.getMessage());
        assertInstanceOf(
                ConfigurationException.class,
                connectFailure(url + "?caFile=" + authority().toTempCertChainPem()));

        String other = LinkTest.result(hub.listen("wss://localhost:0?" + files(certificate(authority, "hub.example"))));
        assertInstanceOf(ConfigurationException.class, connectFailure(other + "?" + trusted));
        assertWorks(other + "?verifyHost=false&" + trusted);
    }

    @Test
    void tlsOnOneSideAloneIsToldSo() throws Exception {
        X509Bundle authority = authority();
        String tls = LinkTest.result(hub.listen("wss://localhost:0?" + files(certificate(authority, "localhost"))));
        String plain = LinkTest.result(hub.listen("ws://localhost:0"));
        Throwable failure = connectFailure(plain.replace("ws:", "wss:"));
        assertInstanceOf(ConfigurationException.class, failure);
        assertTrue(failure.getMessage().contains("begin it with ws:"), failure.getMessage());
        assertInstanceOf(NotConnectedException.class, connectFailure(tls.replace("wss:", "ws:")));
    }

    @Test
    void aClientsCertificateNamesIt() throws Exception {
        X509Bundle authority = authority();
        String ca = "&caFile=" + authority.toTempCertChainPem();
        String url =
                LinkTest.result(hub.listen("wss://localhost:0?" + files(certificate(authority, "localhost")) + ca));
        assertWorks(url + "?" + files(certificate(authority, "shop-7")) + ca);
        assertEquals("shop-7", handshakes.remove().identity());
        assertInstanceOf(NotConnectedException.class, connectFailure(url + "?" + ca.substring(1)));
        assertInstanceOf(
                NotConnectedException.class, connectFailure(url + "?" + files(certificate(authority(), "x")) + ca));
    }

    /** Puts a certificate where an address looks for it. */
    private static void install(X509Bundle certificate, Path cert, Path key) throws Exception {
        Files.writeString(cert, certificate.getCertificatePathPEM());
        Files.writeString(key, certificate.getPrivateKeyPEM());
    }

    @Test
    void aCertificateIsReplacedWhileLinksStayOpen(@TempDir Path directory) throws Exception {
        X509Bundle authority = authority();
        X509Bundle next = authority();
        Path cert = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        install(certificate(authority, "localhost"), cert, key);
        String url = LinkTest.result(hub.listen("wss://localhost:0?certFile=" + cert + "&keyFile=" + key));
        String trusting = url + "?caFile=" + authority.toTempCertChainPem();
        String trustingNext = url + "?caFile=" + next.toTempCertChainPem();
        TypedEventTarget spoke = EventTargets.open(vertx, trusting);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        LinkTest.result(spoke.addEventListener(GREETING, event -> heard.add(event.detail()))
                .ready());
        assertInstanceOf(ConfigurationException.class, connectFailure(trustingNext));

        install(certificate(next, "localhost"), cert, key);
        LinkTest.result(hub.reload(hub.options()));
        assertWorks(trustingNext);
        assertInstanceOf(ConfigurationException.class, connectFailure(trusting));
        LinkTest.result(spoke.dispatchEvent(TypedEvent.of(GREETING, "still here")));
        LinkTest.eventually(() -> assertTrue(heard.contains("still here")));
        assertEquals(2, handshakes.size());
        LinkTest.result(spoke.close());
    }

    @Test
    void aCertificateThatIsNoUseChangesNothing(@TempDir Path directory) throws Exception {
        X509Bundle authority = authority();
        Path cert = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        install(certificate(authority, "localhost"), cert, key);
        String address = "wss://localhost:0?certFile=" + cert + "&keyFile=" + key;
        String url = LinkTest.result(hub.listen(address)) + "?caFile=" + authority.toTempCertChainPem();
        LinkTest.result(hub.check(EventTargetConfig.of(address)));
        HubOptions other = hub.options().maxLinks(1);

        Files.writeString(cert, certificate(authority, "localhost").getCertificatePathPEM());
        assertRefused(other, address, "is not the certificate's");
        Files.writeString(cert, "no certificate");
        assertRefused(other, address, "can't be used");
        Files.delete(key);
        assertRefused(other, address, "can't be read");
        assertWorks(url);
        assertFalse(hub.options().maxLinks() == 1);
    }

    private void assertRefused(HubOptions options, String address, String message) {
        for (Future<?> refused : List.of(hub.reload(options), hub.check(EventTargetConfig.of(address)))) {
            Throwable failure = failure(refused);
            assertInstanceOf(ConfigurationException.class, failure);
            assertTrue(failure.getMessage().contains(message), failure.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ws://127.0.0.1:0/a//b, path, ''",
        "ws://127.0.0.1:0?origins=shop.example, no origin, ''",
        "wss://127.0.0.1:0, needs either certFile and keyFile, ''",
        "wss://127.0.0.1:0?certFile=/no.pem&keyFile=/no.pem, can't be read, certFile",
        "ws://127.0.0.1:0?instances=0, instances, instances",
        "ws://127.0.0.1:0?colour=red, colour, colour",
        "nothing://127.0.0.1:0, can't listen at nothing, ''"
    })
    void anAddressIsCheckedWithoutListening(String uri, String message, String option) {
        ConfigurationException failure =
                assertInstanceOf(ConfigurationException.class, failure(hub.check(EventTargetConfig.of(uri))));
        assertTrue(failure.getMessage().contains(message), failure.getMessage());
        assertEquals(option, failure.option());
    }
}
