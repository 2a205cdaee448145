package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.QuicConnection;
import io.vertx.core.net.QuicConnectionClose;
import io.vertx.core.net.QuicServer;
import io.vertx.core.net.QuicServerConfig;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An implementation of QUIC that shares no code with ours takes our certificates, and ours take its. */
@Timeout(60)
class KwikTest {
    private static final String ALPN = "eventtarget/1";

    private final Vertx vertx = Vertx.vertx();
    private final NodeIdentity here = NodeIdentity.generate();
    private final NodeIdentity there = NodeIdentity.generate();
    private final CompletableFuture<QuicConnection> accepted = new CompletableFuture<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Answers each message with the same one. */
    private int echo() throws Exception {
        ServerSSLOptions ssl = new ServerSSLOptions();
        ssl.setKeyCertOptions(NodeCertificate.of(here).keyCertOptions());
        ssl.setTrustOptions(TrustOptions.wrap(new NodeTrust(there.nodeId()::equals)));
        ssl.setClientAuth(ClientAuth.REQUIRED);
        ssl.setApplicationLayerProtocols(List.of(ALPN));
        QuicServer server = vertx.createQuicServer(new QuicServerConfig(), ssl);
        server.exceptionHandler(e -> {});
        server.connectHandler(connection -> {
            accepted.complete(connection);
            connection.streamHandler(stream -> stream.handler(stream::write));
        });
        return server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .port();
    }

    private X509ExtendedKeyManager key(NodeIdentity identity) throws Exception {
        return (X509ExtendedKeyManager) NodeCertificate.of(identity)
                .keyCertOptions()
                .getKeyManagerFactory(vertx)
                .getKeyManagers()[0];
    }

    @Test
    void exchangesMessagesWithAServerThatItKnows() throws Exception {
        try (KwikPeer peer = KwikPeer.connect(echo(), ALPN, key(there), new NodeTrust(here.nodeId()::equals))) {
            byte[] message = "{\"type\":\"chat\",\"detail\":\"hello\"}".getBytes(StandardCharsets.UTF_8);
            assertArrayEquals(message, peer.send(message).message());
            QuicConnection connection = accepted.get(20, TimeUnit.SECONDS);
            assertEquals(ALPN, connection.applicationLayerProtocol());
            assertEquals(there.nodeId(), NodeTrust.nodeId((X509Certificate)
                    connection.sslSession().getPeerCertificates()[0]));
            connection.close(
                    new QuicConnectionClose().setError(1001).setReason(Buffer.buffer("going_away: come again")));
            KwikPeer.Closed closed = peer.closed();
            assertEquals(1001, closed.code());
            assertTrue(closed.message().contains("come again"), closed::toString);
        }
    }
}
