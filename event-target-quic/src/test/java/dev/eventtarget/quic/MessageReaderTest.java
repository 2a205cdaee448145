package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Messages behind their lengths, written and read. */
class MessageReaderTest {
    private static final int MOST = 200_000;

    @Provide
    Arbitrary<List<byte[]>> messages() {
        Arbitrary<Integer> lengths = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 300), Arbitraries.of(8191, 8192, 8193, 65_532, 65_536, MOST));
        return lengths.flatMap(length -> Arbitraries.bytes().map(value -> {
                    byte[] message = new byte[length];
                    Arrays.fill(message, value);
                    message[length - 1] = length.byteValue();
                    return message;
                }))
                .list()
                .ofMaxSize(30);
    }

    @Provide
    Arbitrary<List<Integer>> pieces() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 8),
                        Arbitraries.integers().between(1, 100_000))
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    private static ByteBuf write(List<byte[]> messages) {
        MessageWriter writer = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
        ByteBuf stream = Unpooled.buffer();
        List<ByteBuf> buffers = messages.stream().map(Unpooled::wrappedBuffer).toList();
        for (ByteBuf message : buffers) {
            writer.add(message);
            if (writer.isFull()) {
                takeAll(writer, stream);
            }
        }
        takeAll(writer, stream);
        assertFalse(writer.isFull());
        buffers.forEach(message -> assertEquals(0, message.refCnt()));
        return stream;
    }

    private static void takeAll(MessageWriter writer, ByteBuf stream) {
        for (ByteBuf bytes = writer.take(); bytes != null; bytes = writer.take()) {
            assertTrue(bytes.isReadable());
            assertTrue(bytes.readableBytes() <= 64 << 10);
            stream.writeBytes(bytes);
            bytes.release();
        }
    }

    /** Reads in pieces of the given lengths, again and again. */
    private static List<byte[]> read(ByteBuf stream, List<Integer> pieces, MessageReader reader) {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; stream.isReadable(); i++) {
            ByteBuf piece = stream.readSlice(Math.min(stream.readableBytes(), pieces.get(i % pieces.size())));
            while (piece.isReadable()) {
                byte[] message = reader.next(piece);
                if (message != null) {
                    messages.add(message);
                }
            }
        }
        return messages;
    }

    @Property(tries = 300)
    void howeverTheStreamIsSplitTheMessagesAreTheSame(
            @ForAll("messages") List<byte[]> messages, @ForAll("pieces") List<Integer> pieces) {
        MessageReader reader = new MessageReader(MOST);
        List<byte[]> read = read(write(messages), pieces, reader);
        assertEquals(messages.size(), read.size());
        for (int i = 0; i < read.size(); i++) {
            assertArrayEquals(messages.get(i), read.get(i));
        }
        assertFalse(reader.isWithinMessage());
    }

    @Property(tries = 300)
    void whatIsWrittenIsTheLengthAndTheMessage(@ForAll("messages") List<byte[]> messages) {
        ByteBuf expected = Unpooled.buffer();
        messages.forEach(message -> expected.writeInt(message.length).writeBytes(message));
        assertArrayEquals(ByteBufUtil.getBytes(expected), ByteBufUtil.getBytes(write(messages)));
    }

    @Property
    void aMessageThatIsTooLongIsNotBegun(
            @ForAll @IntRange(min = MOST + 1) int length, @ForAll("pieces") List<Integer> pieces) {
        MessageReader.FramingException error = assertThrows(
                MessageReader.FramingException.class,
                () -> read(Unpooled.buffer().writeInt(length), pieces, new MessageReader(MOST)));
        assertEquals(CloseReason.TOO_LARGE, error.reason());
        assertTrue(error.text().contains("at most " + MOST) && error.text().contains("" + length), error::text);
    }

    @Property
    void aLengthIsNeverNegative(@ForAll @IntRange(min = Integer.MIN_VALUE, max = -1) int length) {
        MessageReader.FramingException error = assertThrows(
                MessageReader.FramingException.class,
                () -> new MessageReader(Integer.MAX_VALUE)
                        .next(Unpooled.buffer().writeInt(length)));
        assertEquals(CloseReason.TOO_LARGE, error.reason());
        assertTrue(error.text().contains(Integer.toUnsignedString(length)), error::text);
    }

    @Property
    void anyBytesAreMessagesOrRefused(@ForAll byte[] bytes, @ForAll("pieces") List<Integer> pieces) {
        try {
            int length = read(Unpooled.wrappedBuffer(bytes), pieces, new MessageReader(MOST)).stream()
                    .mapToInt(message -> message.length + Integer.BYTES)
                    .sum();
            assertTrue(length <= bytes.length);
        } catch (MessageReader.FramingException e) {
            assertTrue(e.reason() == CloseReason.PROTOCOL || e.reason() == CloseReason.TOO_LARGE);
        }
    }

    @Example
    void aMessageOfNothingIsRefused() {
        MessageReader.FramingException error = assertThrows(
                MessageReader.FramingException.class,
                () -> new MessageReader(MOST).next(Unpooled.buffer().writeInt(0)));
        assertEquals(CloseReason.PROTOCOL, error.reason());
    }

    @Example
    void aLengthAloneTakesNoMemory() {
        // so many of these would not fit into any heap
        MessageReader[] readers = new MessageReader[2000];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = new MessageReader(64 << 20);
            assertNull(readers[i].next(Unpooled.buffer().writeInt(64 << 20).writeByte('{')));
            assertTrue(readers[i].isWithinMessage());
        }
    }
}
