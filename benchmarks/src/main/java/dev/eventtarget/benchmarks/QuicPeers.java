package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.QuicClient;
import io.vertx.core.net.QuicClientConfig;
import io.vertx.core.net.QuicServer;
import io.vertx.core.net.QuicServerConfig;
import io.vertx.core.net.QuicStream;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.function.Consumer;

/** Vert.x' QUIC without a protocol on it: so many bytes of a stream are a message. */
final class QuicPeers {
    private static final String ALPN = "benchmark/1";

    private QuicPeers() {}

    /** A stream from a client to a server, each on an event loop of its own. */
    private static final class Connection implements AutoCloseable {
        private final Loops servers = new Loops(1);
        private final Loops clients = new Loops(1);
        private final QuicServer server;
        private final QuicClient client;
        private final QuicStream stream;

        Connection(Consumer<QuicStream> accept) throws Exception {
            ServerSSLOptions serverTls = new ServerSSLOptions();
            serverTls
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(Certificate.HERE.certFile().toString())
                            .addKeyPath(Certificate.HERE.keyFile().toString()))
                    .setApplicationLayerProtocols(List.of(ALPN));
            server = servers.vertx()
                    .createQuicServer(new QuicServerConfig(), serverTls)
                    .streamHandler(accept::accept);
            SocketAddress address = Loops.await(servers.context(0), () -> server.listen(0, "127.0.0.1"));
            ClientSSLOptions clientTls = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
            clientTls
                    .setTrustOptions(new PemTrustOptions()
                            .addCertPath(Certificate.HERE.certFile().toString()))
                    .setApplicationLayerProtocols(List.of(ALPN));
            client = clients.vertx().createQuicClient(new QuicClientConfig(), clientTls);
            stream = Loops.await(
                    clients.context(0),
                    () -> client.connect(SocketAddress.inetSocketAddress(address.port(), "127.0.0.1"))
                            .compose(connection -> connection.openStream()));
        }

        Context context() {
            return clients.context(0);
        }

        @Override
        public void close() throws Exception {
            Loops.await(client.close());
            Loops.await(server.close());
            clients.close();
            servers.close();
        }
    }

    /** From a client to a server. */
    static final class OneWay implements Carrier {
        private final Arrivals arrivals;
        private final Connection connection;
        private final Pump<QuicStream> pump;

        OneWay(Arrivals arrivals, int bytes, int perWrite) throws Exception {
            this.arrivals = arrivals;
            connection = new Connection(stream -> count(stream, bytes, arrivals.receiver(0)));
            Buffer write = Buffer.buffer(new byte[bytes * perWrite]);
            pump = new Pump<QuicStream>(connection.context(), perWrite, stream -> stream.write(write))
                    .add(connection.stream);
        }

        private static void count(QuicStream stream, int bytes, Arrivals.Receiver receiver) {
            int[] rest = {0};
            stream.exceptionHandler(receiver::failed);
            stream.handler(read -> {
                int length = rest[0] + read.length();
                rest[0] = length % bytes;
                receiver.received(length / bytes);
            });
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            pump.send(messages);
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }

    /** Sends back what comes. */
    static final class Reflection implements Echo {
        private final RoundTrips trips = new RoundTrips();
        private final Connection connection = new Connection(stream -> stream.handler(stream::write));

        Reflection() throws Exception {
            connection.stream.handler(back -> trips.returned(this::ping));
        }

        private void ping() {
            connection.stream.write(Buffer.buffer(WebSocketBenchmark.MESSAGE));
        }

        @Override
        public void measure(long[] nanos) throws Exception {
            trips.measure(nanos, () -> connection.context().runOnContext(now -> ping()));
        }

        @Override
        public void close() throws Exception {
            connection.close();
        }
    }
}
