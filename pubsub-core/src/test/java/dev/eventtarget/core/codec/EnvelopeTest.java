package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();

    record Order(String id, int quantity) {}

    private static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    static List<EventCodec> codecs() {
        return List.of(JSON, CBOR);
    }

    private static TypedEvent<EncodedDetail> decode(String json) {
        return JSON.decode(json.getBytes(UTF_8));
    }

    private static String refusal(String json) {
        CodecException refused = assertThrows(CodecException.class, () -> decode(json), json);
        assertEquals(EventTargetException.Reason.CODEC, refused.reason());
        assertNull(refused.getCause());
        return refused.getMessage();
    }

    private static byte[] writtenByOthers(EventCodec codec, String json) throws IOException {
        return codec == JSON
                ? json.getBytes(UTF_8)
                : new CBORMapper().writeValueAsBytes(new ObjectMapper().readTree(json));
    }

    @Test
    void aBareEventIsTypeAndDetail() {
        assertEquals(
                "{\"type\":\"order.placed\",\"detail\":{\"id\":\"a\",\"quantity\":2}}",
                new String(JSON.encode(TypedEvent.of(PLACED, new Order("a", 2))), UTF_8));
    }

    @Test
    void attributesStandBeforeTheDetailAndPositionIsNoneOfThem() {
        TypedEvent<Order> event = TypedEvent.of(PLACED.withId("42"), new Order("a", 2))
                .withId("id-1")
                .withTime(Instant.parse("2026-01-31T12:00:00.000000001Z"))
                .withSource("shop")
                .withHeader("trace", "t")
                .withHeader("b", "")
                .withPosition("17");
        assertEquals(
                "{\"type\":\"order.placed:42\",\"id\":\"id-1\",\"time\":\"2026-01-31T12:00:00.000000001Z\","
                        + "\"source\":\"shop\",\"headers\":{\"trace\":\"t\",\"b\":\"\"},"
                        + "\"detail\":{\"id\":\"a\",\"quantity\":2}}",
                new String(JSON.encode(event), UTF_8));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void allAttributesArrive(EventCodec codec) {
        TypedEvent<Order> event = TypedEvent.of(PLACED.withId("42"), new Order("a", 2))
                .withId("id-1")
                .withTime(Instant.parse("2026-01-31T12:00:00.5Z"))
                .withSource("shop")
                .withHeader("z", "1")
                .withHeader("a", "2");
        TypedEvent<EncodedDetail> read = codec.decode(codec.encode(event));
        assertEquals("order.placed:42", read.type().topic());
        assertEquals(EncodedDetail.class, read.type().javaType());
        assertEquals("id-1", read.id());
        assertEquals(Instant.parse("2026-01-31T12:00:00.5Z"), read.time());
        assertEquals("shop", read.source());
        assertEquals(List.of("z", "a"), new ArrayList<>(read.headers().keySet()));
        assertEquals(Map.of("z", "1", "a", "2"), read.headers());
        assertNull(read.position());
        assertEquals(new Order("a", 2), read.detail().decode(Order.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void orderOfAttributesAndUnknownOnesDoNotMatter(EventCodec codec) throws IOException {
        TypedEvent<EncodedDetail> read = codec.decode(writtenByOthers(
                codec,
                "{\"x\":{\"type\":\"no\",\"id\":[1,{\"id\":2}]},\"detail\":{\"id\":\"a\",\"quantity\":2},\"specversion\":\"1.0\","
                        + "\"headers\":{},\"y\":null,\"id\":\"1\",\"type\":\"order.placed\",\"z\":\"\"}"));
        assertEquals("order.placed", read.type().topic());
        assertEquals("1", read.id());
        assertEquals(new Order("a", 2), read.detail().decode(Order.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void anAbsentDetailIsNull(EventCodec codec) throws IOException {
        TypedEvent<EncodedDetail> read = codec.decode(writtenByOthers(codec, "{\"type\":\"tick\"}"));
        assertNull(read.detail().decode(Order.class));
        TypedEvent<EncodedDetail> again = codec.decode(codec.encode(read));
        assertNull(again.detail().decode(Order.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void attributesThatAreNullAreAbsent(EventCodec codec) throws IOException {
        TypedEvent<EncodedDetail> read = codec.decode(writtenByOthers(
                codec,
                "{\"type\":\"tick\",\"id\":null,\"time\":null,\"source\":null,\"headers\":null,\"detail\":null}"));
        assertNull(read.id());
        assertNull(read.time());
        assertNull(read.source());
        assertTrue(read.headers().isEmpty());
        assertNull(read.detail().decode(Object.class));
    }

    @Test
    void timesMayHaveAnOffset() {
        assertEquals(
                Instant.parse("2026-01-31T10:00:00Z"),
                decode("{\"type\":\"a\",\"time\":\"2026-01-31T12:00:00+02:00\"}")
                        .time());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    type    | {"detail":1}
                    type    | {"type":null}
                    type    | {"type":""}
                    type    | {"type":7}
                    type    | {"type":["a"]}
                    type    | {"type":"a..b"}
                    type    | {"type":"order.*"}
                    type    | {"type":">"}
                    type    | {"type":"$hello"}
                    type    | {"type":"a:"}
                    type    | {"type":"ä"}
                    type    | {"type":"a","type":"a"}
                    type    | {"type":null,"type":"a"}
                    id      | {"type":"a","id":""}
                    id      | {"type":"a","id":1}
                    id      | {"type":"a","id":"1","id":"1"}
                    time    | {"type":"a","time":"yesterday"}
                    time    | {"type":"a","time":"2026-01-31"}
                    time    | {"type":"a","time":1769860800}
                    time    | {"type":"a","time":"2026-01-31T12:00:00Z","time":null}
                    source  | {"type":"a","source":{}}
                    source  | {"type":"a","source":"x","source":"y"}
                    headers | {"type":"a","headers":"x"}
                    headers | {"type":"a","headers":[]}
                    headers | {"type":"a","headers":{"x":1}}
                    headers | {"type":"a","headers":{"x":null}}
                    headers | {"type":"a","headers":{"x":{}}}
                    headers | {"type":"a","headers":{"":"x"}}
                    headers | {"type":"a","headers":{"x":"1","x":"1"}}
                    headers | {"type":"a","headers":{},"headers":{}}
                    detail  | {"type":"a","detail":1,"detail":2}
                    """)
    void aMalformedAttributeIsNamed(String attribute, String json) {
        String message = refusal(json);
        assertTrue(message.contains("'" + attribute + "'"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"a\"",
                "[]",
                "[{\"type\":\"a\"}]",
                "{",
                "{\"type\"",
                "{\"type\":\"a\"",
                "{\"type\":\"a\",}",
                "{\"type\":\"a\",\"detail\":}",
                "{\"type\":\"a\",\"detail\":[1}",
                "{\"type\":\"a\",\"detail\":tru}",
                "{\"type\":\"a\",\"detail\":NaN}",
                "{\"type\":\"a\",\"detail\":01}",
                "{\"type\":\"a\",\"detail\":\"\n\"}",
                "{'type':'a'}",
                "{type:\"a\"}",
                "{\"type\":\"a\"}{}",
                "{\"type\":\"a\"} x",
                "{\"type\":\"a\"}\n{\"type\":\"a\"}",
                "{\"type\":\"a\"/**/}"
            })
    void whatIsNoEnvelopeIsRefused(String json) {
        refusal(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
    void otherEncodingsThanUtf8AreRefused(String charset) {
        byte[] bytes = "{\"type\":\"a\",\"detail\":1}".getBytes(Charset.forName(charset));
        String message =
                assertThrows(CodecException.class, () -> JSON.decode(bytes)).getMessage();
        assertTrue(message.contains("UTF-8"), message);
    }

    @Test
    void aByteOrderMarkIsRefused() {
        assertTrue(refusal("\uFEFF{\"type\":\"a\"}").contains("UTF-8"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void aTruncatedCborEnvelopeIsRefused(int missing) {
        byte[] whole = CBOR.encode(TypedEvent.of(PLACED, new Order("a", 2)));
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - missing);
        assertThrows(CodecException.class, () -> CBOR.decode(cut));
    }

    @Test
    void somethingBehindACborEnvelopeIsRefused() {
        byte[] whole = CBOR.encode(TypedEvent.of(PLACED, new Order("a", 2)));
        assertThrows(CodecException.class, () -> CBOR.decode(java.util.Arrays.copyOf(whole, whole.length + 1)));
    }

    @Test
    void messagesQuoteNothingOfTheEnvelope() {
        for (String json : List.of(
                "{\"type\":\"s3cret\u0000\"}",
                "{\"type\":\"a\",\"time\":\"s3cret\"}",
                "{\"type\":\"a\",\"headers\":{\"s3cret\":1}}",
                "{\"type\":\"a\",\"detail\":s3cret}",
                "{\"type\":\"a\",\"s3cret\":s3cret}",
                "s3cret")) {
            String message = refusal(json);
            assertTrue(!message.contains("s3cret"), message);
        }
    }

    @Test
    void typesWithoutIdAreMadeOnce() {
        byte[] bytes = JSON.encode(TypedEvent.of(PLACED, new Order("a", 2)));
        assertSame(JSON.decode(bytes).type(), JSON.decode(bytes).type());
    }

    @Test
    void theDetailKeepsItsBytes() {
        for (String detail : List.of(
                "{}",
                "[ ]",
                "{ \"a\" :\t[1,\r\n2] }",
                "\"\"",
                "\"ä€😀\\u00e4\\n\"",
                "0",
                "-1.50e+10",
                "true",
                "false",
                "null",
                "[[[[]]]]",
                "{\"\":\"}\\\"]\"}")) {
            for (String envelope : List.of(
                    "{\"type\":\"a\",\"detail\":%s}",
                    " {\n\"detail\" :  %s  ,\"type\":\"a\" } ",
                    "{\"ä\":\"ö\",\"detail\":%s\n,\"x\":[1],\"type\":\"a\"}")) {
                TypedEvent<EncodedDetail> read = decode(envelope.replace("%s", detail));
                assertEquals(detail, new String(read.detail().toBytes(), UTF_8), envelope);
                assertEquals(
                        "{\"type\":\"a\",\"detail\":" + detail + "}", new String(JSON.encode(read), UTF_8), envelope);
            }
        }
    }

    @Test
    void theDetailIsNotCopiedOutOfTheEnvelope() {
        byte[] bytes = "{\"type\":\"a\",\"detail\":[1]}".getBytes(UTF_8);
        EncodedDetail detail = JSON.decode(bytes).detail();
        bytes[bytes.length - 3] = '7';
        assertArrayEquals("[7]".getBytes(UTF_8), detail.toBytes());
    }
}
