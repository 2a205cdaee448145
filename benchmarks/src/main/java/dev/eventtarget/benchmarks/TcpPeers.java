package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;

/** TCP and nothing on it: 128 bytes are a message. */
final class TcpPeers {
    private TcpPeers() {}

    private static Buffer messages(int count) {
        Buffer buffer = Buffer.buffer();
        for (int i = 0; i < count; i++) {
            buffer.appendBytes(WebSocketBenchmark.MESSAGE);
        }
        return buffer;
    }

    private static void count(NetSocket socket, Arrivals.Receiver receiver) {
        int[] rest = {0};
        socket.exceptionHandler(receiver::failed);
        socket.handler(bytes -> {
            int length = rest[0] + bytes.length();
            rest[0] = length % WebSocketBenchmark.MESSAGE.length;
            receiver.received(length / WebSocketBenchmark.MESSAGE.length);
        });
    }

    private static NetSocket connect(Loops loops, int number, NetServer server) throws Exception {
        return Loops.await(loops.context(number), () -> loops.netClient().connect(server.actualPort(), "127.0.0.1"));
    }

    /** From a client to a server. */
    static final class OneWay implements Carrier {
        private final Arrivals arrivals = WebSocketBenchmark.oneReceiver();
        private final Loops servers = new Loops(1);
        private final Loops clients = new Loops(1);
        private final Pump<NetSocket> pump;

        OneWay(int perWrite) throws Exception {
            NetServer server = servers.vertx().createNetServer().connectHandler(it -> count(it, arrivals.receiver(0)));
            Loops.await(servers.context(0), () -> server.listen(0, "127.0.0.1"));
            NetSocket socket = connect(clients, 0, server);
            Buffer bytes = messages(perWrite);
            pump = new Pump<NetSocket>(clients.context(0), perWrite, it -> it.write(bytes)).add(socket);
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
            clients.close();
            servers.close();
        }
    }

    /** From a server to clients. */
    static final class FanOut implements Carrier {
        private final Arrivals arrivals;
        private final Loops servers = new Loops(WebSocketBenchmark.FAN_OUT_LOOPS);
        private final Loops clients = new Loops(WebSocketBenchmark.FAN_OUT_LOOPS);
        private final List<Pump<NetSocket>> pumps = new ArrayList<>();

        FanOut(int perWrite, int links) throws Exception {
            arrivals = WebSocketBenchmark.receivers(links);
            Buffer bytes = messages(perWrite);
            for (int i = 0; i < servers.size(); i++) {
                Pump<NetSocket> pump = new Pump<>(servers.context(i), perWrite, socket -> socket.write(bytes));
                pumps.add(pump);
                NetServer server = servers.vertx().createNetServer().connectHandler(pump::add);
                Loops.await(servers.context(i), () -> server.listen(0, "127.0.0.1"));
                for (int j = i; j < links; j += servers.size()) {
                    count(connect(clients, j / servers.size(), server), arrivals.receiver(j));
                }
            }
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            pumps.forEach(pump -> pump.send(messages));
        }

        @Override
        public void close() throws Exception {
            clients.close();
            servers.close();
        }
    }

    /** Sends back what comes. */
    static final class Reflection implements Echo {
        private final RoundTrips trips = new RoundTrips();
        private final Loops servers = new Loops(1);
        private final Loops clients = new Loops(1);
        private final NetSocket socket;

        Reflection() throws Exception {
            NetServer server = servers.vertx().createNetServer().connectHandler(it -> it.handler(it::write));
            Loops.await(servers.context(0), () -> server.listen(0, "127.0.0.1"));
            socket = connect(clients, 0, server);
            socket.handler(back -> trips.returned(this::ping));
        }

        private void ping() {
            socket.write(Buffer.buffer(WebSocketBenchmark.MESSAGE));
        }

        @Override
        public void measure(long[] nanos) throws Exception {
            trips.measure(nanos, () -> clients.context(0).runOnContext(now -> ping()));
        }

        @Override
        public void close() throws Exception {
            clients.close();
            servers.close();
        }
    }
}
