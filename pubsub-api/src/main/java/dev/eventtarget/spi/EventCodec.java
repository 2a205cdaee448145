package dev.eventtarget.spi;

import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns events into bytes and back. Found by {@link java.util.ServiceLoader} under its {@link #name()}; {@code json} (the
 * default) and {@code cbor} come with {@code pubsub-core}. Thread-safe.
 *
 * <p>The envelope is an object {@code {"type", "detail"}} with {@code id}, {@code time}, {@code source} and {@code headers}
 * where they are set. A reader ignores attributes that it does not know. No attribute ever names a Java class: the detail
 * is decoded into the type that the listener asked for. Input is not trusted: every length and depth is bounded.
 */
public interface EventCodec {
    /** {@return what the option {@code codec} calls it} */
    String name();

    /**
     * Encodes an event with its envelope. A detail that is an {@link EncodedDetail} of this codec goes in as it is.
     *
     * @param event the event
     * @return the bytes
     * @throws CodecException if the detail can't be encoded, or is over the codec's bounds
     */
    byte[] encode(TypedEvent<?> event);

    /**
     * Reads an envelope and leaves the detail encoded.
     *
     * @param bytes one whole envelope and nothing behind it
     * @return the event; its type's Java type is {@link EncodedDetail}
     * @throws CodecException if it is malformed or over the codec's bounds
     */
    TypedEvent<EncodedDetail> decode(byte[] bytes);

    /**
     * Encodes a detail alone.
     *
     * @param detail the detail
     * @param javaType its declared type
     * @return the bytes
     * @throws CodecException if it can't be encoded, or is over the codec's bounds
     */
    byte[] encodeDetail(@Nullable Object detail, Type javaType);

    /**
     * Decodes a detail alone.
     *
     * @param bytes holds the detail
     * @param offset where it begins
     * @param length how many bytes it has
     * @param javaType what to decode it into
     * @return the detail
     * @throws CodecException if it is no such thing, or is over the codec's bounds
     */
    @Nullable Object decodeDetail(byte[] bytes, int offset, int length, Type javaType);
}
