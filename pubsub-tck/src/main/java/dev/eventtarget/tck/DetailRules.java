package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.CodecException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

abstract class DetailRules extends Rules {
    private static final String TOPIC = "tck.detail";
    private static final EventType<Line> LINE = EventType.of(TOPIC, Line.class);
    private static final EventType<String> TEXT = EventType.of(TOPIC, String.class);

    DetailRules(EventTargetContract suite) {
        super(suite);
    }

    /** A line of an order. */
    record Line(String article, int quantity) {}

    /** What an order's details may be made of. */
    record Invoice(
            UUID id,
            State state,
            BigDecimal total,
            Instant issued,
            LocalDate due,
            List<Line> lines,
            Map<String, List<Long>> serials,
            Optional<String> note,
            @Nullable String discount) {}

    enum State {
        OPEN,
        PAID
    }

    /** A detail that no codec can encode. */
    public static final class Unencodable {
        public String getText() {
            throw new IllegalStateException("this detail can't be read");
        }
    }

    private static Arguments detail(EventType<?> type, @Nullable Object detail) {
        return Arguments.of(type.javaType().getTypeName(), type, detail);
    }

    static Stream<Arguments> details() {
        Line line = new Line("spoon", 3);
        return Stream.of(
                detail(TEXT, "plain"),
                detail(TEXT, ""),
                detail(TEXT, "quote \" backslash \\ slash / tab \t line\r\n nul \0 del \u007f bom \ufeff"),
                detail(TEXT, "Ünï¢ødé – 日本語 – עברית – 🧑🏽‍🚀 – e\u0301 – \u2028\u2029"),
                detail(EventType.of(TOPIC, Integer.class), Integer.MIN_VALUE),
                detail(EventType.of(TOPIC, Long.class), Long.MAX_VALUE),
                detail(EventType.of(TOPIC, Long.class), 42L),
                detail(EventType.of(TOPIC, Double.class), 0.1 + 0.2),
                detail(EventType.of(TOPIC, Boolean.class), false),
                detail(EventType.of(TOPIC, BigDecimal.class), new BigDecimal("12345678901234567890.123456789")),
                detail(EventType.of(TOPIC, BigInteger.class), BigInteger.TWO.pow(200)),
                detail(EventType.of(TOPIC, Instant.class), Instant.parse("2024-02-29T23:59:59.123456789Z")),
                detail(EventType.of(TOPIC, UUID.class), UUID.fromString("01234567-89ab-cdef-0123-456789abcdef")),
                detail(EventType.of(TOPIC, State.class), State.PAID),
                detail(LINE, line),
                detail(
                        EventType.of(TOPIC, Invoice.class),
                        new Invoice(
                                UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"),
                                State.OPEN,
                                new BigDecimal("19.90"),
                                Instant.parse("2024-02-29T23:59:59Z"),
                                LocalDate.of(2024, 3, 31),
                                List.of(line, new Line("Löffel", 0)),
                                Map.of("spoon", List.of(1L, Long.MAX_VALUE), "none", List.of()),
                                Optional.of("paid in part"),
                                null)),
                detail(new EventType<List<String>>(TOPIC) {}, List.of("one", "", "zwei – 2")),
                detail(new EventType<List<Line>>(TOPIC) {}, List.of(line, line)),
                detail(new EventType<List<Line>>(TOPIC) {}, List.of()),
                detail(new EventType<Map<String, List<Line>>>(TOPIC) {}, Map.of("eu", List.of(line), "", List.of())),
                detail(EventType.of(TOPIC, Object.class), Map.of("free", List.of("form", 1, true))));
    }

    @ParameterizedTest(name = "{displayName} {0}")
    @MethodSource("details")
    void detailsArriveUnchanged(String name, EventType<Object> type, Object detail) {
        Recorder<Object> recorder = new Recorder<>();
        listen(type, recorder);
        publish(type, detail);
        assertHears(recorder, detail);
    }

    @Everywhere
    void detailsArriveUnchangedOnEveryContext(Where where) throws Exception {
        Recorder<Line> recorder = new Recorder<>();
        listen(place(where), LINE, recorder, options());
        publish(LINE, new Line("Löffel", 3));
        assertHears(recorder, new Line("Löffel", 3));
    }

    @Test
    void bytesArriveUnchanged() {
        byte[] bytes = new byte[100_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        EventType<byte[]> type = EventType.of(TOPIC, byte[].class);
        Recorder<byte[]> recorder = new Recorder<>();
        listen(type, recorder);
        publish(type, bytes);
        eventually(() -> assertEquals(1, recorder.count()));
        assertArrayEquals(bytes, recorder.details().get(0));
    }

    @Everywhere
    void aDetailMayHaveAMegabyte(Where where) throws Exception {
        Recorder<String> recorder = new Recorder<>();
        listen(place(where), TEXT, recorder, options());
        char[] characters = new char[1 << 20];
        Arrays.fill(characters, 'x');
        String text = new String(characters);
        publish(TEXT, text);
        publish(TEXT, "small");
        publish(TEXT, text + "é");
        eventually(() -> assertEquals(3, recorder.count()));
        // not assertEquals: nobody wants to read the difference
        assertTrue(recorder.details().contains(text));
        assertTrue(recorder.details().contains("small"));
        assertTrue(recorder.details().contains(text + "é"));
    }

    @Everywhere
    @SuppressWarnings("NullAway") // null is what it is about
    void aDetailMayBeNull(Where where) throws Exception {
        EventType<@Nullable Line> type = EventType.of(TOPIC, Line.class);
        Recorder<@Nullable Line> recorder = new Recorder<>();
        listen(place(where), type, recorder, options());
        publish(type, null);
        publish(type, new Line("spoon", 1));
        publish(type, null);
        assertHears(recorder, null, new Line("spoon", 1), null);
    }

    @Test
    void genericDetailsKeepTheTypesOfTheirElements() {
        EventType<List<Line>> type = new EventType<>(TOPIC) {};
        Recorder<List<Line>> recorder = new Recorder<>();
        listen(type, recorder);
        publish(type, List.of(new Line("spoon", 1), new Line("fork", 2)));
        eventually(() -> assertEquals(1, recorder.count()));
        List<?> lines = recorder.details().get(0);
        assertInstanceOf(Line.class, lines.get(0));
        assertEquals(new Line("fork", 2), lines.get(1));
    }

    @Everywhere
    void aDetailThatDoesNotDecodeIsReported(Where where) throws Exception {
        Place place = place(where);
        Recorder<Line> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        listen(place, LINE, recorder, options().onError(errors::add));
        publish(LINE, new Line("spoon", 1));
        publish(TEXT, "no line at all");
        publish(LINE, new Line("fork", 2));
        assertHears(recorder, new Line("spoon", 1), new Line("fork", 2));
        eventually(() -> assertEquals(1, errors.size()));
        assertInstanceOf(CodecException.class, errors.peek());
        settle(place);
        assertEquals(1, errors.size());
    }

    @Everywhere
    void aDetailThatDoesNotDecodeIsReportedToAsyncListenersToo(Where where) throws Exception {
        Recorder<Line> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        listenAsync(place(where), LINE, recorder::handleAsync, options().onError(errors::add));
        publish(TEXT, "no line at all");
        publish(LINE, new Line("fork", 2));
        assertHears(recorder, new Line("fork", 2));
        eventually(() -> assertEquals(1, errors.size()));
        assertInstanceOf(CodecException.class, errors.peek());
    }

    @Test
    void aDetailThatDoesNotDecodeConcernsItsListenerAlone() {
        Recorder<Line> lines = new Recorder<>();
        Recorder<String> texts = new Recorder<>();
        ListenerOptions quietly = options().onError(error -> {});
        listen(LINE, lines, quietly);
        listen(TEXT, texts, quietly);
        publish(TEXT, "a text");
        publish(LINE, new Line("spoon", 1));
        publish(TEXT, "another");
        assertHears(texts, "a text", "another");
        assertHears(lines, new Line("spoon", 1));
    }

    @Test
    void aDetailThatDoesNotDecodeIsNotTriedAgain() throws Exception {
        Recorder<Line> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        ListenerOptions options = options().onError(errors::add);
        listen(LINE, recorder, has(Capability.ACKNOWLEDGED) ? options.retry(QUICKLY) : options);
        publish(TEXT, "no line at all");
        publish(LINE, new Line("spoon", 1));
        assertHears(recorder, new Line("spoon", 1));
        eventually(() -> assertEquals(1, errors.size()));
        settle();
        assertEquals(1, errors.size());
    }

    @Everywhere
    void aDetailThatDoesNotDecodeIsDeadLetteredAsItWas(Where where) throws Exception {
        Place place = place(where);
        EventType<String> dead = EventType.of("tck.dead", String.class);
        Recorder<String> letters = new Recorder<>();
        listen(dead, letters);
        Recorder<Line> recorder = new Recorder<>();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        listen(place, LINE, recorder, options().deadLetter(dead.topic()).onError(errors::add));
        publish(TypedEvent.of(TEXT.withId("42"), "no line – at all")
                .withId("event-1")
                .withHeader("trace", "abc"));
        publish(LINE, new Line("spoon", 1));
        assertHears(letters, "no line – at all");
        assertHears(recorder, new Line("spoon", 1));
        TypedEvent<String> letter = letters.events().get(0);
        assertEquals("event-1", letter.id());
        assertEquals("abc", letter.headers().get("trace"));
        assertEquals("codec", letter.headers().get(DeadLetter.REASON));
        assertEquals(TOPIC + ":42", letter.headers().get(DeadLetter.TYPE));
        assertTrue(errors.isEmpty(), () -> "reported: " + errors);
    }

    @Test
    void aDetailThatCannotBeEncodedFailsItsPublisher() {
        EventType<Unencodable> type = EventType.of(TOPIC, Unencodable.class);
        Recorder<Object> recorder = new Recorder<>();
        listen(EventType.of(TOPIC, Object.class), recorder);
        Unencodable detail = new Unencodable();
        Future<Void> outcome = dispatch(type, detail);
        try {
            result(outcome);
        } catch (AssertionError refused) {
            assertInstanceOf(CodecException.class, failure(outcome));
            publish(TEXT, "fine");
            assertHears(recorder, (Object) "fine");
            return;
        }
        // where nothing is encoded it arrives as it is
        eventually(() -> assertEquals(1, recorder.count()));
        assertSame(detail, recorder.details().get(0));
    }
}
