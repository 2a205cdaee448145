package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.QuicClient;
import io.vertx.core.net.QuicClientConfig;
import io.vertx.core.net.QuicConfig;
import io.vertx.core.net.QuicConnection;
import io.vertx.core.net.QuicDatagramConfig;
import io.vertx.core.net.QuicStream;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A peer without a spoke: bytes on streams, for tests to be as impolite with as they like. In its JSON, single quotes stand
 * for double ones.
 */
final class RawPeer implements AutoCloseable {
    /** Small, so that what is not read is soon too much. */
    private static final long WINDOW = 64 << 10;

    /** How many large events may come at once. */
    private static final int STREAMS = 8;

    /** How the hub has closed the connection. */
    record Closed(int code, String message) {}

    private final Context context;
    private final QuicClient client;
    private final QuicConnection connection;
    private final BlockingQueue<Buffer> messages = new LinkedBlockingQueue<>();
    private final Queue<JsonObject> frames = new ArrayDeque<>();
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private Buffer rest = Buffer.buffer();
    private QuicStream stream;

    private RawPeer(Context context, QuicClient client, QuicConnection connection) {
        this.context = context;
        this.client = client;
        this.connection = connection;
        connection.closeHandler(gone -> closed.complete(
                connection.closePayload() == null
                        ? new Closed(-1, "lost")
                        : new Closed(
                                connection.closePayload().getError(),
                                String.valueOf(connection.closePayload().getReason()))));
    }

    /** Connects to a hub of this machine, as some node. */
    static Future<RawPeer> connect(Vertx vertx, String url) {
        ClientSSLOptions tls = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
        tls.setKeyCertOptions(NodeCertificate.of(NodeIdentity.generate()).keyCertOptions())
                .setTrustOptions(TrustOptions.wrap(new NodeTrust(any -> true)))
                .setApplicationLayerProtocols(List.of("eventtarget/1"));
        QuicClient client = vertx.createQuicClient(
                new QuicClientConfig()
                        .setTransportConfig(QuicConfig.forClient()
                                .setInitialMaxStreamDataBidiLocal(WINDOW)
                                .setInitialMaxStreamDataUni(WINDOW)
                                .setInitialMaxStreamsUni(STREAMS)
                                .setDatagramConfig(new QuicDatagramConfig().setEnabled(true))
                                .setInitialMaxData(WINDOW)),
                tls);
        Context context = ((VertxInternal) vertx).createEventLoopContext();
        Promise<RawPeer> connected = Promise.promise();
        context.runOnContext(now -> client.connect(SocketAddress.inetSocketAddress(FaultTest.port(url), "127.0.0.1"))
                .map(connection -> new RawPeer(context, client, connection))
                .onComplete(connected));
        return connected.future();
    }

    /** Connects, and has a stream. */
    static RawPeer open(Vertx vertx, String url) {
        RawPeer peer = FaultTest.result(connect(vertx, url));
        peer.stream = FaultTest.result(peer.openStream());
        peer.read();
        return peer;
    }

    QuicConnection connection() {
        return connection;
    }

    QuicStream stream() {
        return stream;
    }

    /** A stream that nobody reads; the hub knows of it when something is written. */
    Future<QuicStream> openStream() {
        return on(() -> connection.openStream());
    }

    /** Calls something on the connection's event loop. */
    <T> Future<T> on(Supplier<Future<T>> call) {
        Promise<T> done = Promise.promise();
        context.runOnContext(now -> call.get().onComplete(done));
        return done.future();
    }

    // ---- sends

    /** Sends a message. */
    Future<Void> send(String message) {
        return write(framed(Buffer.buffer(message.replace('\'', '"'))));
    }

    /** Sends bytes, whatever they mean. */
    Future<Void> write(Buffer bytes) {
        return on(() -> stream.write(bytes));
    }

    /** Sends bytes on a unidirectional stream of their own, and perhaps ends that. */
    Future<Void> writeAside(Buffer bytes, boolean end) {
        return on(() -> connection.openStream(false).compose(aside -> {
            aside.exceptionHandler(e -> {});
            return end ? aside.end(bytes) : aside.write(bytes);
        }));
    }

    Future<Void> writeDatagram(Buffer bytes) {
        return on(() -> connection.writeDatagram(bytes));
    }

    static Buffer framed(Buffer message) {
        return Buffer.buffer().appendInt(message.length()).appendBuffer(message);
    }

    /** Sends a control frame, or an event. */
    Future<Void> say(String type, String detail) {
        return send("{'type':'" + type + "','detail':" + detail + "}");
    }

    /** Introduces itself, and reads the welcome. */
    JsonObject hello(String... features) {
        say("$hello", "{'version':1,'features':['" + String.join("','", features) + "']}");
        return expect("$welcome");
    }

    // ---- listens

    /** Reads no more: what comes fills up. */
    void freeze() {
        FaultTest.result(on(() -> {
            stream.pause();
            return Future.succeededFuture();
        }));
    }

    void thaw() {
        FaultTest.result(on(() -> {
            stream.resume();
            return Future.succeededFuture();
        }));
    }

    private void read() {
        FaultTest.result(on(() -> {
            stream.handler(this::receive);
            stream.exceptionHandler(e -> {});
            return Future.succeededFuture();
        }));
    }

    private void receive(Buffer bytes) {
        rest.appendBuffer(bytes);
        int at = 0;
        while (rest.length() >= at + Integer.BYTES && rest.length() >= at + Integer.BYTES + rest.getInt(at)) {
            int length = rest.getInt(at);
            messages.add(rest.getBuffer(at + Integer.BYTES, at + Integer.BYTES + length));
            at += Integer.BYTES + length;
        }
        rest = rest.getBuffer(at, rest.length());
    }

    /** The next frame; waits for it. Pings are answered and passed over. */
    JsonObject next() {
        while (true) {
            while (frames.isEmpty()) {
                Object content = Json.decodeValue(message());
                if (content instanceof JsonArray batch) {
                    batch.forEach(frame -> frames.add((JsonObject) frame));
                } else {
                    frames.add((JsonObject) content);
                }
            }
            JsonObject frame = frames.remove();
            if (!frame.getString("type").equals("$ping")) {
                return frame;
            }
            say("$pong", "null");
        }
    }

    private Buffer message() {
        try {
            Buffer message = messages.poll(FaultTest.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("Nothing came; the connection is " + closed);
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The detail of the next frame, which must be of a type. */
    JsonObject expect(String type) {
        JsonObject frame = next();
        assertEquals(type, frame.getString("type"), frame::toString);
        return frame.getJsonObject("detail");
    }

    boolean isClosed() {
        return closed.isDone();
    }

    /** How the hub has closed the connection; waits for it. */
    Closed closed() {
        try {
            return closed.get(FaultTest.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError("The connection is open; there are " + messages, e);
        }
    }

    @Override
    public void close() {
        FaultTest.result(on(() -> client.close()).otherwiseEmpty());
    }
}
