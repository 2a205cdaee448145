package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EventCodec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CodecFailuresTest {
    private static final EventCodec JSON = new JsonEventCodec();
    private static final EventCodec CBOR = new CborEventCodec();

    enum Colour {
        RED
    }

    record Line(String sku, int quantity) {
        Line {
            if (quantity < 0) {
                throw new IllegalArgumentException("negative");
            }
        }
    }

    record Order(List<Line> lines, Instant at, UUID id, Colour colour, byte[] bytes, Map<Integer, Line> byNumber) {}

    record Named(Name name) {}

    static final class Name {
        @JsonCreator
        static Name of(String text) {
            throw new IllegalStateException("no names today");
        }
    }

    static final class Open {
        @JsonAnySetter
        public void set(String name, Line line) {}
    }

    interface Nowhere {}

    static class NoText {
        public NoText(int a, int b) {}
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes(@JsonSubTypes.Type(value = Leaf.class, name = "leaf"))
    interface Tree {}

    record Leaf() implements Tree {}

    static List<EventCodec> codecs() {
        return List.of(JSON, CBOR);
    }

    private static CodecException refusal(String json, Type type) {
        byte[] bytes = json.getBytes(UTF_8);
        return assertThrows(CodecException.class, () -> JSON.decodeDetail(bytes, 0, bytes.length, type));
    }

    static Stream<Arguments> secrets() {
        return Stream.of(
                Arguments.of("\"s3cret\"", Order.class),
                Arguments.of("s3cret", Order.class),
                Arguments.of("{\"lines\":s3cret}", Order.class),
                Arguments.of("{\"lines\":\"s3cret\"}", Order.class),
                Arguments.of("{\"lines\":[{\"quantity\":\"s3cret\"}]}", Order.class),
                Arguments.of("{\"at\":\"s3cret\"}", Order.class),
                Arguments.of("{\"id\":\"s3cret\"}", Order.class),
                Arguments.of("{\"colour\":\"s3cret\"}", Order.class),
                Arguments.of("{\"bytes\":\"*s3cret\"}", Order.class),
                Arguments.of("{\"byNumber\":{\"s3cret\":{}}}", Order.class),
                Arguments.of("{\"byNumber\":{\"1\":\"s3cret\"}}", Order.class),
                Arguments.of(
                        "{\"s3cret\":{\"s3cret\":1}}",
                        new EventType<Map<String, Map<String, Line>>>("a") {}.javaType()),
                Arguments.of("{\"s3cret !\":[]}", Open.class),
                Arguments.of("\"s3cret\"", Nowhere.class),
                Arguments.of("\"s3cret\"", NoText.class),
                Arguments.of("{\"s3cret\":1}", NoText.class),
                Arguments.of("{\"@type\":\"s3cret\"}", Tree.class),
                Arguments.of("\"s3cret\"", Tree.class),
                Arguments.of("\"s3cret\"", Integer.class),
                Arguments.of("\"s3cret", String.class),
                Arguments.of("\"\\s3cret\"", String.class),
                Arguments.of("\"\" s3cret", String.class),
                Arguments.of("\"\" \"s3cret\"", String.class),
                Arguments.of("\"s3cret\"", Name.class));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void nothingOfTheInputIsInTheErrorNorInItsStackTrace(String json, Type type) {
        CodecException refused = refusal(json, type);
        StringWriter printed = new StringWriter();
        refused.printStackTrace(new PrintWriter(printed));
        assertFalse(printed.toString().contains("s3cret"), printed.toString());
    }

    @Test
    void numbersOfTheInputAreNotInTheErrorEither() {
        for (Type type : List.of(Nowhere.class, NoText.class, Name.class, String.class, Colour.class, byte[].class)) {
            CodecException refused = refusal("4815162342", type);
            assertFalse(refused.getMessage().contains("4815162342"), refused.getMessage());
        }
        assertFalse(refusal("481516234200000", Integer.class).getMessage().contains("4815162342"));
    }

    @Test
    void theErrorSaysWhereInJson() {
        String message = refusal("{\"lines\":[{\"quantity\":1},\n{\"quantity\":true}]}", Order.class)
                .getMessage();
        assertTrue(message.contains("at lines[1].quantity (line 2, column 13)"), message);
        assertTrue(message.contains("int"), message);
    }

    @Test
    void theErrorCountsFromWhereTheDetailBegins() {
        byte[] json = "\n\n\n[1,true]".getBytes(UTF_8);
        String inJson = assertThrows(
                        CodecException.class,
                        () -> JSON.decodeDetail(json, 3, 8, new EventType<List<Integer>>("a") {}.javaType()))
                .getMessage();
        assertTrue(inJson.contains("at [1] (line 1, column 4)"), inJson);

        byte[] cbor = {0, 0, 0, (byte) 0x82, 1, (byte) 0xf5};
        String inCbor = assertThrows(
                        CodecException.class,
                        () -> CBOR.decodeDetail(cbor, 3, 3, new EventType<List<Integer>>("a") {}.javaType()))
                .getMessage();
        assertTrue(inCbor.contains("at [1] (byte 2)"), inCbor);
    }

    @Test
    void anExceptionOfTheApplicationsOwnIsTheCause() {
        CodecException refused = refusal("{\"lines\":[{\"quantity\":-1}]}", Order.class);
        assertEquals("negative", refused.getCause().getMessage());
        assertTrue(refused.getMessage().contains("at lines[0]"), refused.getMessage());

        CodecException nameless = refusal("{\"name\":\"x\"}", Named.class);
        assertEquals(IllegalStateException.class, nameless.getCause().getClass());

        assertNull(refusal("{\"lines\":[{\"quantity\":\"x\"}]}", Order.class).getCause());
    }

    public static final class Failing {
        private final RuntimeException failure;

        Failing(RuntimeException failure) {
            this.failure = failure;
        }

        public String getText() {
            throw failure;
        }
    }

    public static final class FailingValue {
        private final RuntimeException failure;

        FailingValue(RuntimeException failure) {
            this.failure = failure;
        }

        @JsonValue
        public String text() {
            throw failure;
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void anExceptionOfAGetterIsTheRootCause(EventCodec codec) {
        RuntimeException failure = new IllegalStateException("not now");
        for (Object detail : List.of(new Failing(failure), new FailingValue(failure))) {
            CodecException refused = assertThrows(
                    CodecException.class, () -> codec.encode(TypedEvent.of(EventType.of("a.b", Object.class), detail)));
            Throwable cause = refused.getCause();
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            assertSame(failure, cause);
            assertTrue(refused.getMessage().contains("a.b"), refused.getMessage());
        }
    }

    public static final class Person {
        public Person friend;
        public List<Person> friends = new ArrayList<>();
    }

    public static final class Endless {
        @JsonValue
        public Object next() {
            return new Endless();
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void whatRefersToItselfIsRefused(EventCodec codec) {
        Person alone = new Person();
        alone.friend = alone;
        Person a = new Person();
        Person b = new Person();
        a.friend = b;
        b.friend = a;
        Person many = new Person();
        many.friends.add(many);
        List<Object> list = new ArrayList<>();
        list.add(list);
        for (Object detail : List.of(alone, a, many, list, new Endless())) {
            CodecException refused = assertThrows(CodecException.class, () -> codec.encodeDetail(detail, Object.class));
            assertTrue(refused.getMessage().length() < 500, refused.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void theCodecGoesOnAfterAFailure(EventCodec codec) {
        for (int i = 0; i < 100; i++) {
            assertThrows(
                    CodecException.class,
                    () -> codec.encodeDetail(List.of("x", new Failing(new IllegalStateException())), Object.class));
            byte[] bytes = codec.encodeDetail(List.of("x", i), Object.class);
            assertEquals(List.of("x", i), codec.decodeDetail(bytes, 0, bytes.length, Object.class));
        }
    }

    @Test
    void aClassWithoutPropertiesIsRefused() {
        String message = assertThrows(CodecException.class, () -> JSON.encodeDetail(new Object(), Object.class))
                .getMessage();
        assertTrue(message.contains("java.lang.Object"), message);
        assertFalse(message.contains("FAIL_ON"), message);
    }
}
