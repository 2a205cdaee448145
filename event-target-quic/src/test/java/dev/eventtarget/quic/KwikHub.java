package dev.eventtarget.quic;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

/** Listens with an implementation of QUIC that shares no code with ours. It never asks who connects. */
final class KwikHub implements AutoCloseable {
    private static final int STREAMS = 10;
    private static final int PATIENCE_SECONDS = 60;

    private final DatagramSocket socket;
    private final ServerConnector server;
    private final BlockingQueue<QuicStream> opened = new LinkedBlockingQueue<>();

    KwikHub(String alpn, X509ExtendedKeyManager key) throws Exception {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        String alias = key.getServerAliases("EC", null)[0];
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] none = {};
        store.load(null, none);
        store.setKeyEntry(
                "node", key.getPrivateKey(alias), none, new Certificate[] {key.getCertificateChain(alias)[0]});
        server = ServerConnector.builder()
                .withSocket(socket)
                .withKeyStore(store, "node", none)
                .withConfiguration(ServerConnectionConfig.builder()
                        .maxOpenPeerInitiatedBidirectionalStreams(STREAMS)
                        .maxOpenPeerInitiatedUnidirectionalStreams(STREAMS)
                        .build())
                .withLogger(new NullLogger())
                .build();
        server.registerApplicationProtocol(alpn, new ApplicationProtocolConnectionFactory() {
            @Override
            public ApplicationProtocolConnection createConnection(String protocol, QuicConnection connection) {
                return new ApplicationProtocolConnection() {
                    @Override
                    public void acceptPeerInitiatedStream(QuicStream stream) {
                        opened.add(stream);
                    }
                };
            }

            @Override
            public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
                return STREAMS;
            }

            @Override
            public int maxConcurrentPeerInitiatedBidirectionalStreams() {
                return STREAMS;
            }
        });
        server.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** The next stream that somebody opens and says something on; waits for it. */
    QuicStream stream() throws InterruptedException {
        QuicStream stream = opened.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (stream == null) {
            throw new AssertionError("Nobody has opened a stream");
        }
        return stream;
    }

    @Override
    public void close() {
        server.close();
    }
}
