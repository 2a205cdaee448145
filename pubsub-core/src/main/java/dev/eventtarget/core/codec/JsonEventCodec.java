package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * JSON, in UTF-8 and without a byte order mark. Details are mapped by Jackson: records, beans, collections, {@code
 * Optional}, {@code java.time} as ISO-8601 text, {@code JsonNode}, and Vert.x's {@code JsonObject}, {@code JsonArray} and
 * {@code Buffer}. Properties that a Java type does not have are ignored. Bytes are Base64 text.
 *
 * <p>A detail is refused when it does not fit without loss: a fraction or text where an integer belongs, a number where
 * text belongs. So are NaN and the infinities, which JSON does not have, and polymorphism by class name ({@code
 * JsonTypeInfo.Id.CLASS}); by {@code Id.NAME} it works.
 *
 * <p>Reader and writer keep the same bounds: 64 MiB for an envelope, 16 Mi characters for a text, 1,024 bytes for a name in
 * an object, 1,000 characters for a number, 200 levels of nesting, 128 headers.
 */
public final class JsonEventCodec extends JacksonEventCodec {
    /** Makes one. */
    public JsonEventCodec() {
        super(
                "json",
                "UTF-8 JSON",
                JsonMapper.builder(bounded(new JsonFactoryBuilder())
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .disable(JsonFactory.Feature.CHARSET_DETECTION)
                        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                        .build()));
    }

    @Override
    void beforeRaw(JsonGenerator generator) throws IOException {
        generator.writeRawValue("");
    }

    @Override
    boolean isAtEnd(JsonParser parser, int end) throws IOException {
        return parser.nextToken() == null;
    }

    @Override
    JsonScanner scanner(byte[] message) {
        return new JsonScanner(message);
    }

    @Override
    boolean isArray(byte[] message) {
        int first = 0;
        while (first < message.length && message[first] <= ' ' && message[first] >= 0) {
            first++;
        }
        return first < message.length && message[first] == '[';
    }

    @Override
    byte plainStart() {
        return '{';
    }

    @Override
    public byte batchStart() {
        return '[';
    }

    @Override
    public byte[] batchSeparator() {
        return new byte[] {','};
    }

    @Override
    public byte batchEnd() {
        return ']';
    }
}
