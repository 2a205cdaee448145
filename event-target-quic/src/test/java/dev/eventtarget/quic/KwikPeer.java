package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import tech.kwik.core.ConnectionEstablishedEvent;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;

/**
 * A peer on an implementation of QUIC that shares no code with ours. It speaks the protocol word by word; in its JSON, single
 * quotes stand for double ones.
 */
final class KwikPeer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(10);
    private static final int PIECE = 4096;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How the other side has closed the connection. */
    record Closed(Long code, String message) {}

    private final QuicClientConnection connection;
    private final QuicStream stream;
    private final DataInputStream in;
    private final OutputStream out;
    private final CompletableFuture<Closed> closed;
    private final Queue<JsonNode> frames = new ArrayDeque<>();

    private KwikPeer(QuicClientConnection connection, QuicStream stream, CompletableFuture<Closed> closed) {
        this.connection = connection;
        this.stream = stream;
        this.closed = closed;
        in = new DataInputStream(stream.getInputStream());
        out = stream.getOutputStream();
    }

    /** Connects to a port of this machine and opens the stream. */
    static KwikPeer connect(int port, String alpn, X509ExtendedKeyManager key, X509TrustManager trust)
            throws IOException {
        QuicClientConnection.Builder builder = QuicClientConnection.newBuilder()
                .host("127.0.0.1")
                .port(port)
                .applicationProtocol(alpn)
                // no names are checked: the trust manager has the whole say
                .noServerCertificateCheck()
                .customTrustManager(trust)
                .connectTimeout(CONNECT_TIMEOUT)
                .maxIdleTimeout(IDLE_TIMEOUT)
                .logger(new NullLogger());
        if (key != null) {
            String alias = key.getClientAliases("EC", null)[0];
            builder.clientCertificate(key.getCertificateChain(alias)[0]).clientCertificateKey(key.getPrivateKey(alias));
        }
        QuicClientConnection connection = builder.build();
        CompletableFuture<Closed> closed = new CompletableFuture<>();
        connection.setConnectionListener(new ConnectionListener() {
            @Override
            public void connected(ConnectionEstablishedEvent event) {
                // connect() waits for that
            }

            @Override
            public void disconnected(ConnectionTerminatedEvent event) {
                if (!event.hasApplicationError() && !event.hasTransportError()) {
                    // the one datagram that says why may be lost, as any other
                    closed.completeExceptionally(new IOException("This side has closed: " + event.closeReason()));
                    return;
                }
                closed.complete(new Closed(
                        event.hasApplicationError() ? event.applicationErrorCode() : event.transportErrorCode(),
                        String.valueOf(event.errorDescription())));
            }
        });
        connection.connect();
        return new KwikPeer(connection, connection.createStream(true), closed);
    }

    QuicClientConnection connection() {
        return connection;
    }

    QuicStream stream() {
        return stream;
    }

    // ---- sends

    /** Sends a message. */
    KwikPeer send(String message) throws IOException {
        return send(message.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a message as it is. */
    KwikPeer send(byte[] message) throws IOException {
        return raw(framed(message));
    }

    /** Sends bytes, whatever they mean. */
    KwikPeer raw(byte[] bytes) throws IOException {
        // pieces that are smaller than kwik's buffer: it may wait for ever for room for one that is as large
        for (int from = 0; from < bytes.length; from += PIECE) {
            out.write(bytes, from, Math.min(PIECE, bytes.length - from));
        }
        out.flush();
        return this;
    }

    static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(Integer.BYTES + message.length)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** Sends a control frame, or an event. */
    KwikPeer say(String type, String detail) throws IOException {
        return send("{'type':'" + type + "','detail':" + detail + "}");
    }

    // ---- listens

    /** The next message; waits for it. */
    byte[] message() throws IOException {
        byte[] message = new byte[in.readInt()];
        in.readFully(message);
        return message;
    }

    /** The next frame; pings are answered and passed over. */
    JsonNode next() throws IOException {
        while (true) {
            while (frames.isEmpty()) {
                JsonNode content = JSON.readTree(message());
                if (content.isArray()) {
                    content.forEach(frames::add);
                } else {
                    frames.add(content);
                }
            }
            JsonNode frame = frames.remove();
            if (!frame.path("type").asText().equals("$ping")) {
                return frame;
            }
            say("$pong", "null");
        }
    }

    /** The detail of the next frame, which must be of a type. */
    JsonNode expect(String type) throws IOException {
        JsonNode frame = next();
        assertEquals(type, frame.path("type").asText(), frame::toString);
        return frame.path("detail");
    }

    /** The detail of the next frame, which must be of a type and have this detail. */
    void expect(String type, String detail) throws IOException {
        assertEquals(json(detail), expect(type));
    }

    static JsonNode json(String text) throws JsonProcessingException {
        return JSON.readTree(text.replace('\'', '"'));
    }

    /** How the other side has closed the connection; waits for it, until this side does. */
    Closed closed() throws Exception {
        try {
            return closed.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
