package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedDetailTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();
    private static final EventType<EncodedDetail> TYPE = EventType.of("a.b", EncodedDetail.class);

    static List<EventCodec> codecs() {
        return List.of(JSON, CBOR);
    }

    private static EncodedDetail json(String text) {
        byte[] bytes = ("--" + text + "--").getBytes(UTF_8);
        return new EncodedDetail(JSON, bytes, 2, bytes.length - 4);
    }

    private static EncodedDetail cbor(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new EncodedDetail(CBOR, bytes, 0, bytes.length);
    }

    private static String toJson(EncodedDetail detail) {
        return new String(JSON.encodeDetail(detail, EncodedDetail.class), UTF_8);
    }

    private static String thereAndBack(String json) {
        EncodedDetail transcoded =
                CBOR.decode(CBOR.encode(TypedEvent.of(TYPE, json(json)))).detail();
        return new String(
                JSON.decode(JSON.encode(TypedEvent.of(TYPE, transcoded)))
                        .detail()
                        .toBytes(),
                UTF_8);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void ofTheSameCodecItGoesInAsItIs(EventCodec codec) {
        byte[] detail = codec.encodeDetail(Map.of("a", List.of(1, "ä", true)), Object.class);
        // another instance: what counts is the format
        EventCodec same = EventCodecs.named(codec.name());
        TypedEvent<EncodedDetail> event = TypedEvent.of(TYPE, new EncodedDetail(same, detail, 0, detail.length));
        assertArrayEquals(detail, codec.decode(codec.encode(event)).detail().toBytes());
        assertArrayEquals(detail, codec.encodeDetail(event.detail(), EncodedDetail.class));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void aListenerMayAskForItAsItIs(EventCodec codec) {
        byte[] detail = codec.encodeDetail(List.of(1), Object.class);
        byte[] padded = new byte[detail.length + 9];
        System.arraycopy(detail, 0, padded, 4, detail.length);
        EncodedDetail same = assertInstanceOf(
                EncodedDetail.class, codec.decodeDetail(padded, 4, detail.length, EncodedDetail.class));
        assertArrayEquals(detail, same.toBytes());
        assertEquals(List.of(1), same.decode(Object.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1,\"type\":\"$bye\"",
                "1}",
                "{}}",
                "{\"a\":1",
                "[",
                "\"",
                "1 2",
                "{} {}",
                "nul",
                "\"\n\"",
                ","
            })
    void bytesThatWouldChangeTheEnvelopeAreRefused(String detail) {
        assertThrows(CodecException.class, () -> JSON.encode(TypedEvent.of(TYPE, json(detail))));
        assertThrows(CodecException.class, () -> JSON.encodeDetail(json(detail), EncodedDetail.class));
        assertThrows(CodecException.class, () -> CBOR.encode(TypedEvent.of(TYPE, json(detail))));
        assertThrows(CodecException.class, () -> json(detail).decode(Object.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ff",
                "0102",
                "82",
                "8201",
                "9f01",
                "6161ff",
                "5a7fffffff00",
                "d81900",
                "01d7",
                "3b0000000000000000d7",
                "6161d7"
            })
    void cborThatWouldChangeTheEnvelopeIsRefused(String detail) {
        assertThrows(CodecException.class, () -> CBOR.encode(TypedEvent.of(TYPE, cbor(detail))));
        assertThrows(CodecException.class, () -> CBOR.encodeDetail(cbor(detail), EncodedDetail.class));
        assertThrows(CodecException.class, () -> JSON.encode(TypedEvent.of(TYPE, cbor(detail))));
        assertThrows(CodecException.class, () -> cbor(detail).decode(Object.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "\"ä€😀\"",
                "\"\\u0000\"",
                "0",
                "-1",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775808",
                "-18446744073709551617",
                "123456789012345678901234567890",
                "0.1",
                "-0.0",
                "1.7976931348623157E308",
                "1.0000000000000000000000001",
                "1E+400",
                "1E-999999999",
                "{\"a\":[{\"b\":{\"c\":[null,false,0.5,\"\"]}}],\"\":{}}"
            })
    void valuesStayTheSameFromJsonToCborAndBack(String json) {
        assertEquals(json, thereAndBack(json));
    }

    @Test
    void doublesStayDoublesInCbor() {
        EncodedDetail transcoded =
                CBOR.decode(CBOR.encode(TypedEvent.of(TYPE, json("0.1")))).detail();
        assertArrayEquals(HexFormat.of().parseHex("fb3fb999999999999a"), transcoded.toBytes());
    }

    @Test
    void cborThatJsonHasNoWordForIsWrittenAsNearAsCanBe() {
        assertEquals("\"+/8=\"", toJson(cbor("42fbff")));
        assertEquals("{\"1\":2}", toJson(cbor("a10102")));
        assertEquals("null", toJson(cbor("f7")));
        assertEquals("0.10000000149011612", toJson(cbor("fa3dcccccd")));
        assertEquals("1.5", toJson(cbor("f93e00")));
        assertEquals("\"ab\"", toJson(cbor("7f61616162ff")));
        assertEquals("-18446744073709551617", toJson(cbor("c349010000000000000000")));
        assertEquals("\"2026-01-31T12:00:00Z\"", toJson(cbor("c074323032362d30312d33315431323a30303a30305a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f97e00", "f97c00", "fa7fc00000", "fbfff0000000000000", "819ffb7ff8000000000000ff"})
    void whatIsNoNumberInJsonIsNotTranscoded(String hex) {
        assertThrows(CodecException.class, () -> toJson(cbor(hex)));
    }

    @Test
    void aDetailThatRefersToTextOutsideItselfIsRefusedLater() {
        // a namespace of shared strings around the envelope: {"type": "abc", "id": "abc" again, "detail": "abc" again}
        byte[] envelope = HexFormat.of().parseHex("d90100a364747970656361626362696463646566" + "6664657461696cd81901");
        EncodedDetail detail = CBOR.decode(envelope).detail();
        assertThrows(CodecException.class, () -> detail.decode(String.class));
        assertThrows(CodecException.class, () -> CBOR.encode(TypedEvent.of(TYPE, detail)));
    }

    @Test
    void ofAForeignCodecItGoesThroughPlainObjects() {
        EncodedDetail detail = new EncodedDetail(new ReversedText(), "olleh".getBytes(UTF_8), 0, 5);
        assertEquals("\"hello\"", toJson(detail));
        assertEquals(
                "hello",
                CBOR.decode(CBOR.encode(TypedEvent.of(TYPE, detail))).detail().decode(String.class));
    }

    @Test
    void aNullInsideIsNull() {
        assertNull(json("null").decode(String.class));
        assertNull(cbor("f6").decode(String.class));
    }

    private static final class ReversedText implements EventCodec {
        @Override
        public String name() {
            return "reversed-text";
        }

        @Override
        public byte[] encode(TypedEvent<?> event) {
            throw new CodecException("details only");
        }

        @Override
        public TypedEvent<EncodedDetail> decode(byte[] bytes) {
            throw new CodecException("details only");
        }

        @Override
        public byte[] encodeDetail(@Nullable Object detail, Type javaType) {
            return new StringBuilder(String.valueOf(detail))
                    .reverse()
                    .toString()
                    .getBytes(UTF_8);
        }

        @Override
        public Object decodeDetail(byte[] bytes, int offset, int length, Type javaType) {
            byte[] text = Arrays.copyOfRange(bytes, offset, offset + length);
            return new StringBuilder(new String(text, UTF_8)).reverse().toString();
        }
    }
}
