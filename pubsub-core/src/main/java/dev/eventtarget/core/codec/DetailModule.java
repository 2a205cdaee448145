package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Vert.x's JSON classes and buffers as details or within them. Base64 is written as RFC 4648 has it first, padded, and read
 * in the URL alphabet and without padding as well: so it stands in a {@code JsonObject}.
 */
final class DetailModule extends SimpleModule {
    private static final long serialVersionUID = 1L;

    DetailModule() {
        super("event-target-detail");
        addSerializer(JsonObject.class, new JsonSerializer<>() {
            @Override
            public void serialize(JsonObject value, JsonGenerator generator, SerializerProvider provider)
                    throws IOException {
                generator.writeStartObject(value, value.size());
                for (Map.Entry<String, Object> entry : value) {
                    provider.defaultSerializeField(entry.getKey(), entry.getValue(), generator);
                }
                generator.writeEndObject();
            }
        });
        addSerializer(JsonArray.class, new JsonSerializer<>() {
            @Override
            public void serialize(JsonArray value, JsonGenerator generator, SerializerProvider provider)
                    throws IOException {
                generator.writeStartArray(value, value.size());
                for (Object element : value) {
                    provider.defaultSerializeValue(element, generator);
                }
                generator.writeEndArray();
            }
        });
        addSerializer(Buffer.class, new JsonSerializer<>() {
            @Override
            public void serialize(Buffer value, JsonGenerator generator, SerializerProvider provider)
                    throws IOException {
                generator.writeBinary(value.getBytes());
            }
        });
        addDeserializer(JsonObject.class, new JsonDeserializer<>() {
            @Override
            public JsonObject deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                return new JsonObject(context.<Map<String, Object>>readValue(
                        parser, context.getTypeFactory().constructMapType(Map.class, String.class, Object.class)));
            }
        });
        addDeserializer(JsonArray.class, new JsonDeserializer<>() {
            @Override
            public JsonArray deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                return new JsonArray(context.<List<Object>>readValue(
                        parser, context.getTypeFactory().constructCollectionType(List.class, Object.class)));
            }
        });
        addDeserializer(Buffer.class, new JsonDeserializer<>() {
            @Override
            public Buffer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                return Buffer.buffer(bytes(parser, context));
            }
        });
        addDeserializer(byte[].class, new JsonDeserializer<>() {
            @Override
            public byte[] deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                return bytes(parser, context);
            }
        });
    }

    private static byte[] bytes(JsonParser parser, DeserializationContext context) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return parser.getBinaryValue();
        }
        String text = parser.getText();
        boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        try {
            return (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
        } catch (IllegalArgumentException e) {
            return (byte[]) context.handleWeirdStringValue(byte[].class, text, "no Base64");
        }
    }
}
