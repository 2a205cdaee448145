package dev.eventtarget.benchmarks;

import dev.eventtarget.benchmarks.RoundTrips.Echo;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** NATS without its persistence. */
final class NatsPeers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private NatsPeers() {}

    /** A nats-server of our own. */
    static final class Server implements AutoCloseable {
        private static final Pattern LISTENING =
                Pattern.compile("Listening for client connections on 127.0.0.1:(\\d+)");

        private final Process process;
        private final int port;

        private Server(Process process, int port) {
            this.process = process;
            this.port = port;
        }

        /** Null where the program is not on the path. */
        static @Nullable Server start() throws IOException {
            Process process;
            try {
                process = new ProcessBuilder("nats-server", "-a", "127.0.0.1", "-p", "-1")
                        .redirectErrorStream(true)
                        .start();
            } catch (IOException e) {
                return null;
            }
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            BufferedReader log = process.inputReader();
            StringBuilder said = new StringBuilder();
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                said.append(line).append('\n');
                Matcher matcher = LISTENING.matcher(line);
                if (matcher.find()) {
                    Thread drain = new Thread(() -> log.lines().forEach(more -> {}), "nats-server log");
                    drain.setDaemon(true);
                    drain.start();
                    return new Server(process, Integer.parseInt(matcher.group(1)));
                }
            }
            throw new IOException("nats-server does not run: " + said);
        }

        String version() throws IOException, InterruptedException {
            try (Connection connection = connect()) {
                return connection.getServerInfo().getVersion();
            }
        }

        private Connection connect() throws IOException, InterruptedException {
            return Nats.connect(URI.create("nats://127.0.0.1:" + port).toString());
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    /** A subscriber and a publisher with NATS' own client. */
    static final class Client implements Carrier {
        private final Arrivals arrivals = WebSocketBenchmark.oneReceiver();
        private final Connection subscriber;
        private final Connection publisher;

        Client(Server server) throws Exception {
            subscriber = server.connect();
            subscriber
                    .createDispatcher(message -> arrivals.receiver(0).received(1))
                    .subscribe("order.picked");
            subscriber.flush(PATIENCE);
            publisher = server.connect();
        }

        @Override
        public Arrivals arrivals() {
            return arrivals;
        }

        @Override
        public void send(int messages) {
            for (int i = 0; i < messages; i++) {
                publisher.publish("order.picked", WebSocketBenchmark.MESSAGE);
            }
        }

        @Override
        public void close() throws InterruptedException {
            publisher.close();
            subscriber.close();
        }
    }

    /** NATS' own client at both ends, and the server between. */
    static final class ClientEcho implements Echo {
        private final RoundTrips trips = new RoundTrips();
        private final Connection near;
        private final Connection far;

        ClientEcho(Server server) throws Exception {
            near = server.connect();
            far = server.connect();
            far.createDispatcher(message -> far.publish("back", message.getData()))
                    .subscribe("there");
            near.createDispatcher(message -> trips.returned(this::ping)).subscribe("back");
            far.flush(PATIENCE);
            near.flush(PATIENCE);
        }

        private void ping() {
            near.publish("there", WebSocketBenchmark.MESSAGE);
        }

        @Override
        public void measure(long[] nanos) throws Exception {
            trips.measure(nanos, this::ping);
        }

        @Override
        public void close() throws InterruptedException {
            near.close();
            far.close();
        }
    }

    private static Buffer publication(String subject) {
        return Buffer.buffer("PUB " + subject + " " + WebSocketBenchmark.MESSAGE.length + "\r\n")
                .appendBytes(WebSocketBenchmark.MESSAGE)
                .appendString("\r\n");
    }

    /** Who has a message from the server. */
    private interface Receiver {
        void received(int messages);
    }

    /** A connection of a client that does no more than it must. */
    private static final class Wire {
        private final NetSocket socket;
        private final Context context;
        private final int unit;
        private final Receiver receiver;
        private final Promise<Void> ready = Promise.promise();
        private final StringBuilder line = new StringBuilder();
        private int left;

        private Wire(NetSocket socket, Context context, String subject, Receiver receiver) {
            this.socket = socket;
            this.context = context;
            this.receiver = receiver;
            this.unit = ("MSG " + subject + " 1 " + WebSocketBenchmark.MESSAGE.length + "\r\n\r\n").length()
                    + WebSocketBenchmark.MESSAGE.length;
        }

        /** Subscribes to a subject, once its {@code future} is complete. */
        static Wire open(Loops loops, int number, Server server, String subject, Receiver receiver) throws Exception {
            Context context = loops.context(number);
            return Loops.await(
                    context,
                    () -> loops.netClient()
                            .connect(server.port, "127.0.0.1")
                            .map(socket -> new Wire(socket, context, subject, receiver))
                            .compose(wire -> wire.begin(subject)));
        }

        private Future<Wire> begin(String subject) {
            socket.handler(this::read);
            socket.write("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB " + subject + " 1\r\nPING\r\n");
            return ready.future().map(this);
        }

        private void read(Buffer bytes) {
            int at = 0;
            int messages = 0;
            while (at < bytes.length()) {
                if (left > 0) {
                    int part = Math.min(left, bytes.length() - at);
                    left -= part;
                    at += part;
                    if (left == 0) {
                        messages++;
                    }
                } else if (line.isEmpty() && bytes.getByte(at) == 'M') {
                    left = unit;
                } else {
                    char next = (char) bytes.getByte(at++);
                    line.append(next);
                    if (next == '\n') {
                        told(line.toString().strip());
                        line.setLength(0);
                    }
                }
            }
            if (messages > 0) {
                receiver.received(messages);
            }
        }

        private void told(String what) {
            if (what.equals("PING")) {
                socket.write("PONG\r\n");
            } else if (what.equals("PONG")) {
                ready.tryComplete();
            } else if (!what.startsWith("INFO ")) {
                throw new IllegalStateException("nats-server says " + what);
            }
        }

        private Pump<NetSocket> pump(String subject, int perWrite) {
            Buffer bytes = Buffer.buffer();
            for (int i = 0; i < perWrite; i++) {
                bytes.appendBuffer(publication(subject));
            }
            return new Pump<NetSocket>(context, perWrite, it -> it.write(bytes)).add(socket);
        }
    }

    /** Bytes made beforehand, through the server to one subscriber or many. */
    static final class Sockets implements Carrier {
        private final Arrivals arrivals;
        private final Loops publishers = new Loops(1);
        private final Loops subscribers;
        private final Pump<NetSocket> pump;

        private Sockets(Server server, int perWrite, Arrivals arrivals, int receivers, int loops) throws Exception {
            this.arrivals = arrivals;
            subscribers = new Loops(loops);
            String subject = "order.to-" + receivers; // several of them share the server
            for (int i = 0; i < receivers; i++) {
                Wire.open(subscribers, i, server, subject, arrivals.receiver(i)::received);
            }
            pump = Wire.open(publishers, 0, server, "nothing", messages -> {}).pump(subject, perWrite);
        }

        static Sockets oneWay(Server server, int perWrite) throws Exception {
            return new Sockets(server, perWrite, WebSocketBenchmark.oneReceiver(), 1, 1);
        }

        static Sockets fanOut(Server server, int perWrite, int links) throws Exception {
            return new Sockets(
                    server, perWrite, WebSocketBenchmark.receivers(links), links, WebSocketBenchmark.FAN_OUT_LOOPS);
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
            publishers.close();
            subscribers.close();
        }
    }

    /** Bytes made beforehand at both ends, and the server between. */
    static final class SocketsEcho implements Echo {
        private final RoundTrips trips = new RoundTrips();
        private final List<Loops> loops = new ArrayList<>();
        private final Buffer ping = publication("ping");
        private final Wire near;

        SocketsEcho(Server server) throws Exception {
            loops.add(new Loops(1));
            loops.add(new Loops(1));
            Buffer pong = publication("pong");
            Promise<Wire> far = Promise.promise();
            far.complete(Wire.open(
                    loops.get(0),
                    0,
                    server,
                    "ping",
                    messages -> far.future().result().socket.write(pong)));
            near = Wire.open(loops.get(1), 0, server, "pong", messages -> trips.returned(this::ping));
        }

        private void ping() {
            near.socket.write(ping);
        }

        @Override
        public void measure(long[] nanos) throws Exception {
            trips.measure(nanos, () -> near.context.runOnContext(now -> ping()));
        }

        @Override
        public void close() throws Exception {
            for (Loops each : loops) {
                each.close();
            }
        }
    }
}
