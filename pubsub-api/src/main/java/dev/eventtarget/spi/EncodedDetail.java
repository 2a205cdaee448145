package dev.eventtarget.spi;

import dev.eventtarget.CodecException;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A detail as it came over the wire: decoded for each listener into the type that the listener asked for, and passed on
 * as it is to where nobody needs it decoded. Thread-safe; the bytes must not be changed. A transport may extend it to know an
 * event again that it has delivered.
 */
public class EncodedDetail {
    private final EventCodec codec;
    private final byte[] bytes;
    private final int offset;
    private final int length;
    private volatile @Nullable Decoded last;

    private record Decoded(Type javaType, @Nullable Object detail) {}

    /**
     * A detail inside some bytes.
     *
     * @param codec understands them
     * @param bytes not copied
     * @param offset where the detail begins
     * @param length how many bytes it has
     */
    public EncodedDetail(EventCodec codec, byte[] bytes, int offset, int length) {
        this.codec = codec;
        this.bytes = bytes;
        this.offset = Objects.checkFromIndexSize(offset, length, bytes.length);
        this.length = length;
    }

    /** {@return the codec that the bytes are of} */
    public final EventCodec codec() {
        return codec;
    }

    /** {@return how many bytes it has} */
    public final int length() {
        return length;
    }

    /** {@return a copy of the bytes} */
    public final byte[] toBytes() {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    /**
     * Decodes it. Listeners of the same Java type get the same object.
     *
     * @param javaType what to decode it into
     * @return the detail
     * @throws CodecException if it is no such thing
     */
    public final @Nullable Object decode(Type javaType) {
        Decoded known = last;
        if (known == null || !known.javaType.equals(javaType)) {
            known = new Decoded(javaType, codec.decodeDetail(bytes, offset, length, javaType));
            last = known;
        }
        return known.detail;
    }
}
