package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.core.Unowned;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.quic.QuicServerInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.QuicClient;
import io.vertx.core.net.QuicClientConfig;
import io.vertx.core.net.QuicConfig;
import io.vertx.core.net.QuicDatagramConfig;
import io.vertx.core.net.QuicEndpointConfig;
import io.vertx.core.net.QuicServer;
import io.vertx.core.net.QuicServerConfig;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** This process as a node: who it is, and how it connects to others and they to it. */
final class QuicNode {
    static final String ALPN = "eventtarget/1";

    /** What a peer may send before it is read; QUIC lets it grow where that is read fast. */
    private static final long STREAM_WINDOW = 1 << 20;

    private static final long CONNECTION_WINDOW = 2 * STREAM_WINDOW;
    private static final long ASIDE_WINDOW = STREAM_WINDOW / 4;
    private static final Duration USUAL_IDLE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LEAST_IDLE = Duration.ofMillis(100);
    private static final int USUAL_LARGE = 128 << 10;
    private static final int MOST_LARGE = 1 << 30;

    private final Vertx vertx;
    private final NodeId id;
    private final KeyCertOptions certificate;
    private final String alpn;
    private final Duration idleTimeout;
    private final @Nullable Duration patience;
    private final int streams;
    private final int largeFrom;
    private final boolean datagrams;

    /** With the patience for peers that can't be asked for a sign of life; null for as much as they have. */
    private QuicNode(Vertx vertx, EventTargetConfig config, @Nullable Duration patience, int streams) {
        NativeQuic.check();
        this.vertx = vertx;
        this.alpn = alpn(config);
        this.idleTimeout = idleTimeout(config);
        this.patience = patience == null || patience.compareTo(idleTimeout) > 0 ? patience : idleTimeout;
        this.streams = streams;
        this.largeFrom = largeFrom(config);
        this.datagrams = config.bool("datagrams", true);
        Path file = Options.file(config, "identity");
        NodeIdentity identity = file == null ? NodeIdentity.generate() : NodeIdentity.loadOrCreate(file);
        this.id = identity.nodeId();
        this.certificate = NodeCertificate.of(identity).keyCertOptions();
    }

    /**
     * A hub, whose peers open the stream.
     *
     * @throws ConfigurationException if an option is not as it must be, or there is no QUIC on this platform
     */
    static QuicNode hub(Vertx vertx, EventTargetConfig config, Duration heartbeat) {
        Duration three = heartbeat.multipliedBy(3);
        return new QuicNode(vertx, config, three.compareTo(PATIENCE) < 0 ? PATIENCE : three, 1);
    }

    /**
     * Looks whether an address can be a node's, and makes no identity. Blocks.
     *
     * @throws ConfigurationException if an option is not as it must be, or there is no QUIC on this platform
     */
    static void check(EventTargetConfig config) {
        NativeQuic.check();
        var unused = List.of(alpn(config), idleTimeout(config), largeFrom(config), config.bool("datagrams", true));
        Path file = Options.file(config, "identity");
        if (file != null) {
            NodeIdentity.check(file);
        }
    }

    /** A spoke, which opens the stream. */
    static QuicNode spoke(Vertx vertx, EventTargetConfig config) {
        return new QuicNode(vertx, config, null, 0);
    }

    private static Duration idleTimeout(EventTargetConfig config) {
        Duration idle = config.duration("idleTimeout", USUAL_IDLE);
        if (idle.compareTo(LEAST_IDLE) < 0) {
            throw new ConfigurationException(
                    "idleTimeout",
                    "The option idleTimeout=" + config.string("idleTimeout") + " must be at least 100ms");
        }
        return idle;
    }

    private static int largeFrom(EventTargetConfig config) {
        return config.integer("largeFrom", USUAL_LARGE, 0, MOST_LARGE);
    }

    private static String alpn(EventTargetConfig config) {
        String alpn = config.string("alpn", ALPN);
        if (!alpn.matches("[\\x21-\\x7e]{1,255}")) {
            throw new ConfigurationException(
                    "alpn", "The option alpn=" + alpn + " must be 1 to 255 characters of ASCII, as in " + ALPN);
        }
        return alpn;
    }

    /** {@return what its links need to know, with the most bytes of a message} */
    QuicLink.Settings settings(int maxMessage) {
        return new QuicLink.Settings(maxMessage, largeFrom, datagrams, idleTimeout);
    }

    NodeId id() {
        return id;
    }

    /** A server that takes every node that proves who it is. */
    QuicServer server(byte[] tokenKey) {
        ServerSSLOptions tls = new ServerSSLOptions().setClientAuth(ClientAuth.REQUIRED);
        tls.setKeyCertOptions(certificate)
                .setTrustOptions(TrustOptions.wrap(new NodeTrust(any -> true, Failures::logRefusal)))
                .setApplicationLayerProtocols(List.of(alpn));
        QuicServerConfig config = new QuicServerConfig().setTransportConfig(transport());
        requireOwnPort(config);
        QuicServer server = vertx.createQuicServer(config, tls);
        ((QuicServerInternal) server).tokenHandler(new RetryTokens(tokenKey));
        return server.exceptionHandler(Failures::logRefusal);
    }

    /**
     * Connects to a node, with a socket of its own.
     *
     * @param context the event loop that the connection is to be on
     * @param to the node that must answer, and where
     * @param timeout how long that may take
     * @return the connection; fails with an {@link dev.eventtarget.EventTargetException}
     */
    Future<NodeConnection> connect(ContextInternal context, NodeAddress to, Duration timeout) {
        AtomicReference<CertificateException> refusal = new AtomicReference<>();
        QuicClient client = client(new NodeTrust(to.node()::equals, refusal::set), timeout);
        Promise<NodeConnection> connected = context.promise();
        // a Vertx that is closed throws
        context.runOnContext(now -> context.succeededFuture()
                .compose(ready -> client.connect(to.socketAddress()))
                .compose(NodeConnection::of)
                .onSuccess(connection -> connection.ended().onComplete(ended -> client.close()))
                .onFailure(error -> client.close())
                .recover(error -> Future.failedFuture(Failures.explain(error, refusal.get(), to, alpn)))
                .onComplete(connected));
        return connected.future();
    }

    private QuicClient client(NodeTrust trust, Duration timeout) {
        ClientSSLOptions tls = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
        tls.setKeyCertOptions(certificate)
                .setTrustOptions(TrustOptions.wrap(trust))
                .setApplicationLayerProtocols(List.of(alpn));
        QuicClientConfig config =
                new QuicClientConfig().setTransportConfig(transport()).setConnectTimeout(timeout);
        requireOwnPort(config);
        return Unowned.make(vertx, () -> vertx.createQuicClient(config, tls));
    }

    /** With UDP, sockets that may reuse an address share its packets, and none is told that its port is taken. */
    private static void requireOwnPort(QuicEndpointConfig config) {
        try {
            config.setReuseAddress(false);
        } catch (ClassCastException e) {
            // that of a client throws this in Vert.x 5.1.1, when it has set it
        }
    }

    private QuicConfig transport() {
        return new QuicConfig()
                .setInitialMaxData(CONNECTION_WINDOW)
                .setInitialMaxStreamDataBidiLocal(STREAM_WINDOW)
                .setInitialMaxStreamDataBidiRemote(STREAM_WINDOW)
                .setInitialMaxStreamsBidi(streams)
                .setInitialMaxStreamDataUni(ASIDE_WINDOW)
                .setInitialMaxStreamsUni(largeFrom == 0 ? 0 : AsideStreams.AT_ONCE)
                .setDatagramConfig(new QuicDatagramConfig().setEnabled(datagrams))
                .setMaxIdleTimeout(patience)
                .setDisableActiveMigration(false);
    }
}
