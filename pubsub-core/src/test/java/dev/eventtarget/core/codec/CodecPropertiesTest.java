package dev.eventtarget.core.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CodecPropertiesTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    record Line(String sku, int quantity) {}

    record Order(String id, List<Line> lines, Map<String, Double> weights, Instant at) {}

    @Provide
    Arbitrary<EventCodec> codecs() {
        return Arbitraries.of(JSON, CBOR);
    }

    @Provide
    static Arbitrary<String> texts() {
        return Arbitraries.longs().map(seed -> text(new Random(seed), 40));
    }

    @Provide
    static Arbitrary<JsonNode> details() {
        return Arbitraries.longs().map(seed -> node(new Random(seed), 5));
    }

    // recursive arbitraries of jqwik's take minutes to make trees of this size
    private static JsonNode node(Random random, int levels) {
        switch (random.nextInt(levels == 0 ? 8 : 12)) {
            case 0:
                return NODES.nullNode();
            case 1:
                return NODES.booleanNode(random.nextBoolean());
            case 2:
                return NODES.numberNode(random.nextInt());
            case 3:
                // a long that fits an int would come back as an int
                return NODES.numberNode(Integer.MAX_VALUE + 1L + random.nextInt(Integer.MAX_VALUE) * 3L);
            case 4:
                return NODES.numberNode(BigInteger.ONE
                        .shiftLeft(64)
                        .add(new BigInteger(300, random))
                        .negate());
            case 5:
                double number = Double.longBitsToDouble(random.nextLong());
                return NODES.numberNode(Double.isFinite(number) ? number : 0.1);
            case 6:
                return NODES.textNode(text(random, 30));
            case 7:
                // at times longer than the buffers of generator and parser
                return NODES.textNode(text(random, 30).repeat(1 << random.nextInt(9)));
            case 8, 9:
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    array.add(node(random, levels - 1));
                }
                return array;
            default:
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    object.set(text(random, 20), node(random, levels - 1));
                }
                return object;
        }
    }

    /** Unicode of all planes and all control characters, without half surrogate pairs. */
    private static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            int point = random.nextInt(1 << (4 + random.nextInt(17)));
            text.appendCodePoint(point > Character.MAX_CODE_POINT || point >= 0xd800 && point <= 0xdfff ? 'x' : point);
        }
        return text.toString();
    }

    @Provide
    static Arbitrary<String> topics() {
        Arbitrary<String> token = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .numeric()
                .withChars('_', '-')
                .ofMinLength(1)
                .ofMaxLength(20);
        Arbitrary<String> names = token.list().ofMinSize(1).ofMaxSize(6).map(tokens -> String.join(".", tokens));
        Arbitrary<String> ids = texts().map(text -> text.codePoints()
                        .filter(point -> !Character.isISOControl(point))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString())
                .filter(id -> !id.isEmpty())
                .injectNull(0.4);
        return Combinators.combine(names, ids).as((name, id) -> id == null ? name : name + ":" + id);
    }

    @Provide
    static Arbitrary<TypedEvent<JsonNode>> events() {
        Arbitrary<Instant> times = Combinators.combine(
                        Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()),
                        Arbitraries.integers().between(0, 999_999_999))
                .as(Instant::ofEpochSecond);
        Arbitrary<Map<String, String>> headers = Arbitraries.maps(texts().filter(name -> !name.isEmpty()), texts())
                .ofMaxSize(6);
        return Combinators.combine(
                        topics(),
                        details(),
                        texts().filter(id -> !id.isEmpty()).injectNull(0.3),
                        times.injectNull(0.3),
                        texts().injectNull(0.3),
                        headers)
                .as((topic, detail, id, time, source, some) -> {
                    TypedEvent<JsonNode> event = TypedEvent.of(EventType.of(topic, JsonNode.class), detail)
                            .withHeaders(some);
                    event = id == null ? event : event.withId(id);
                    event = time == null ? event : event.withTime(time);
                    return source == null ? event : event.withSource(source);
                });
    }

    private static TypedEvent<Object> decoded(TypedEvent<EncodedDetail> event, Type type) {
        return event.with(
                EventType.of(event.type().topic(), Object.class), event.detail().decode(type));
    }

    private static TypedEvent<Object> asObject(TypedEvent<?> event) {
        return event.with(EventType.of(event.type().topic(), Object.class), event.detail());
    }

    @Property
    void anyEventArrivesAsItWas(@ForAll("codecs") EventCodec codec, @ForAll("events") TypedEvent<JsonNode> event) {
        TypedEvent<EncodedDetail> read = codec.decode(codec.encode(event));
        assertEquals(asObject(event), decoded(read, JsonNode.class));
        assertEquals(
                List.copyOf(event.headers().keySet()),
                List.copyOf(read.headers().keySet()));
    }

    @Property
    void aDetailThatIsPassedOnKeepsItsBytes(
            @ForAll("codecs") EventCodec codec, @ForAll("events") TypedEvent<JsonNode> event) {
        TypedEvent<EncodedDetail> read = codec.decode(codec.encode(event));
        assertArrayEquals(
                codec.encodeDetail(event.detail(), JsonNode.class),
                read.detail().toBytes());
        TypedEvent<EncodedDetail> again = codec.decode(codec.encode(read));
        assertArrayEquals(read.detail().toBytes(), again.detail().toBytes());
    }

    @Property
    void fromOneCodecToTheOtherTheEventStaysTheSame(
            @ForAll("codecs") EventCodec codec, @ForAll("events") TypedEvent<JsonNode> event) {
        EventCodec other = codec == JSON ? CBOR : JSON;
        TypedEvent<EncodedDetail> crossed = other.decode(other.encode(codec.decode(codec.encode(event))));
        assertEquals(asObject(event), decoded(crossed, JsonNode.class));
        TypedEvent<EncodedDetail> back = codec.decode(codec.encode(crossed));
        assertEquals(asObject(event), decoded(back, JsonNode.class));
    }

    @Property
    void aTypedDetailArrivesAsItWas(
            @ForAll("codecs") EventCodec codec,
            @ForAll("texts") String id,
            @ForAll("texts") String sku,
            @ForAll int quantity,
            @ForAll double weight) {
        Order order = new Order(
                id,
                List.of(new Line(sku, quantity)),
                Map.of(sku, weight),
                Instant.ofEpochSecond(quantity, quantity & 0x1fffffff));
        byte[] bytes = codec.encode(TypedEvent.of(EventType.of("order", Order.class), order));
        assertEquals(order, codec.decode(bytes).detail().decode(Order.class));
    }

    @Property
    void textIsRightWhereverTheBuffersEnd(@ForAll("codecs") EventCodec codec, @ForAll("texts") String text) {
        for (int length : new int[] {1990, 3990, 7990, 15990}) {
            for (int shift = 0; shift < 12; shift++) {
                List<String> detail = List.of("x".repeat(length + shift) + text, text);
                byte[] bytes = codec.encodeDetail(detail, List.class);
                assertEquals(detail, codec.decodeDetail(bytes, 0, bytes.length, List.class));
            }
        }
    }

    /** Decodes in every way; a failure of any other kind than CodecException is the test's failure. */
    private static void decodeAllTheWay(EventCodec codec, byte[] bytes) {
        try {
            TypedEvent<EncodedDetail> event = codec.decode(bytes);
            for (EventCodec to : List.of(JSON, CBOR)) {
                try {
                    to.decode(to.encode(event));
                } catch (CodecException e) {
                    // such as text that is no Unicode
                }
            }
            for (Type type : List.of(Object.class, JsonNode.class, Order.class, String.class, Instant.class)) {
                try {
                    event.detail().decode(type);
                } catch (CodecException e) {
                    // does not fit
                }
            }
        } catch (CodecException e) {
            // no envelope
        }
    }

    @Property(tries = 5000)
    void anyBytesAreAnEnvelopeOrRefused(@ForAll("codecs") EventCodec codec, @ForAll byte[] bytes) {
        decodeAllTheWay(codec, bytes);
    }

    @Property(tries = 5000)
    void anyBytesInPlaceOfADetailAreOneOrRefused(@ForAll("codecs") EventCodec codec, @ForAll byte[] bytes) {
        EncodedDetail detail = new EncodedDetail(codec, bytes, 0, bytes.length);
        for (EventCodec to : List.of(JSON, CBOR)) {
            byte[] envelope;
            try {
                envelope = to.encode(TypedEvent.of(EventType.of("a", EncodedDetail.class), detail));
            } catch (CodecException e) {
                continue;
            }
            TypedEvent<EncodedDetail> read = to.decode(envelope);
            assertEquals("a", read.type().topic());
            if (to == codec && codec == CBOR) {
                assertArrayEquals(bytes, read.detail().toBytes());
            }
        }
    }

    @Property(tries = 5000)
    void anEnvelopeWithDamageIsReadOrRefused(
            @ForAll("codecs") EventCodec codec, @ForAll("events") TypedEvent<JsonNode> event, @ForAll long seed) {
        byte[] bytes = codec.encode(event);
        Random random = new Random(seed);
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = damaged(bytes, random);
        }
        decodeAllTheWay(codec, bytes);
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        int at = bytes.length == 0 ? 0 : random.nextInt(Math.min(bytes.length, 200));
        byte[] copy = bytes.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                if (copy.length > 0) {
                    copy[at] = (byte) random.nextInt(256);
                }
            }
            case 1 -> {
                if (copy.length > 0) {
                    copy[at] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> copy = Arrays.copyOf(copy, at);
            case 3 -> {
                byte[] inserted = new byte[copy.length + 1];
                System.arraycopy(copy, 0, inserted, 0, at);
                byte[] likely = "{}[]\",:\\0-.etn\0".getBytes(StandardCharsets.US_ASCII);
                inserted[at] = likely[random.nextInt(likely.length)];
                System.arraycopy(copy, at, inserted, at + 1, copy.length - at);
                copy = inserted;
            }
            default -> {
                int length = copy.length == 0 ? 0 : random.nextInt(Math.min(copy.length - at, 50) + 1);
                int to = copy.length == 0 ? 0 : random.nextInt(copy.length - length + 1);
                System.arraycopy(bytes, at, copy, to, length);
            }
        }
        return copy;
    }
}
