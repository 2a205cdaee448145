package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EventCodec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** At each bound both sides agree: what may be written can be read. */
class CodecBoundsTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();
    private static final EventType<Object> TYPE = EventType.of("a", Object.class);

    static List<EventCodec> codecs() {
        return List.of(JSON, CBOR);
    }

    private static void assertRefused(String bound, Executable call) {
        String message = assertThrows(CodecException.class, call).getMessage();
        assertTrue(message.contains(bound), message);
    }

    private static void assertPasses(EventCodec codec, Object detail) {
        byte[] bytes = codec.encode(TypedEvent.of(TYPE, detail));
        assertEquals(detail, codec.decode(bytes).detail().decode(detail.getClass()));
    }

    private static void assertWriterRefuses(EventCodec codec, String bound, Object detail) {
        assertRefused(bound, () -> codec.encode(TypedEvent.of(TYPE, detail)));
    }

    private static Object read(EventCodec codec, byte[] bytes, Class<?> type) {
        return codec.decodeDetail(bytes, 0, bytes.length, type);
    }

    private static byte[] nested(EventCodec codec, int levels) {
        if (codec == JSON) {
            return ("[".repeat(levels) + "]".repeat(levels)).getBytes(UTF_8);
        }
        byte[] bytes = new byte[levels];
        java.util.Arrays.fill(bytes, (byte) 0x81);
        bytes[levels - 1] = (byte) 0x80;
        return bytes;
    }

    private static Object nestedLists(int levels) {
        Object list = List.of();
        for (int i = 1; i < levels; i++) {
            list = List.of(list);
        }
        return list;
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void nesting(EventCodec codec) {
        // the envelope is a level of its own
        byte[] envelope = codec.encode(TypedEvent.of(TYPE, nestedLists(199)));
        assertEquals(nestedLists(199), codec.decode(envelope).detail().decode(Object.class));
        assertWriterRefuses(codec, "200", nestedLists(200));
        assertEquals(nestedLists(200), read(codec, nested(codec, 200), Object.class));
        assertRefused("200", () -> read(codec, nested(codec, 201), Object.class));
        assertRefused("200", () -> read(codec, nested(codec, 100_000), Object.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void nestingOutsideTheDetail(EventCodec codec) {
        String deep = "[".repeat(100_000);
        assertRefused("200", () -> JSON.decode(("{\"x\":" + deep).getBytes(UTF_8)));
        assertRefused("200", () -> JSON.decode(("{\"detail\":" + deep).getBytes(UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void texts(EventCodec codec) {
        String longest = "x".repeat(16 << 20);
        byte[] bytes = codec.encodeDetail(longest, String.class);
        assertEquals(longest, read(codec, bytes, String.class));
        assertWriterRefuses(codec, "16777216", longest + "x");
        byte[] tooLong = codec == JSON
                ? ("\"" + longest + "x\"").getBytes(UTF_8)
                : ("z\1\0\0\1" + longest + "x").getBytes(UTF_8);
        assertRefused("16777216", () -> read(codec, tooLong, String.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void namesInObjects(EventCodec codec) {
        for (String longest : List.of("x".repeat(1024), "ä".repeat(512), "😀".repeat(256))) {
            assertPasses(codec, new HashMap<>(Map.of(longest, 1)));
            assertWriterRefuses(codec, "1024", Map.of(longest + "x", 1));
        }
        assertRefused("1024", () -> read(JSON, ("{\"" + "x".repeat(1025) + "\":1}").getBytes(UTF_8), Map.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void numbers(EventCodec codec) {
        assertPasses(codec, new BigInteger("7".repeat(1000)));
        assertPasses(codec, new BigDecimal("7".repeat(900) + ".5"));
        assertWriterRefuses(codec, "1000", new BigInteger("7".repeat(1001)));
        assertWriterRefuses(codec, "1000", BigInteger.ONE.shiftLeft(1 << 24));
        assertWriterRefuses(codec, "1000", new BigDecimal("7".repeat(1001) + "e-500"));
        assertRefused("1000", () -> read(JSON, "7".repeat(1001).getBytes(UTF_8), BigInteger.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void headers(EventCodec codec) {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < 128; i++) {
            headers.put("h" + i, "v");
        }
        TypedEvent<Object> full = TypedEvent.of(TYPE, (Object) 1).withHeaders(headers);
        assertEquals(headers, codec.decode(codec.encode(full)).headers());
        assertRefused("128", () -> codec.encode(full.withHeader("one-more", "v")));

        StringBuilder json = new StringBuilder("{\"type\":\"a\",\"headers\":{\"x\":\"\"");
        for (int i = 0; i < 128; i++) {
            json.append(",\"h").append(i).append("\":\"\"");
        }
        assertRefused("128", () -> JSON.decode(json.append("}}").toString().getBytes(UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void documents(EventCodec codec) {
        assertWriterRefuses(codec, "67108864", Collections.nCopies(5, "x".repeat(15 << 20)));
        assertRefused("67108864", () -> codec.decode(new byte[(64 << 20) + 1]));
        assertRefused("67108864", () -> read(codec, new byte[(64 << 20) + 1], Object.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void bytesInJsonAreText(EventCodec codec) {
        byte[] bytes = new byte[12 << 20];
        assertEquals(
                bytes.length, ((byte[]) read(codec, codec.encodeDetail(bytes, byte[].class), byte[].class)).length);
        assertRefused("16777216", () -> JSON.encodeDetail(new byte[(12 << 20) + 1], byte[].class));
    }
}
