package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import com.fasterxml.jackson.dataformat.cbor.CBORParser;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * CBOR (RFC 8949): the same envelope, mapping and bounds as {@link JsonEventCodec}, in fewer bytes. Bytes are byte strings;
 * NaN and the infinities are allowed.
 */
public final class CborEventCodec extends JacksonEventCodec {
    /** Makes one. */
    public CborEventCodec() {
        super(
                "cbor",
                "CBOR",
                CBORMapper.builder(bounded(CBORFactory.builder())
                        .disable(CBORFactory.Feature.INTERN_FIELD_NAMES)
                        // Jackson's default is off by one from RFC 8949
                        .enable(CBORParser.Feature.DECODE_USING_STANDARD_NEGATIVE_BIGINT_ENCODING)
                        .enable(CBORGenerator.Feature.ENCODE_USING_STANDARD_NEGATIVE_BIGINT_ENCODING)
                        .build()));
    }

    @Override
    void beforeRaw(JsonGenerator generator) {
        // nothing stands between a name and its value
    }

    @Override
    boolean isAtEnd(JsonParser parser, int end) throws IOException {
        // to ask for the next token would pass over tags that tag nothing
        parser.finishToken();
        return parser.currentLocation().getByteOffset() == end;
    }

    @Override
    @Nullable JsonScanner scanner(byte[] message) {
        return null;
    }

    @Override
    boolean isArray(byte[] message) {
        return message.length > 0 && (message[0] & 0xE0) == 0x80;
    }

    @Override
    byte plainStart() {
        return (byte) 0xBF;
    }

    @Override
    public byte batchStart() {
        return (byte) 0x9F;
    }

    @Override
    public byte[] batchSeparator() {
        return new byte[] {};
    }

    @Override
    public byte batchEnd() {
        return (byte) 0xFF;
    }
}
