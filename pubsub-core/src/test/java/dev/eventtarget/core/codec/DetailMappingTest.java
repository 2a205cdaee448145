package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DetailMappingTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();

    enum Colour {
        RED,
        GREEN
    }

    record Line(String sku, int quantity, BigDecimal price) {}

    record Order(UUID id, List<Line> lines, Optional<String> note, OptionalInt rank, Instant at, Colour colour) {}

    record Nothing() {}

    record Times(Instant instant, LocalDate date, Duration duration, OffsetDateTime offset) {}

    record Page<T>(List<T> items, T first) {}

    record WithJson(JsonObject object, JsonArray array, Buffer buffer, byte[] bytes, JsonNode node) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "shape")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Circle.class, name = "circle"),
        @JsonSubTypes.Type(value = Square.class, name = "square")
    })
    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    static class Bean {
        private int number;

        public int getNumber() {
            return number;
        }

        public void setNumber(int number) {
            this.number = number;
        }
    }

    static class RicherBean extends Bean {
        public String getMore() {
            return "more";
        }
    }

    static List<EventCodec> codecs() {
        return List.of(JSON, CBOR);
    }

    private static Object roundTrip(EventCodec codec, Object detail, Type type) {
        byte[] bytes = codec.encodeDetail(detail, type);
        byte[] padded = new byte[bytes.length + 5];
        Arrays.fill(padded, (byte) '1');
        System.arraycopy(bytes, 0, padded, 3, bytes.length);
        return codec.decodeDetail(padded, 3, bytes.length, type);
    }

    private static Object fromJson(String json, Type type) {
        byte[] bytes = json.getBytes(UTF_8);
        return JSON.decodeDetail(bytes, 0, bytes.length, type);
    }

    private static String toJson(Object detail, Type type) {
        return new String(JSON.encodeDetail(detail, type), UTF_8);
    }

    static Stream<Arguments> details() {
        Order order = new Order(
                new UUID(1, 2),
                List.of(new Line("ä-1", 2, new BigDecimal("9.90"))),
                Optional.of("😀"),
                OptionalInt.of(3),
                Instant.parse("2026-01-31T12:00:00.123456789Z"),
                Colour.GREEN);
        Times times = new Times(
                Instant.MAX,
                LocalDate.of(2026, 1, 31),
                Duration.ofMillis(1500),
                OffsetDateTime.of(2026, 1, 31, 12, 0, 0, 0, ZoneOffset.ofHours(2)));
        Object[][] details = {
            {order, Order.class},
            {new Order(null, null, Optional.empty(), OptionalInt.empty(), null, null), Order.class},
            {new Nothing(), Nothing.class},
            {times, Times.class},
            {List.of(order, order), new EventType<List<Order>>("a") {}.javaType()},
            {Map.of("k", Set.of(1L, 2L)), new EventType<Map<String, Set<Long>>>("a") {}.javaType()},
            {new Page<>(List.of(new Circle(1)), new Circle(2)), new EventType<Page<Circle>>("a") {}.javaType()},
            {List.of(new Circle(1), new Square(2)), new EventType<List<Shape>>("a") {}.javaType()},
            {new Square(0.1), Shape.class},
            {"text", String.class},
            {"", String.class},
            {42, Integer.class},
            {42, int.class},
            {Long.MIN_VALUE, Long.class},
            {0.1, Double.class},
            {0.1f, Float.class},
            {true, Boolean.class},
            {new BigInteger("-123456789012345678901234567890"), BigInteger.class},
            {new BigDecimal("1.00000000000000000000000001"), BigDecimal.class},
            {Colour.RED, Colour.class},
            {Optional.of(new Line("a", 1, BigDecimal.ONE)), new EventType<Optional<Line>>("a") {}.javaType()},
            {null, Order.class},
            {null, Void.class},
            {JsonNodeFactory.instance.objectNode().put("a", 1).putNull("b"), JsonNode.class},
            {new JsonObject().put("a", new JsonArray().add(1).addNull()).put("b", new JsonObject()), JsonObject.class},
            {new JsonArray().add("x").add(new JsonObject().put("y", 1.5)), JsonArray.class},
            {Buffer.buffer(new byte[] {-5, -1, 0, 1}), Buffer.class},
            {Buffer.buffer(), Buffer.class},
            {List.of(Map.of("a", 1), "b", 2, 0.5, true), Object.class},
        };
        return Arrays.stream(details)
                .flatMap(detail -> codecs().stream().map(codec -> Arguments.of(codec, detail[0], detail[1])));
    }

    @ParameterizedTest
    @MethodSource("details")
    void itArrivesAsItWas(EventCodec codec, Object detail, Type type) {
        assertEquals(detail, roundTrip(codec, detail, type));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void bytesArriveAsTheyWere(EventCodec codec) {
        byte[] bytes = {-5, -1, 0, 1};
        assertArrayEquals(bytes, (byte[]) roundTrip(codec, bytes, byte[].class));
        WithJson read = (WithJson) roundTrip(
                codec,
                new WithJson(
                        new JsonObject()
                                .put("bytes", bytes)
                                .put("at", Instant.EPOCH)
                                .put("colour", Colour.RED),
                        new JsonArray().add(Buffer.buffer(bytes)),
                        Buffer.buffer(bytes),
                        bytes,
                        JsonNodeFactory.instance.numberNode(1)),
                WithJson.class);
        assertArrayEquals(bytes, read.object().getBinary("bytes"));
        assertEquals(Instant.EPOCH, read.object().getInstant("at"));
        assertEquals("RED", read.object().getString("colour"));
        assertEquals(Buffer.buffer(bytes), read.array().getBuffer(0));
        assertEquals(Buffer.buffer(bytes), read.buffer());
        assertArrayEquals(bytes, read.bytes());
        assertEquals(1, read.node().intValue());
    }

    @Test
    void bothBase64AlphabetsAreReadWithAndWithoutPadding() {
        byte[] bytes = {-5, -1};
        for (String text : List.of("+/8=", "+/8", "-_8=", "-_8")) {
            assertArrayEquals(bytes, (byte[]) fromJson('"' + text + '"', byte[].class), text);
            assertEquals(Buffer.buffer(bytes), fromJson('"' + text + '"', Buffer.class), text);
        }
        assertEquals("\"+/8=\"", toJson(bytes, byte[].class));
        assertThrows(CodecException.class, () -> fromJson("\"*\"", byte[].class));
        assertThrows(CodecException.class, () -> fromJson("\"+_8=\"", byte[].class));
        assertThrows(CodecException.class, () -> fromJson("7", Buffer.class));
    }

    @Test
    void timesAreIsoText() {
        assertEquals(
                "{\"instant\":\"1970-01-01T00:00:00Z\",\"date\":\"2026-01-31\",\"duration\":\"PT1.5S\","
                        + "\"offset\":\"2026-01-31T12:00:00+02:00\"}",
                toJson(
                        new Times(
                                Instant.EPOCH,
                                LocalDate.of(2026, 1, 31),
                                Duration.ofMillis(1500),
                                OffsetDateTime.parse("2026-01-31T12:00:00+02:00")),
                        Times.class));
    }

    @Test
    void charactersBeyondTheBasicPlaneAreWrittenAsTheyAre() {
        assertEquals("\"😀\"", toJson("😀", String.class));
    }

    @Test
    void unknownPropertiesAreIgnoredAndMissingOnesAreNull() {
        Line line = (Line) fromJson("{\"sku\":\"a\",\"since\":[{\"v\":2}],\"quantity\":1}", Line.class);
        assertEquals(new Line("a", 1, null), line);
    }

    @Test
    void asAnObjectItIsMapsListsAndScalars() {
        Object detail = fromJson("{\"a\":[1,12345678901,0.5,\"x\",true,null]}", Object.class);
        assertEquals(Map.of("a", Arrays.asList(1, 12345678901L, 0.5, "x", true, null)), detail);
    }

    @Test
    void theDeclaredTypeIsWritten() {
        assertEquals("{\"number\":0}", toJson(new RicherBean(), Bean.class));
        assertEquals("{\"shape\":\"circle\",\"radius\":1.0}", toJson(new Circle(1), Shape.class));
        assertEquals(
                "[{\"shape\":\"circle\",\"radius\":1.0}]",
                toJson(List.of(new Circle(1)), new EventType<List<Shape>>("a") {}.javaType()));
    }

    @Test
    void declaredAsObjectItIsWrittenAsWhatItIs() {
        assertTrue(toJson(new RicherBean(), Object.class).contains("\"more\":\"more\""));
        assertEquals("{\"a\":1}", toJson(new JsonObject().put("a", 1), Object.class));
        assertEquals("\"AQ==\"", toJson(Buffer.buffer(new byte[] {1}), Object.class));
    }

    static Stream<Arguments> misfits() {
        return Stream.of(
                Arguments.of("\"1\"", Integer.class),
                Arguments.of("\"\"", Integer.class),
                Arguments.of("1.5", Integer.class),
                Arguments.of("true", Integer.class),
                Arguments.of("2147483648", Integer.class),
                Arguments.of("9223372036854775808", Long.class),
                Arguments.of("1", String.class),
                Arguments.of("0.5", String.class),
                Arguments.of("true", String.class),
                Arguments.of("{}", String.class),
                Arguments.of("1", Boolean.class),
                Arguments.of("\"true\"", Boolean.class),
                Arguments.of("\"0.5\"", Double.class),
                Arguments.of("0", Colour.class),
                Arguments.of("\"BLUE\"", Colour.class),
                Arguments.of("\"today\"", Instant.class),
                Arguments.of("\"x\"", UUID.class),
                Arguments.of("[]", Line.class),
                Arguments.of("\"\"", Line.class),
                Arguments.of("{\"lines\":[{\"quantity\":\"2\"}]}", Order.class),
                Arguments.of("[1]", JsonObject.class),
                Arguments.of("{}", JsonArray.class),
                Arguments.of("{\"shape\":\"triangle\"}", Shape.class),
                Arguments.of("{\"radius\":1}", Shape.class),
                Arguments.of("{}", Runnable.class),
                Arguments.of("[", List.class),
                Arguments.of("[] []", List.class),
                Arguments.of("1 x", Integer.class),
                Arguments.of("", List.class));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void whatDoesNotFitIsRefused(String json, Type type) {
        assertThrows(CodecException.class, () -> fromJson(json, type));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void aDetailOfAnotherClassThanDeclaredIsRefused(EventCodec codec) {
        assertThrows(CodecException.class, () -> codec.encodeDetail("text", Order.class));
    }

    @Test
    void jsonHasNoNumberForInfinity() {
        for (Object detail : List.of(
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                Float.POSITIVE_INFINITY,
                new double[] {1, Double.NaN},
                new float[] {Float.NaN},
                Map.of("a", Double.NaN),
                new JsonObject().put("a", Double.NaN),
                JsonNodeFactory.instance.numberNode(Double.NaN))) {
            CodecException refused = assertThrows(CodecException.class, () -> JSON.encodeDetail(detail, Object.class));
            assertTrue(refused.getMessage().contains("JSON has no number"), refused.getMessage());
        }
        assertEquals(Double.NaN, roundTrip(CBOR, Double.NaN, Double.class));
    }

    // What follows would let the sender choose classes of the receiver.

    static final AtomicInteger GADGETS = new AtomicInteger();

    static class Gadget implements ByClass {
        public Gadget() {
            GADGETS.incrementAndGet();
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface ByClass {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
    interface ByMinimalClass {}

    record Holder(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object held) {}

    record Holders(
            @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
            List<Object> held) {}

    @ParameterizedTest
    @MethodSource("codecs")
    void noClassNameIsReadOrWritten(EventCodec codec) {
        String gadget = Gadget.class.getName();
        Map<Type, Object> hostile = Map.of(
                ByClass.class, Map.of("@class", gadget),
                ByMinimalClass.class, Map.of("@c", gadget),
                Holder.class, Map.of("held", Map.of("@class", gadget)),
                Holders.class, Map.of("held", List.of(Map.of("@c", gadget))));
        hostile.forEach((type, detail) -> {
            byte[] bytes = codec.encodeDetail(detail, Object.class);
            CodecException refused =
                    assertThrows(CodecException.class, () -> codec.decodeDetail(bytes, 0, bytes.length, type));
            assertTrue(refused.getMessage().contains("class names"), refused.getMessage());
        });
        for (Object detail : List.of(new Gadget(), new Holder("x"), new Holders(List.of("x")))) {
            CodecException refused = assertThrows(CodecException.class, () -> codec.encodeDetail(detail, Object.class));
            assertTrue(refused.getMessage().contains("class names"), refused.getMessage());
        }
        // only the one above, made here
        assertTrue(GADGETS.get() <= codecs().size(), "a gadget was made from a class name");
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void aClassNameInADetailIsJustText(EventCodec codec) {
        Map<String, Object> hostile = Map.of("@class", Gadget.class.getName());
        assertEquals(hostile, roundTrip(codec, hostile, Object.class));
        List<Object> wrapped = List.of(Gadget.class.getName(), Map.of());
        assertEquals(wrapped, roundTrip(codec, wrapped, Object.class));
    }

    @Test
    void sealedTypesByNameWork() {
        EventType<List<Shape>> shapes = new EventType<>("shapes") {};
        TypedEvent<List<Shape>> event = TypedEvent.of(shapes, List.of(new Square(2), new Circle(1)));
        Object read = CBOR.decode(CBOR.encode(event)).detail().decode(shapes.javaType());
        assertEquals(List.of(new Square(2), new Circle(1)), read);
        assertInstanceOf(Circle.class, fromJson("{\"radius\":3,\"shape\":\"circle\"}", Shape.class));
        assertNull(fromJson("null", Shape.class));
    }
}
