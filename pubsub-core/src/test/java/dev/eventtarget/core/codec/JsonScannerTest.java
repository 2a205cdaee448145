package dev.eventtarget.core.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a message is scanned or parsed must make no difference but in time. */
class JsonScannerTest {
    private static final JsonEventCodec JSON = new JsonEventCodec();

    /** All that there is to see of a message. */
    private static final class Seen implements FrameCodec.Reader {
        private final List<String> all = new ArrayList<>();

        @Override
        public void event(TypedEvent<EncodedDetail> event, long[] subs) {
            all.add("event " + event.type() + " id " + event.id() + " time " + event.time() + " source "
                    + event.source() + " headers " + event.headers() + " position " + event.position() + " subs "
                    + Arrays.toString(subs) + " detail "
                    + new String(event.detail().toBytes(), ISO_8859_1) + " frame " + frame(event));
        }

        private static String frame(TypedEvent<EncodedDetail> event) {
            try {
                return new String(JSON.frame(event), ISO_8859_1);
            } catch (CodecException e) {
                return e.toString();
            }
        }

        @Override
        public void control(String type, JsonNode detail) {
            all.add("control " + type + " " + detail);
        }

        @Override
        public void malformed(CodecException error) {
            all.add("malformed " + error);
        }

        List<String> scanned(byte[] message, int most) {
            try {
                all.add("read " + JSON.read(message, most, this));
            } catch (CodecException e) {
                all.add("unreadable " + e);
            }
            return all;
        }

        List<String> parsed(byte[] message, int most) {
            try {
                all.add("read " + JSON.parse(message, most, 0, this));
            } catch (CodecException e) {
                all.add("unreadable " + e);
            }
            return all;
        }
    }

    private static void assertSame(byte[] message, int most) {
        assertEquals(
                new Seen().parsed(message, most),
                new Seen().scanned(message, most),
                () -> new String(message, ISO_8859_1));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    // ---- what is scanned

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"a.b\",\"detail\":{\"id\":\"a\",\"n\":[1,-0.5e+10,true,false,null,{},[]]}}",
                "{\"sub\":3,\"type\":\"a.b\",\"detail\":1}",
                "{\"sub\":[3,999999999999999999],\"type\":\"a.b\",\"position\":\"7-1\",\"detail\":\"x\"}",
                "{\"type\":\"a.b:42\",\"id\":\"1\",\"time\":\"2026-01-31T12:00:00Z\",\"source\":\"\",\"detail\":null}",
                " { \"detail\" : [ \"a \\\" \\\\ \\u00e4 é € 😀\" , 1.5 ] ,\r\n\t\"type\" : \"a\" } ",
                "{\"type\":\"$ack\",\"detail\":{\"to\":7}}",
                "{\"type\":\"$bye\"}"
            })
    void frameIsScanned(String frame) {
        assertNotNull(Envelope.scanFrame(new JsonScanner(utf8(frame)), null));
        assertSame(utf8(frame), 0);
        assertSame(utf8("[" + frame + "," + frame + "]"), 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"detail\":1}",
                "{\"type\":\"\"}",
                "{\"type\":\"a\",\"type\":\"a\"}",
                "{\"type\":\"a\",\"detail\":1,\"detail\":1}",
                "{\"type\":\"a\",\"ty\\u0070e\":\"b\"}",
                "{\"type\":\"\\u0061\"}",
                "{\"type\":\"ä\"}",
                "{\"type\":null}",
                "{\"type\":\"a\",\"id\":\"\"}",
                "{\"type\":\"a\",\"time\":\"noon\"}",
                "{\"type\":\"a\",\"headers\":{}}",
                "{\"type\":\"a\",\"other\":1}",
                "{\"type\":\"a\",\"positions\":\"1\"}",
                "{\"type\":\"a\",\"sub\":-1}",
                "{\"type\":\"a\",\"sub\":01}",
                "{\"type\":\"a\",\"sub\":1.0}",
                "{\"type\":\"a\",\"sub\":1000000000000000000}",
                "{\"type\":\"a\",\"sub\":[]}",
                "{\"type\":\"a\",\"sub\":[1,]}",
                "{\"type\":\"a\",}",
                "{\"type\":\"a\"",
                "{\"type\":\"a\",\"detail\":}",
                "{\"type\":\"a\",\"detail\":[1,]}",
                "{\"type\":\"a\",\"detail\":{\"a\":1,}}",
                "{\"type\":\"a\",\"detail\":{\"a\" 1}}",
                "{\"type\":\"a\",\"detail\":{1:1}}",
                "{\"type\":\"a\",\"detail\":[1}}",
                "{\"type\":\"a\",\"detail\":[1 2]}",
                "{\"type\":\"a\",\"detail\":01}",
                "{\"type\":\"a\",\"detail\":1.}",
                "{\"type\":\"a\",\"detail\":.5}",
                "{\"type\":\"a\",\"detail\":1e}",
                "{\"type\":\"a\",\"detail\":+1}",
                "{\"type\":\"a\",\"detail\":-}",
                "{\"type\":\"a\",\"detail\":NaN}",
                "{\"type\":\"a\",\"detail\":truer}",
                "{\"type\":\"a\",\"detail\":\"\t\"}",
                "{\"type\":\"a\",\"detail\":\"\\x\"}",
                "{\"type\":\"a\",\"detail\":\"\\u00g0\"}",
                "\uFEFF{\"type\":\"a\"}"
            })
    void frameIsLeftToTheParser(String frame) {
        assertNull(Envelope.scanFrame(new JsonScanner(utf8(frame)), null));
        assertSame(utf8(frame), 0);
        for (int most = 0; most < 4; most++) {
            assertSame(utf8("[{\"type\":\"first\"}," + frame + ",{\"type\":\"last\"}]"), most);
        }
    }

    @Test
    void framesThatBeginAlikeAreReadEachForItself() {
        String first = "{\"sub\":[1,2],\"type\":\"a\",\"detail\":1}";
        for (String second : List.of(
                first,
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":\"x\"}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\": [1] }",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":1,\"id\":\"7\"}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":1,\"detail\":1}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":1,\"type\":\"a\"}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":1,\"other\":1}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":01}",
                "{\"sub\":[1,2],\"type\":\"a\",\"detail\":1",
                "{\"sub\":[1,2],\"type\":\"a\"}",
                "{\"sub\":[1,2],\"type\":\"b\",\"detail\":1}",
                " " + first)) {
            assertSame(utf8("[" + first + "," + second + "," + first + "," + first + "]"), 9);
            assertSame(utf8("[" + second + "," + first + "," + second + "," + second + "]"), 3);
        }
    }

    @Test
    void whatFollowsTheFramesIsSeen() {
        for (String end : List.of("", " ", ",", "]", "]]", "] \r\n\t", "]\0", "]x", "}", ",]", "]\uFEFF", "],[]")) {
            for (int most = 0; most < 4; most++) {
                assertSame(utf8("[{\"type\":\"a\"},{\"type\":\"b\"}" + end), most);
            }
            assertSame(utf8("{\"type\":\"a\"}" + end), 0);
        }
    }

    @Test
    void textThatIsNoUtf8IsWhatItIsToTheParser() {
        for (int first = 0x80; first <= 0xFF; first++) {
            for (int other : new int[] {'"', 'a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF}) {
                for (int length = 2; length <= 5; length++) {
                    for (int where = 1; where < length; where++) {
                        byte[] text = new byte[length];
                        Arrays.fill(text, (byte) 0x80);
                        text[0] = (byte) first;
                        text[where] = (byte) other;
                        assertSameWithin(new String(text, ISO_8859_1));
                    }
                }
            }
            assertSameWithin(String.valueOf((char) first));
        }
    }

    private static void assertSameWithin(String text) {
        assertSame(bytes("{\"type\":\"a\",\"detail\":\"" + text + "\"}"), 0);
        assertSame(bytes("{\"type\":\"a\",\"detail\":[\"" + text + "\"]}"), 0);
        assertSame(bytes("{\"type\":\"a\",\"detail\":{\"" + text + "\":1}}"), 0);
        assertSame(bytes("{\"type\":\"a\",\"id\":\"" + text + "\"}"), 0);
    }

    @Test
    void boundsAreTheParsers() {
        for (int length = Bounds.NAME_BYTES - 10; length < Bounds.NAME_BYTES + 10; length++) {
            assertSame(utf8("{\"type\":\"a\",\"detail\":{\"" + "n".repeat(length) + "\":1}}"), 0);
            assertSame(utf8("{\"type\":\"a\",\"detail\":{\"" + "é".repeat(length / 2) + "\":1}}"), 0);
            assertSame(utf8("{\"type\":\"a\",\"detail\":{\"" + "\\u0800".repeat(length / 3) + "\":1}}"), 0);
            assertSame(utf8("{\"type\":\"a\",\"id\":\"" + "n".repeat(length) + "\"}"), 0);
        }
        for (int length = Bounds.NUMBER_CHARS - 10; length < Bounds.NUMBER_CHARS + 10; length++) {
            assertSame(utf8("{\"type\":\"a\",\"detail\":-" + "1".repeat(length) + "}"), 0);
            assertSame(utf8("{\"type\":\"a\",\"detail\":[0." + "1".repeat(length - 10) + "e+1234567]}"), 0);
        }
        for (int levels = 0; levels < Bounds.NESTING + 5; levels++) {
            String deep = "{\"type\":\"a\",\"detail\":" + "[".repeat(levels) + "1" + "]".repeat(levels) + "}";
            assertSame(utf8(deep), 0);
            assertSame(utf8("[" + deep + "]"), 1);
            assertSame(
                    utf8("{\"type\":\"a\",\"detail\":" + "{\"a\":".repeat(levels) + "1" + "}".repeat(levels) + "}"), 0);
        }
    }

    @Test
    void aTextMayBeAsLongAsTheParserTakesIt() {
        for (int length : new int[] {Bounds.STRING_CHARS, Bounds.STRING_CHARS + 1}) {
            String text = "t".repeat(length);
            assertSame(utf8("{\"type\":\"a\",\"detail\":\"" + text + "\"}"), 0);
            assertSame(utf8("{\"type\":\"a\",\"detail\":[\"" + text + "\"]}"), 0);
        }
    }

    // ---- whatever comes

    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            " ",
            "\n",
            "\t",
            "\r",
            "\0",
            "\u001f",
            "\u007f",
            "0",
            "1",
            "-",
            "+",
            ".",
            "e",
            "E",
            "true",
            "false",
            "null",
            "NaN",
            "/*x*/",
            "#",
            "'",
            "\\u",
            "\\u0041",
            "\\uD83D",
            "\\uDE00",
            "\\ud8",
            "\\n",
            "\\x",
            "\\\"",
            "\"type\":",
            "\"detail\":",
            "\"id\":",
            "\"sub\":",
            "\"position\":",
            "\"time\":",
            "\"source\":",
            "\"headers\":",
            "\"$ack\"",
            "\"a.b\"",
            "\"2026-01-31T12:00:00Z\"",
            "{\"type\":\"c\"}",
            ",\"x\":{}",
            "\u00c0\u0080",
            "\u00c3\u00a9",
            "\u00e2\u0082\u00ac",
            "\u00e0\u0080\u0080",
            "\u00ed\u00a0\u0080",
            "\u00f0\u009f\u0098\u0080",
            "\u00f0\u0080\u0080\u0080",
            "\u00f5\u0080\u0080\u0080",
            "\u00f8\u0088\u0080\u0080\u0080",
            "\u00ef\u00bb\u00bf",
            "\u0080",
            "\u00ff",
            "\u00fe");

    private static String piece(Random random) {
        return PIECES.get(random.nextInt(PIECES.size()));
    }

    private static String space(Random random) {
        return random.nextInt(8) > 0
                ? ""
                : List.of(" ", "\n", "\t", "\r", "  \r\n ").get(random.nextInt(5));
    }

    /** What a text may be, as bytes, mostly plain. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(12)) {
                case 0 ->
                    text.append(List.of("\\n", "\\\"", "\\\\", "\\/", "\\u00e4", "\\ud800", "\\uDFFF", "\\b")
                            .get(random.nextInt(8)));
                case 1 -> text.append(new String(utf8("äß€語😀"), ISO_8859_1));
                case 2 -> text.append(random.nextInt(30) == 0 ? piece(random) : "");
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.append('"').toString();
    }

    private static String number(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> "0";
            case 1 -> "-0.0";
            case 2 -> "1E" + (random.nextInt(800) - 400);
            case 3 -> Double.toString(random.nextGaussian());
            case 4 -> Long.toString(random.nextLong());
            case 5 -> "0" + random.nextInt(10);
            default -> Integer.toString(random.nextInt(1000));
        };
    }

    private static String value(Random random, int levels) {
        StringBuilder value = new StringBuilder(space(random));
        switch (random.nextInt(levels == 0 ? 5 : 8)) {
            case 0 -> value.append(List.of("true", "false", "null").get(random.nextInt(3)));
            case 1 -> value.append(number(random));
            case 2, 3, 4 -> value.append(text(random));
            case 5 -> {
                value.append('[');
                for (int i = random.nextInt(4); i > 0; i--) {
                    value.append(value(random, levels - 1)).append(i > 1 ? "," : "");
                }
                value.append(space(random)).append(']');
            }
            default -> {
                value.append('{').append(space(random));
                for (int i = random.nextInt(4); i > 0; i--) {
                    value.append(text(random)).append(space(random)).append(':');
                    value.append(value(random, levels - 1)).append(i > 1 ? "," + space(random) : "");
                }
                value.append('}');
            }
        }
        return value.append(space(random)).toString();
    }

    private static String attribute(Random random) {
        return switch (random.nextInt(14)) {
            case 0 -> "\"id\":" + text(random);
            case 1 ->
                "\"time\":\"2026-0" + random.nextInt(10) + "-31T12:00:00" + (random.nextBoolean() ? "Z" : ".5Z") + "\"";
            case 2 -> "\"source\":" + text(random);
            case 3 -> "\"position\":" + text(random);
            case 4 -> "\"sub\":" + space(random) + number(random);
            case 5 -> "\"sub\":[" + random.nextInt(9) + space(random) + "," + number(random) + "]";
            case 6 -> random.nextInt(4) > 0 ? "\"id\":\"1\"" : text(random) + ":" + value(random, 2);
            case 7 -> random.nextInt(4) > 0 ? "\"sub\":1" : "\"headers\":{" + text(random) + ":" + text(random) + "}";
            case 8 -> random.nextInt(4) > 0 ? "\"source\":\"x\"" : "\"type\":" + text(random);
            default -> "\"detail\":" + value(random, 4);
        };
    }

    private static String frame(Random random) {
        List<String> attributes = new ArrayList<>();
        attributes.add("\"type\":\""
                + (random.nextInt(20) > 0
                        ? List.of("a", "a.b", "order.placed:42").get(random.nextInt(3))
                        : List.of("$ack", "no type", "", "a:ä", "$").get(random.nextInt(5)))
                + "\"");
        for (int i = random.nextInt(4); i > 0; i--) {
            attributes.add(random.nextInt(attributes.size() + 1), attribute(random));
        }
        return space(random) + "{" + space(random) + String.join(space(random) + ",", attributes) + space(random) + "}"
                + space(random);
    }

    private static String message(Random random) {
        if (random.nextInt(4) == 0) {
            return frame(random);
        }
        String head = head(random);
        StringBuilder message = new StringBuilder(space(random)).append('[');
        for (int i = random.nextInt(7); i > 0; i--) {
            message.append(random.nextInt(3) == 0 ? frame(random) : head + value(random, 3) + tail(random));
            message.append(i > 1 ? "," : "");
        }
        return message.append(']').append(space(random)).toString();
    }

    /** What several frames of a message may begin with. */
    private static String head(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "{\"detail\":";
            case 1 -> "{" + attribute(random) + ",\"type\":\"a\",\"detail\":" + space(random);
            case 2 -> "{\"sub\":[3,4],\"type\":\"a\",\"position\":\"7-1\",\"detail\":";
            case 3 -> "{\"sub\":3,\"type\":\"$gap\",\"detail\":";
            case 4 -> "{\"type\":\"no type\",\"detail\":";
            default -> "{\"type\":\"a.b\",\"detail\":";
        };
    }

    private static String tail(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> ",\"type\":\"b\"}";
            case 1 -> "," + attribute(random) + "}";
            case 2 -> space(random) + "}";
            case 3 -> ",\"position\":\"x\"}";
            default -> "}";
        };
    }

    /** A letter stands for a byte. */
    private static byte[] bytes(String letters) {
        return letters.getBytes(ISO_8859_1);
    }

    @Property(tries = 5000)
    void messageIsTheSameScannedAndParsed(@ForAll long seed) {
        Random random = new Random(seed);
        assertSame(bytes(message(random)), random.nextInt(8));
    }

    @Property(tries = 20_000)
    void mutatedMessageIsTheSameScannedAndParsed(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder message = new StringBuilder(message(random));
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int from = random.nextInt(message.length() + 1);
            int to = Math.min(message.length(), from + random.nextInt(random.nextInt(10) == 0 ? 40 : 3));
            switch (random.nextInt(6)) {
                case 0 -> message.delete(from, to);
                case 1 -> message.insert(from, message.substring(from, to));
                case 2 -> message.setLength(from);
                case 3 -> message.insert(from, (char) random.nextInt(256));
                default -> message.replace(from, to, piece(random));
            }
        }
        assertSame(bytes(message.toString()), random.nextInt(8));
    }

    @Property(tries = 5000)
    void piecesAreTheSameScannedAndParsed(@ForAll long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(bytes("[{\"type\":\"a\",\"detail\":"));
        for (int i = random.nextInt(12); i > 0; i--) {
            message.writeBytes(bytes(piece(random)));
        }
        message.writeBytes(bytes("}]"));
        assertSame(message.toByteArray(), random.nextInt(4));
    }
}
