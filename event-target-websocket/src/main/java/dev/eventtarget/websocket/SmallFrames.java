package dev.eventtarget.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are small, put one after another into one buffer as the frames that they are (RFC 6455, section 5.2):
 * Netty's encoder would make a buffer of each, and each of them would be written by itself. For frames that are neither
 * masked, as a client's are, nor compressed. On the link's event loop.
 */
final class SmallFrames {
    /** The most bytes of a small message. */
    static final int MOST = 1024;

    private static final int HEADER = 4;
    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_BINARY = 0x82;
    private static final int LONGEST_SHORT = 125;
    private static final int TWO_BYTES_OF_LENGTH = 126;

    private static final int LEAST_ROOM = 2 << 10;

    /** The most that Netty's pool keeps for a thread. */
    private static final int MOST_ROOM = 32 << 10;

    private final ChannelHandlerContext netty;
    private @Nullable ByteBuf frames;

    /** How much may well be written until the next flush: as much as before the last one. */
    private int room = LEAST_ROOM;

    /**
     * Begins empty.
     *
     * @param netty where to write to
     */
    SmallFrames(ChannelHandlerContext netty) {
        this.netty = netty;
    }

    /**
     * Adds a message.
     *
     * @param message at most {@link #MOST} bytes; released
     * @param text whether it is a text
     */
    void add(ByteBuf message, boolean text) {
        int length = message.readableBytes();
        ByteBuf open = frames;
        if (open != null && open.writableBytes() < length + HEADER) {
            room = Math.min(MOST_ROOM, 2 * room);
            write();
            open = null;
        }
        if (open == null) {
            open = PooledByteBufAllocator.DEFAULT.directBuffer(room);
            frames = open;
        }
        open.writeByte(text ? FINAL_TEXT : FINAL_BINARY);
        if (length <= LONGEST_SHORT) {
            open.writeByte(length);
        } else {
            open.writeByte(TWO_BYTES_OF_LENGTH).writeShort(length);
        }
        open.writeBytes(message);
        message.release();
    }

    /** Writes what was added, without a flush. */
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise has no outcome
    void write() {
        ByteBuf open = frames;
        if (open != null) {
            frames = null;
            if (open.readableBytes() < room / 4) {
                room = Math.max(LEAST_ROOM, room / 2);
            }
            netty.write(open, netty.voidPromise());
        }
    }

    /** Forgets what was added. */
    void release() {
        ByteBuf open = frames;
        if (open != null) {
            frames = null;
            open.release();
        }
    }
}
