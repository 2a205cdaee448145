package dev.eventtarget.core.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameCodecTest {
    private static final EventType<Object> PLACED = EventType.of("order.placed:42", Object.class);

    /** What a message had in it. */
    private static final class Frames implements FrameCodec.Reader {
        private final List<TypedEvent<EncodedDetail>> events = new ArrayList<>();
        private final List<long[]> subs = new ArrayList<>();
        private final List<String> controls = new ArrayList<>();
        private final List<JsonNode> details = new ArrayList<>();
        private int malformed;

        @Override
        public void event(TypedEvent<EncodedDetail> event, long[] named) {
            events.add(event);
            subs.add(named);
        }

        @Override
        public void control(String type, JsonNode detail) {
            controls.add(type);
            details.add(detail);
        }

        @Override
        public void malformed(CodecException error) {
            malformed++;
        }
    }

    @Provide
    static Arbitrary<FrameCodec> codecs() {
        return Arbitraries.of(EventCodecs.jsonFrames(), EventCodecs.cborFrames());
    }

    static List<FrameCodec> both() {
        return List.of(EventCodecs.jsonFrames(), EventCodecs.cborFrames());
    }

    @Provide
    static Arbitrary<JsonNode> details() {
        return CodecPropertiesTest.details();
    }

    private static Frames read(FrameCodec codec, byte[] message) {
        Frames frames = new Frames();
        assertTrue(codec.read(message, 1000, frames));
        return frames;
    }

    private static byte[] array(FrameCodec codec, List<byte[]> frames) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(codec.batchStart());
        for (int i = 0; i < frames.size(); i++) {
            if (i > 0) {
                message.writeBytes(codec.batchSeparator());
            }
            message.writeBytes(frames.get(i));
        }
        message.write(codec.batchEnd());
        return message.toByteArray();
    }

    private static byte[] addressed(FrameCodec codec, byte[] frame, long... subs) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(codec.prefix(subs));
        message.write(frame, 1, frame.length - 1);
        return message.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Property(tries = 300)
    void anEventComesBackAloneAndInArrays(
            @ForAll("codecs") FrameCodec codec, @ForAll @Size(max = 8) List<@From("details") JsonNode> details) {
        List<byte[]> frames = new ArrayList<>();
        for (JsonNode detail : details) {
            byte[] frame = codec.frame(TypedEvent.of(PLACED, detail).withId("a").withPosition("7-1"));
            assertEquals(detail, detail(read(codec, frame).events.get(0)));
            frames.add(frame);
        }
        Frames all = read(codec, array(codec, frames));
        assertEquals(details, all.events.stream().map(FrameCodecTest::detail).toList());
        assertTrue(all.events.stream().allMatch(event -> "7-1".equals(event.position())));
    }

    private static Object detail(TypedEvent<EncodedDetail> event) {
        return event.detail().decode(JsonNode.class);
    }

    @Property(tries = 300)
    void aFrameIsPassedOnAsItCameAndSaysWhomItIsFor(
            @ForAll("codecs") FrameCodec codec,
            @ForAll("details") JsonNode detail,
            @ForAll @Size(min = 1, max = 5) List<Integer> numbers) {
        long[] subs = numbers.stream().mapToLong(Math::abs).toArray();
        byte[] came = codec.frame(TypedEvent.of(PLACED, detail).withTime(Instant.EPOCH));
        TypedEvent<EncodedDetail> event =
                read(codec, array(codec, List.of(came, came))).events.get(1);
        byte[] passedOn = codec.frame(event);
        assertArrayEquals(came, passedOn);
        Frames there = read(codec, addressed(codec, passedOn, subs));
        assertArrayEquals(subs, there.subs.get(0));
        assertEquals(detail, detail(there.events.get(0)));
    }

    @ParameterizedTest
    @MethodSource("both")
    void anEventThatWasChangedIsWrittenAnew(FrameCodec codec) {
        TypedEvent<EncodedDetail> came =
                read(codec, codec.frame(TypedEvent.of(PLACED, 1))).events.get(0);
        TypedEvent<EncodedDetail> changed = came.withSource("shop");
        assertEquals("shop", read(codec, codec.frame(changed)).events.get(0).source());
    }

    @Test
    void whatSaysWhomItIsForIsNotPassedOnAsItCame() {
        FrameCodec codec = EventCodecs.jsonFrames();
        TypedEvent<EncodedDetail> came = read(codec, utf8("{\"type\":\"a\",\"sub\":[7,8],\"detail\":1,\"more\":{}}"))
                .events
                .get(0);
        assertEquals("{\"type\":\"a\",\"detail\":1}", new String(codec.frame(came), StandardCharsets.UTF_8));
    }

    @Test
    void aCborMapOfGivenLengthIsWrittenAnew() {
        FrameCodec codec = EventCodecs.cborFrames();
        byte[] fixed = {(byte) 0xA2, 0x64, 't', 'y', 'p', 'e', 0x61, 'a', 0x66, 'd', 'e', 't', 'a', 'i', 'l', 0x01};
        TypedEvent<EncodedDetail> came = read(codec, fixed).events.get(0);
        byte[] frame = codec.frame(came);
        assertEquals((byte) 0xBF, frame[0]);
        assertArrayEquals(
                new long[] {9}, read(codec, addressed(codec, frame, 9)).subs.get(0));
    }

    @ParameterizedTest
    @MethodSource("both")
    void controlFramesCarryTheirDetail(FrameCodec codec) {
        Frames frames = read(codec, codec.control("$ack", Map.of("sub", 3, "also", List.of(1L, 2L))));
        assertEquals(List.of("$ack"), frames.controls);
        assertEquals(3, frames.details.get(0).get("sub").intValue());
        assertEquals(2, frames.details.get(0).get("also").get(1).intValue());
        assertTrue(read(codec, codec.control("$bye", Map.of())).details.get(0).isEmpty());
    }

    /** As it is in a message that quotes what a peer has sent. */
    @ParameterizedTest
    @MethodSource("both")
    void halfASurrogatePairIsNoHindrance(FrameCodec codec) {
        Frames frames = read(codec, codec.control("$error", Map.of("message", "'\uDD97 and \uD83D' is no type")));
        assertEquals(
                "'? and ?' is no type", frames.details.get(0).get("message").asText());
    }

    @Test
    void aMalformedFrameDoesNotHideItsNeighbours() {
        FrameCodec codec = EventCodecs.jsonFrames();
        for (String wrong : List.of(
                "{\"detail\":1}",
                "{\"type\":{\"deep\":[1,{\"a\":2}]},\"detail\":1}",
                "{\"type\":\"no type\",\"detail\":1}",
                "{\"type\":\"a\",\"type\":\"b\"}",
                "{\"type\":\"a\",\"headers\":{\"x\":{\"y\":[]}},\"detail\":[1]}",
                "{\"type\":\"a\",\"headers\":[1,2],\"id\":7}",
                "{\"type\":\"a\",\"sub\":\"x\"}",
                "{\"type\":\"a\",\"sub\":[1,[2]]}",
                "{\"type\":\"a\",\"sub\":123456789012345678901234567890}",
                "{\"type\":\"a\",\"time\":\"noon\"}",
                "[{\"type\":\"a\"}]",
                "\"text\"",
                "17",
                "null")) {
            Frames frames = read(
                    codec, utf8("[{\"type\":\"first\",\"detail\":1}," + wrong + ",{\"type\":\"last\",\"detail\":2}]"));
            assertEquals(1, frames.malformed, wrong);
            assertEquals(
                    List.of("first", "last"),
                    frames.events.stream().map(event -> event.type().topic()).toList(),
                    wrong);
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void aMessageThatIsCutIsNotReadable(FrameCodec codec) {
        byte[] whole = array(
                codec, List.of(codec.frame(TypedEvent.of(PLACED, "täxt")), codec.control("$ping", Map.of("n", 1))));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(CodecException.class, () -> codec.read(cut, 1000, new Frames()), "after " + length);
        }
        assertThrows(CodecException.class, () -> codec.read(Arrays.copyOf(whole, whole.length + 1), 9, new Frames()));
    }

    @ParameterizedTest
    @MethodSource("both")
    void anArrayMayHaveSoManyFrames(FrameCodec codec) {
        byte[] frame = codec.control("$ping", Map.of());
        Frames frames = new Frames();
        assertTrue(codec.read(array(codec, List.of(frame, frame)), 2, frames));
        assertFalse(codec.read(array(codec, List.of(frame, frame, frame)), 2, frames));
        assertFalse(codec.read(array(codec, List.of(frame)), 0, frames));
        assertTrue(codec.read(array(codec, List.of()), 0, frames));
    }

    @Test
    void aFrameMayBeAsDeepInAnArrayAsAlone() {
        FrameCodec codec = EventCodecs.jsonFrames();
        String deepest = "{\"type\":\"a\",\"detail\":" + "[".repeat(199) + "]".repeat(199) + "}";
        assertEquals(1, read(codec, utf8(deepest)).events.size());
        assertEquals(1, read(codec, utf8("[" + deepest + "]")).events.size());
        String deeper = "{\"type\":\"a\",\"detail\":" + "[".repeat(200) + "]".repeat(200) + "}";
        assertThrows(CodecException.class, () -> codec.read(utf8(deeper), 9, new Frames()));
        assertThrows(CodecException.class, () -> codec.read(utf8("[" + deeper + "]"), 9, new Frames()));
    }

    @Test
    void positionsAndSubscriptionsMeanNothingInAnEnvelope() {
        TypedEvent<EncodedDetail> event =
                EventCodecs.jsonFrames().decode(utf8("{\"type\":\"a\",\"sub\":1,\"position\":\"x\",\"detail\":1}"));
        assertNull(event.position());
    }
}
