package dev.eventtarget.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Gathers messages, each behind its length, so that many go in one write: each write of its own would be at least a packet
 * of its own.
 */
final class MessageWriter {
    /** The most bytes of a write, so that the progress of a slow one can be seen. */
    private static final int MOST = 64 << 10;

    /** Longer messages are not copied. */
    private static final int COPIED = 8 << 10;

    private static final int LEAST_ROOM = 1 << 10;

    private final ByteBufAllocator alloc;
    private @Nullable ByteBuf gathered;

    /** A message that is too long to be copied, with all that was gathered before it. */
    private @Nullable ByteBuf large;

    /** How much the next write may well be: as the one before. */
    private int expected = LEAST_ROOM;

    MessageWriter(ByteBufAllocator alloc) {
        this.alloc = alloc;
    }

    /** Takes a message, when it is not full. */
    void add(ByteBuf message) {
        int length = message.readableBytes();
        if (length <= COPIED) {
            room(Integer.BYTES + length).writeInt(length).writeBytes(message);
            message.release();
        } else {
            large = Unpooled.wrappedBuffer(room(Integer.BYTES).writeInt(length), message);
            gathered = null;
        }
    }

    private ByteBuf room(int needed) {
        ByteBuf to = gathered;
        if (to == null) {
            to = alloc.directBuffer(Math.max(expected, needed));
            gathered = to;
        }
        return to;
    }

    /** {@return whether all is to be taken before there is room for more} */
    boolean isFull() {
        return large != null || gathered != null && gathered.readableBytes() >= MOST - COPIED;
    }

    /** {@return what is to be written next, if there is anything} */
    @Nullable ByteBuf take() {
        ByteBuf next = large == null ? gathered : large;
        if (next == null) {
            return null;
        }
        if (next.readableBytes() > MOST) {
            return next.readRetainedSlice(MOST);
        }
        if (large == null) {
            expected = Math.min(MOST, Math.max(LEAST_ROOM, Integer.highestOneBit(2 * next.readableBytes() - 1)));
        }
        large = null;
        gathered = null;
        return next;
    }

    void release() {
        ByteBuf left = large == null ? gathered : large;
        if (left != null) {
            left.release();
        }
        large = null;
        gathered = null;
    }
}
