package dev.eventtarget.quic;

import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages out of a stream of bytes, in which each stands behind its length. However the bytes are split, and whatever
 * a length says, no more is kept than has come, up to twice.
 */
final class MessageReader {
    private static final int LEAST_ROOM = 4 << 10;

    private final int maxMessage;
    private int lengthBytes;
    private int length;
    private byte @Nullable [] message;
    private int filled;

    MessageReader(int maxMessage) {
        this.maxMessage = maxMessage;
    }

    /** {@return whether a message has begun that has not come whole} */
    boolean isWithinMessage() {
        return lengthBytes > 0;
    }

    /**
     * Reads on.
     *
     * @param bytes what has come; read as far as the end of a message
     * @return the next message, if it is whole now
     * @throws FramingException if there can't be such a message
     */
    byte @Nullable [] next(ByteBuf bytes) {
        if (lengthBytes < Integer.BYTES && !readLength(bytes)) {
            return null;
        }
        int here = Math.min(length - filled, bytes.readableBytes());
        byte[] to = room(filled + here);
        bytes.readBytes(to, filled, here);
        filled += here;
        if (filled < length) {
            return null;
        }
        message = null;
        filled = 0;
        length = 0;
        lengthBytes = 0;
        return to;
    }

    private boolean readLength(ByteBuf bytes) {
        while (lengthBytes < Integer.BYTES) {
            if (!bytes.isReadable()) {
                return false;
            }
            length = length << Byte.SIZE | bytes.readUnsignedByte();
            lengthBytes++;
        }
        if (length == 0) {
            throw new FramingException(CloseReason.PROTOCOL, "A message has at least one byte");
        }
        if (length < 0 || length > maxMessage) {
            throw new FramingException(
                    CloseReason.TOO_LARGE,
                    "A message may have at most " + maxMessage + " bytes, and not " + Integer.toUnsignedLong(length));
        }
        return true;
    }

    private byte[] room(int needed) {
        byte[] has = message;
        if (has == null) {
            has = new byte[needed == length ? length : Math.min(length, Math.max(LEAST_ROOM, needed))];
        } else if (has.length < needed) {
            has = Arrays.copyOf(has, (int) Math.min(length, Math.max(needed, 2L * has.length)));
        }
        message = has;
        return has;
    }

    /** What has come can't be read on. */
    static final class FramingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final CloseReason reason;

        FramingException(CloseReason reason, String message) {
            super(message, null, false, false);
            this.reason = reason;
        }

        CloseReason reason() {
            return reason;
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }
}
