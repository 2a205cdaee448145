package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.spi.EventTargetConfig;
import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.QuicClient;
import io.vertx.core.net.QuicClientConfig;
import io.vertx.core.net.QuicConnection;
import io.vertx.core.net.QuicServer;
import io.vertx.core.net.QuicServerConfig;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who does not prove to be the right node gets no link, and hears why as far as TLS can tell. */
@NeedsNativeQuic
class NodeHandshakeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Vertx vertx = Vertx.vertx();
    private final NodeIdentity identity = NodeIdentity.generate();

    @TempDir
    private Path directory;

    /** Of all connections of a client: it has one socket, and that is on one event loop. */
    private final Context clients = vertx.getOrCreateContext();

    /** Vert.x closes clients that nobody has any more. */
    private final List<QuicClient> held = new CopyOnWriteArrayList<>();

    private TypedEventTarget target;
    private Hub hub;

    @BeforeEach
    void open() {
        target = EventTargets.open(vertx, "memory:" + directory.getFileName());
        hub = Hub.create(vertx, target);
    }

    @AfterEach
    void close() {
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static Throwable failure(Future<?> future) {
        return assertThrows(CompletionException.class, () -> result(future)).getCause();
    }

    private static void eventually(Runnable assertion) {
        Awaitility.await().dontCatchUncaughtExceptions().atMost(PATIENCE).untilAsserted(assertion::run);
    }

    private NodeAddress listen(String options) {
        String url = result(hub.listen("quic://127.0.0.1:0?identity=" + directory.resolve("hub.pem") + options));
        return NodeAddress.of(EventTargetConfig.of(url), "");
    }

    /** A client that trusts anybody and shows what it is given. */
    private QuicClient client(KeyCertOptions shown) {
        ClientSSLOptions tls = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
        tls.setKeyCertOptions(shown)
                .setTrustOptions(TrustOptions.wrap(new NodeTrust(any -> true)))
                .setApplicationLayerProtocols(List.of(QuicNode.ALPN));
        QuicClient client = vertx.createQuicClient(new QuicClientConfig().setConnectTimeout(PATIENCE), tls);
        held.add(client);
        return client;
    }

    /** How a connection ends, of a client which sends events as soon as it can. */
    private Ending ending(KeyCertOptions shown, NodeAddress to) {
        return ending(client(shown), to);
    }

    private Ending ending(QuicClient client, NodeAddress to) {
        CompletableFuture<Ending> ending = new CompletableFuture<>();
        clients.runOnContext(now -> client.connect(to.socketAddress())
                .compose(NodeConnection::of)
                .onSuccess(node -> {
                    node.ended().onSuccess(ending::complete);
                    node.openStream().onSuccess(stream -> stream.write(frame("{\"type\":\"forged\",\"detail\":1}")));
                })
                .onFailure(error -> {
                    if (error instanceof QuicClosedChannelException closed && closed.event() != null) {
                        ending.complete(Ending.of(closed.event()));
                    } else {
                        ending.completeExceptionally(error);
                    }
                }));
        return ending.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static Buffer frame(String json) {
        return Buffer.buffer().appendInt(json.length()).appendString(json);
    }

    private List<Object> heard() {
        List<Object> heard = new CopyOnWriteArrayList<>();
        target.addEventListener(EventType.of("forged", Integer.class), event -> heard.add(event.detail()));
        return heard;
    }

    private void refusedAtTheHub(Ending ending, List<Object> heard) {
        assertEquals(CloseReason.UNAUTHORIZED, ending.reason(), ending::toString);
        assertTrue(ending.message().contains("certificate"), ending::toString);
        assertEquals(List.of(), hub.status().links());
        assertEquals(0, hub.status().published());
        assertEquals(List.of(), heard);
    }

    @ParameterizedTest
    @EnumSource
    void aHubRefusesAForgery(Forgeries forgery) throws Exception {
        List<Object> heard = heard();
        refusedAtTheHub(ending(forgery.of(identity).keyCertOptions(), listen("")), heard);
    }

    @Test
    void aHubRefusesWhoShowsNoCertificate() {
        Ending ending = ending((KeyCertOptions) null, listen(""));
        refusedAtTheHub(ending, heard());
        assertTrue(ending.message().contains("has shown none"), ending::toString);
    }

    @Test
    void aHubRefusesWhoShowsSeveralCertificates() throws Exception {
        KeyCertOptions several = Forgery.p256()
                .vouchedFor(identity)
                .keyCertOptions(NodeCertificate.of(NodeIdentity.generate()).certificate());
        refusedAtTheHub(ending(several, listen("")), heard());
    }

    @Test
    void clocksThatDifferAreNamed() throws Exception {
        NodeAddress address = listen("");
        for (Forgeries forgery : List.of(Forgeries.EXPIRED, Forgeries.NOT_YET_VALID)) {
            Ending ending = ending(forgery.of(identity).keyCertOptions(), address);
            assertTrue(ending.message().contains("clocks"), ending::toString);
        }
    }

    @Test
    void whoIsNotAllowedHearsSo() throws Exception {
        Path allow = Files.writeString(
                directory.resolve("allow"), NodeIdentity.generate().nodeId() + "\n");
        Ending ending = ending(NodeCertificate.of(identity).keyCertOptions(), listen("&allow=" + allow));
        assertEquals(CloseReason.UNAUTHORIZED, ending.reason());
        assertTrue(ending.message().contains(identity.nodeId().toString()), ending::toString);
        assertEquals(0, hub.status().published());
    }

    /** TLS does not ask a client again that comes back with a ticket. */
    @Test
    void whoIsDeniedMeanwhileCanNotComeBackWithATicket() throws Exception {
        Path deny = Files.createFile(directory.resolve("deny"));
        NodeAddress address = listen("&deny=" + deny);
        QuicClient client = client(NodeCertificate.of(identity).keyCertOptions());
        CompletableFuture<Ending> first = CompletableFuture.supplyAsync(() -> ending(client, address));
        eventually(() -> assertEquals(1, hub.status().published()));
        Files.writeString(deny, identity.nodeId() + "\n");
        Ending cut = first.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        assertEquals(CloseReason.UNAUTHORIZED, cut.reason(), cut::toString);
        Ending again = ending(client, address);
        assertEquals(CloseReason.UNAUTHORIZED, again.reason(), again::toString);
        assertEquals(1, hub.status().published());
    }

    /** A hub that shows a forgery which names the right node. */
    private int forger(KeyCertOptions shown, List<QuicConnection> came) {
        ServerSSLOptions tls = new ServerSSLOptions().setClientAuth(ClientAuth.REQUIRED);
        tls.setKeyCertOptions(shown)
                .setTrustOptions(TrustOptions.wrap(new NodeTrust(any -> true)))
                .setApplicationLayerProtocols(List.of(QuicNode.ALPN));
        QuicServer server = vertx.createQuicServer(new QuicServerConfig().setReuseAddress(false), tls);
        server.connectHandler(came::add);
        return result(server.listen(0, "127.0.0.1")).port();
    }

    private Throwable refusal(NodeId wanted, int port) {
        QuicNode spoke = QuicNode.spoke(vertx, EventTargetConfig.of("quic://localhost"));
        ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
        return failure(spoke.connect(context, new NodeAddress(wanted, "127.0.0.1", port), PATIENCE));
    }

    @ParameterizedTest
    @EnumSource
    void aSpokeRefusesAForgery(Forgeries forgery) throws Exception {
        List<QuicConnection> came = new CopyOnWriteArrayList<>();
        int port = forger(forgery.of(identity).keyCertOptions(), came);
        Throwable refusal = refusal(identity.nodeId(), port);
        assertInstanceOf(EventTargetException.class, refusal);
        assertInstanceOf(CertificateException.class, refusal.getCause());
        assertTrue(refusal.getMessage().contains(forgery.says), refusal.getMessage());
        assertEquals(List.of(), came);
    }

    @Test
    void aSpokeRefusesAnotherNodeAndNamesIt() {
        List<QuicConnection> came = new CopyOnWriteArrayList<>();
        int port = forger(NodeCertificate.of(identity).keyCertOptions(), came);
        NodeId wanted = NodeIdentity.generate().nodeId();
        String message = refusal(wanted, port).getMessage();
        assertTrue(
                message.contains(wanted.toString())
                        && message.contains(identity.nodeId().toString()),
                message);
        assertEquals(List.of(), came);
    }
}
