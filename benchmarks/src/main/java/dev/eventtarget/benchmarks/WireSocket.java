package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The cheapest client that speaks WebSocket: it sends frames made beforehand, and tells from the length of a message how many
 * events are in it. So what is measured is whoever is at the other end.
 */
final class WireSocket {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final byte[] MASK = {0x5a, 0x0f, 0x33, 0x71};
    private static final int MOST_OF_CBOR_ARRAY = 9;

    private final NetSocket socket;
    private final Context context;
    private final Deque<Buffer> messages = new ArrayDeque<>();
    private @Nullable Promise<Buffer> awaited;
    private Arrivals.@Nullable Receiver receiver;
    private int unit;

    private final byte[] header = new byte[10];
    private int headerLength;
    private int opcode;
    private long length;
    private long left;
    private Buffer payload = Buffer.buffer();

    private WireSocket(NetSocket socket, Context context) {
        this.socket = socket;
        this.context = context;
    }

    /** Connects from an event loop. */
    static WireSocket open(Loops loops, int number, URI uri) throws Exception {
        Context context = loops.context(number);
        return Loops.await(
                context,
                () -> loops.netClient()
                        .connect(uri.getPort(), uri.getHost())
                        .compose(socket -> upgrade(new WireSocket(socket, context), uri)));
    }

    private static Future<WireSocket> upgrade(WireSocket wire, URI uri) {
        Promise<WireSocket> upgraded = Promise.promise();
        Buffer answer = Buffer.buffer();
        wire.socket.handler(bytes -> {
            String text = answer.appendBuffer(bytes).toString(UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0 && text.startsWith("HTTP/1.1 101")) {
                wire.socket.handler(wire::read);
                wire.read(answer.slice(end + 4, answer.length()));
                upgraded.complete(wire);
            } else if (end >= 0) {
                upgraded.tryFail(text);
            }
        });
        wire.socket.closeHandler(closed -> {
            upgraded.tryFail("closed");
            wire.fail(new IllegalStateException("The WebSocket was closed"));
        });
        wire.socket.write("GET " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        return upgraded.future();
    }

    /** A message as a client sends it. */
    static Buffer frame(byte[] message, boolean text) {
        Buffer frame = Buffer.buffer().appendUnsignedByte((short) (0x80 | (text ? TEXT : BINARY)));
        if (message.length < 126) {
            frame.appendUnsignedByte((short) (0x80 | message.length));
        } else if (message.length < 1 << 16) {
            frame.appendUnsignedByte((short) (0x80 | 126)).appendUnsignedShort(message.length);
        } else {
            frame.appendUnsignedByte((short) (0x80 | 127)).appendLong(message.length);
        }
        frame.appendBytes(MASK);
        for (int i = 0; i < message.length; i++) {
            frame.appendByte((byte) (message[i] ^ MASK[i % MASK.length]));
        }
        return frame;
    }

    void write(String text) {
        socket.write(frame(text.getBytes(UTF_8), true));
    }

    /** Writes bytes that are frames of so many messages, again and again. */
    Pump<NetSocket> pump(Buffer frames, int messages) {
        return new Pump<NetSocket>(context, messages, it -> it.write(frames)).add(socket);
    }

    /** The next message, in order. */
    Buffer next() throws Exception {
        return Loops.await(context, () -> {
            Promise<Buffer> promise = Promise.promise();
            Buffer there = messages.poll();
            if (there == null) {
                awaited = promise;
            } else {
                promise.complete(there);
            }
            return promise.future();
        });
    }

    /**
     * From now on counts events.
     *
     * @param receiver gets the counts
     * @param unit the length of an event that is a message by itself
     */
    void count(Arrivals.Receiver receiver, int unit) throws Exception {
        Loops.await(context, () -> {
            this.receiver = receiver;
            this.unit = unit;
            return Future.succeededFuture();
        });
    }

    private void read(Buffer bytes) {
        int at = 0;
        while (at < bytes.length()) {
            if (left == 0) {
                header[headerLength++] = bytes.getByte(at++);
                if (headerLength >= 2 && headerLength == headerSize()) {
                    begin();
                }
            } else {
                int part = (int) Math.min(left, bytes.length() - at);
                if (length < unit || unit == 0) {
                    payload.appendBuffer(bytes, at, part);
                }
                left -= part;
                at += part;
            }
            if (left == 0 && headerLength == 0) {
                end();
            }
        }
    }

    private int headerSize() {
        return switch (header[1]) {
            case 126 -> 4;
            case 127 -> 10;
            default -> 2;
        };
    }

    private void begin() {
        left = headerLength == 2 ? header[1] : 0;
        for (int i = 2; i < headerLength; i++) {
            left = left << 8 | header[i] & 0xff;
        }
        int kind = header[0] & 0xf;
        if (kind != CONTINUATION) {
            opcode = kind;
            length = 0;
        }
        length += left;
        headerLength = 0;
    }

    private void end() {
        if (header[0] >= 0) {
            return; // the message goes on in another frame
        }
        Arrivals.Receiver counter = receiver;
        if (counter != null && (opcode == TEXT || opcode == BINARY) && length >= unit) {
            counter.received(events());
            return;
        }
        Buffer message = payload;
        payload = Buffer.buffer();
        Promise<Buffer> waiting = awaited;
        if (counter != null) {
            counter.failed(new IllegalStateException("This came in place of an event: " + message));
        } else if (waiting == null) {
            messages.add(message);
        } else {
            awaited = null;
            waiting.complete(message);
        }
    }

    private int events() {
        if (length == unit) {
            return 1;
        }
        // "[" and each event with "," or "]" behind it; in CBOR, a length or an end and nothing between
        long rest = opcode == TEXT ? (length - 1) % (unit + 1) : Math.max(0, length % unit - MOST_OF_CBOR_ARRAY);
        if (rest != 0) {
            fail(new IllegalStateException("A message of " + length + " bytes has no events of " + unit + " bytes"));
        }
        return (int) (opcode == TEXT ? (length - 1) / (unit + 1) : length / unit);
    }

    private void fail(Throwable error) {
        Arrivals.Receiver counter = receiver;
        if (counter != null) {
            counter.failed(error);
        }
        Promise<Buffer> waiting = awaited;
        if (waiting != null) {
            waiting.tryFail(error);
        }
    }
}
