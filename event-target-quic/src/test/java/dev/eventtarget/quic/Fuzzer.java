package dev.eventtarget.quic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes bytes for streams and datagrams that are a little or completely wrong, the same ones from the same seed. */
final class Fuzzer {
    private static final int MOST_DATAGRAM = 1400;

    /** Frames that are right, at least at some time in some session. */
    private static final List<String> FRAMES = List.of(
            "{'type':'$hello','detail':{'version':1,'features':['ack','credit','resume','batch','cbor','large','datagram'],"
                    + "'producer':'p','next':3,'session':'s','acked':5,'subs':{'1':7,'2':0}}}",
            "{'type':'$subscribe','detail':{'sub':1,'type':'noise.a','from':'earliest','credit':9}}",
            "{'type':'$subscribe','detail':{'sub':2,'type':'noise.*','group':'g'}}",
            "{'type':'$subscribe','detail':{'types':['noise.a','noise.*']}}",
            "{'type':'$unsubscribe','detail':{'sub':1,'drain':true}}",
            "{'type':'$ack','detail':{'sub':1,'to':1,'also':[2,3]}}",
            "{'type':'$nack','detail':{'sub':1,'seq':1,'message':'no'}}",
            "{'type':'$credit','detail':{'sub':1,'credit':5}}",
            "{'type':'$fetch','detail':{'sub':1,'seq':1}}",
            "{'type':'$skip','detail':{'count':1}}",
            "{'type':'$ping','detail':null}",
            "{'type':'$bye','detail':null}",
            "{'type':'noise.a','detail':{'n':1,'list':[1,2,{'x':null}]},'id':'i','headers':{'a':'b'}}",
            "{'type':'noise.a:7','detail':'text'}",
            "[{'type':'noise.a','detail':1},{'type':'$ping'},{'type':'noise.b','detail':2}]");

    private final Random random;

    Fuzzer(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    // ---- streams

    /** What is written to a stream at once: perhaps a message, perhaps the half of one or several. */
    Buffer bytes(boolean text) {
        byte[] message = message(text);
        return switch (random.nextInt(12)) {
            case 0 -> Buffer.buffer(random(random.nextInt(300)));
            case 1 -> Buffer.buffer().appendInt(random.nextInt()).appendBytes(message);
            case 2 ->
                Buffer.buffer()
                        .appendInt(message.length + 1 - random.nextInt(3))
                        .appendBytes(message);
            case 3 -> Buffer.buffer().appendInt(random.nextInt(9 << 20)).appendBytes(message);
            case 4 -> Buffer.buffer(Arrays.copyOf(framed(message), random.nextInt(Integer.BYTES + message.length)));
            case 5 -> Buffer.buffer(framed(message)).appendBytes(framed(message(text)));
            default -> Buffer.buffer(framed(message));
        };
    }

    /** What is sent as a stream of its own: an event, for whom it is, and its number; or nearly that. */
    Buffer aside(boolean text) {
        byte[] message = message(text);
        int length = random.nextInt(4) == 0 ? random.nextInt() : message.length + random.nextInt(3) - 1;
        Buffer aside = Buffer.buffer()
                .appendLong(random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(3))
                .appendLong(random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(20))
                .appendInt(random.nextBoolean() ? message.length : length)
                .appendBytes(message);
        return random.nextInt(3) == 0 ? aside.getBuffer(0, random.nextInt(aside.length())) : aside;
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(Integer.BYTES + message.length)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** A message: JSON, or CBOR where it isn't text. */
    byte[] message(boolean text) {
        byte[] frame = encoded(FRAMES.get(random.nextInt(FRAMES.size())), text);
        return switch (random.nextInt(8)) {
            case 0 -> random(1 + random.nextInt(200));
            case 1, 2, 3 -> damaged(frame);
            case 4 -> damaged(encoded(FRAMES.get(random.nextInt(FRAMES.size())), !text));
            default -> frame;
        };
    }

    private static byte[] encoded(String frame, boolean text) {
        String json = frame.replace('\'', '"');
        try {
            return text
                    ? json.getBytes(StandardCharsets.UTF_8)
                    : new ObjectMapper(new CBORFactory()).writeValueAsBytes(new ObjectMapper().readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** With some bytes changed, left out, put in, or cut off. */
    byte[] damaged(byte[] bytes) {
        byte[] damaged = bytes.clone();
        for (int i = 1 + random.nextInt(4); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(5)) {
                case 0 -> damaged[at] = (byte) random.nextInt();
                case 1, 2 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> damaged = Arrays.copyOf(damaged, at);
                default -> {
                    byte[] longer = Arrays.copyOf(damaged, damaged.length + 1);
                    System.arraycopy(damaged, at, longer, at + 1, damaged.length - at);
                    damaged = longer;
                }
            }
        }
        return damaged;
    }

    // ---- datagrams

    /** A datagram that nobody has asked for; most look as if they were of QUIC. */
    byte[] datagram() {
        byte[] bytes = random(random.nextInt(MOST_DATAGRAM));
        if (bytes.length < 40 || random.nextInt(5) == 0) {
            return bytes;
        }
        // the form bit, the fixed bit, and the kind of packet (RFC 9000, section 17)
        bytes[0] = (byte) (random.nextBoolean() ? 0xC0 | random.nextInt(64) : 0x40 | random.nextInt(64));
        int version = switch (random.nextInt(4)) {
            case 0 -> random.nextInt();
            case 1 -> 0;
            default -> 1;
        };
        ByteBuffer.wrap(bytes).putInt(1, version);
        bytes[5] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(21));
        return bytes;
    }

    /** The same with a little or much of it changed; the first bytes, which say what it is, more often than others. */
    byte[] damagedDatagram(byte[] datagram) {
        if (datagram.length == 0 || random.nextBoolean()) {
            return damaged(datagram);
        }
        byte[] damaged = datagram.clone();
        damaged[random.nextInt(Math.min(30, damaged.length))] ^= (byte) (1 + random.nextInt(255));
        return damaged;
    }
}
