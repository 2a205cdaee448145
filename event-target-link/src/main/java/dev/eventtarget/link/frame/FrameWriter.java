package dev.eventtarget.link.frame;

import dev.eventtarget.core.codec.FrameCodec;
import dev.eventtarget.link.spi.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames over a link: where the peer takes arrays of frames, many in a message. On the link's event loop. What has
 * been written is sent by {@link #flush}, or when a message is full.
 */
public final class FrameWriter {
    private static final int LEAST_ROOM = 1 << 10;

    /** The most that Netty's pool keeps for a thread: beyond, each buffer takes a lock. Larger messages are no faster. */
    private static final int MOST_ROOM = 32 << 10;

    private final Link link;
    private FrameCodec codec;
    private byte[] separator;
    private boolean text = true;
    private int mostFrames;
    private int mostBytes = Integer.MAX_VALUE;
    private @Nullable ByteBuf message;
    private int frames;
    private long unread;

    /** How long the next message may well be: as the one before. */
    private int room = LEAST_ROOM;

    private boolean closed;

    /**
     * Begins with JSON and one frame a message.
     *
     * @param link takes the messages
     * @param json the codec
     */
    public FrameWriter(Link link, FrameCodec json) {
        this.link = link;
        this.codec = json;
        this.separator = json.batchSeparator();
    }

    /**
     * Goes on as was agreed, after the next {@link #flush}.
     *
     * @param agreed the codec
     * @param isText whether that is JSON
     * @param batch the most frames of a message; 0 for no arrays
     * @param bytes the most bytes of a message
     */
    public void agreed(FrameCodec agreed, boolean isText, int batch, int bytes) {
        flush();
        codec = agreed;
        separator = agreed.batchSeparator();
        text = isText;
        mostFrames = batch;
        mostBytes = bytes;
    }

    /** {@return the codec that frames must be of} */
    public FrameCodec codec() {
        return codec;
    }

    /** {@return whether there is room for more without piling it up} */
    public boolean isWritable() {
        return link.isWritable();
    }

    /**
     * Writes a control frame.
     *
     * @param type one of {@link Control}
     * @param detail numbers, texts, booleans, and lists and maps of them
     */
    public void control(String type, Map<String, ?> detail) {
        byte[] frame = codec.control(type, detail);
        unread = link.isWritable() ? 0 : unread + frame.length;
        write(frame);
    }

    /** {@return the bytes of control frames that were written since the link has taken no more} */
    public long unread() {
        return unread;
    }

    /**
     * Writes a frame.
     *
     * @param frame of {@link #codec}
     */
    public void write(byte[] frame) {
        ByteBuf to = begin(frame.length);
        to.writeBytes(frame);
        end();
    }

    /**
     * Writes an event for somebody.
     *
     * @param prefix says for whom
     * @param frame of {@link #codec}
     */
    public void write(byte[] prefix, byte[] frame) {
        ByteBuf to = begin(prefix.length + frame.length);
        to.writeBytes(prefix);
        to.writeBytes(frame, 1, frame.length - 1);
        end();
    }

    private ByteBuf begin(int length) {
        ByteBuf open = message;
        if (open != null && (frames == mostFrames || isFull(open, length + 2L))) {
            flush();
            open = null;
        }
        if (open == null) {
            open = PooledByteBufAllocator.DEFAULT.directBuffer(mostFrames == 0 ? length : Math.max(room, length + 2));
            if (mostFrames > 0) {
                open.writeByte(codec.batchStart());
            }
            message = open;
        } else {
            open.writeBytes(separator);
        }
        return open;
    }

    private boolean isFull(ByteBuf open, long more) {
        long length = open.readableBytes() + more;
        return length > MOST_ROOM || length > mostBytes;
    }

    private void end() {
        frames++;
        if (mostFrames == 0) {
            flush();
        }
    }

    /** Sends what was written. */
    public void flush() {
        ByteBuf full = message;
        if (full == null) {
            return;
        }
        int count = frames;
        message = null;
        frames = 0;
        if (closed) {
            full.release();
            return;
        }
        if (mostFrames > 0) {
            if (count == 1) {
                full.skipBytes(1);
            } else {
                full.writeByte(codec.batchEnd());
            }
            int needed = Math.max(room / 2, full.readableBytes());
            room = Math.min(MOST_ROOM, Math.max(LEAST_ROOM, Integer.highestOneBit(2 * needed - 1)));
        }
        link.send(full, text);
    }

    /** Sends nothing any more. */
    public void close() {
        closed = true;
        flush();
    }
}
