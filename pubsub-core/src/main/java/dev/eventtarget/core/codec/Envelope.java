package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What stands around a detail on the wire: the attributes, all but {@code type} optional. */
final class Envelope {
    private static final String TYPE = "type";
    private static final String ID = "id";
    private static final String TIME = "time";
    private static final String SOURCE = "source";
    private static final String HEADERS = "headers";
    private static final String DETAIL = "detail";

    private static final String SUB = "sub";
    private static final String POSITION = "position";

    private static final long PACKED_TYPE = JsonScanner.packed(TYPE);
    private static final long PACKED_ID = JsonScanner.packed(ID);
    private static final long PACKED_TIME = JsonScanner.packed(TIME);
    private static final long PACKED_SOURCE = JsonScanner.packed(SOURCE);
    private static final long PACKED_DETAIL = JsonScanner.packed(DETAIL);
    private static final long PACKED_SUB = JsonScanner.packed(SUB);
    private static final long PACKED_POSITION = JsonScanner.packed(POSITION);

    private static final long[] NO_SUBS = {};
    private static final int MAX_SUBS = 65_536;

    // longer than any ISO-8601 instant
    private static final int MAX_TIME_CHARS = 64;

    private String topic = "";
    private @Nullable EventType<EncodedDetail> type;
    private @Nullable String id;
    private @Nullable Instant time;
    private @Nullable String source;
    private Map<String, String> headers = Map.of();
    private long[] subs = NO_SUBS;
    private @Nullable String position;
    private @Nullable CodecException fault;
    private final boolean framed;
    private int start;
    private int end;
    private int detailStart;
    private int detailEnd;
    private int seen;

    private Envelope(boolean framed) {
        this.framed = framed;
    }

    /** Writes all that comes before the detail, with its name. */
    static void writeHead(TypedEvent<?> event, boolean positioned, JsonGenerator generator) throws IOException {
        generator.writeStringField(TYPE, event.type().topic());
        if (positioned && event.position() != null) {
            generator.writeStringField(POSITION, event.position());
        }
        if (event.id() != null) {
            generator.writeStringField(ID, event.id());
        }
        if (event.time() != null) {
            generator.writeStringField(TIME, event.time().toString());
        }
        if (event.source() != null) {
            generator.writeStringField(SOURCE, event.source());
        }
        if (!event.headers().isEmpty()) {
            if (event.headers().size() > Bounds.HEADERS) {
                throw tooManyHeaders();
            }
            generator.writeObjectFieldStart(HEADERS);
            for (Map.Entry<String, String> header : event.headers().entrySet()) {
                generator.writeStringField(header.getKey(), header.getValue());
            }
            generator.writeEndObject();
        }
        generator.writeFieldName(DETAIL);
    }

    /** Reads one envelope, to the end of it. */
    static Envelope read(JsonParser parser) throws IOException {
        Envelope envelope = new Envelope(false);
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new CodecException("The envelope is no object: it must be one like {\"type\": …, \"detail\": …}");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            envelope.readAttribute(parser);
        }
        if (envelope.topic.isEmpty()) {
            throw new CodecException("The envelope has no attribute 'type'");
        }
        return envelope;
    }

    /**
     * Reads one frame, to the end of it. Where an attribute is not what it must be, {@link #fault} says so.
     *
     * @param parser is at the frame's first token
     */
    static Envelope readFrame(JsonParser parser) throws IOException {
        Envelope envelope = new Envelope(true);
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            JacksonEventCodec.skipValue(parser);
            envelope.fault =
                    new CodecException("The frame is no object: it must be one like {\"type\": …, \"detail\": …}");
            return envelope;
        }
        envelope.start = (int) parser.currentTokenLocation().getByteOffset();
        int depth = parser.getParsingContext().getNestingDepth();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            try {
                envelope.readAttribute(parser);
            } catch (CodecException | TooManyHeaders e) {
                if (envelope.fault == null) {
                    envelope.fault = e instanceof CodecException known ? known : malformed(HEADERS, "are too many");
                }
                while (parser.getParsingContext().getNestingDepth() > depth) {
                    parser.nextToken();
                }
            }
        }
        envelope.end = (int) parser.currentLocation().getByteOffset();
        if (envelope.fault == null && envelope.topic.isEmpty()) {
            envelope.fault = new CodecException("The frame has no attribute 'type'");
        }
        return envelope;
    }

    /**
     * Reads one frame without a parser, to the end of it. It is the same that {@link #readFrame} gives.
     *
     * @param scanner is before the frame
     * @param before the frame before, if one was scanned, which is done with: it may become this one
     * @return null if only a parser can tell what is there: anything that is rare, or not as it must be
     */
    static @Nullable Envelope scanFrame(JsonScanner scanner, @Nullable Envelope before) {
        Envelope envelope;
        if (before != null && before.endsWithDetail() && scanner.takeAgain(before.start, before.detailStart)) {
            // byte for byte the same up to the detail, so all attributes are the same as well
            envelope = before;
            envelope.start = scanner.at() - (before.detailStart - before.start);
            if (!envelope.scanDetail(scanner)) {
                return null;
            }
        } else {
            envelope = new Envelope(true);
            if (!scanner.take('{')) {
                return null;
            }
            envelope.start = scanner.at() - 1;
            if (!envelope.scanAttribute(scanner)) {
                return null;
            }
        }
        while (scanner.take(',')) {
            if (!envelope.scanAttribute(scanner)) {
                return null;
            }
        }
        if (!scanner.take('}') || envelope.topic.isEmpty()) {
            return null;
        }
        envelope.end = scanner.at();
        return envelope;
    }

    private boolean endsWithDetail() {
        return end == detailEnd + 1;
    }

    private boolean scanDetail(JsonScanner scanner) {
        detailStart = scanner.skipValue();
        detailEnd = scanner.at();
        return detailStart > 0;
    }

    private boolean scanAttribute(JsonScanner scanner) {
        long name = scanner.name();
        if (name == PACKED_TYPE) {
            String text = scanner.text();
            topic = text == null ? "" : text;
            return text != null && isFirst(1);
        }
        if (name == PACKED_DETAIL) {
            return scanDetail(scanner) && isFirst(1 << 5);
        }
        if (name == PACKED_SUB) {
            subs = scanner.numbers();
            return subs.length > 0 && isFirst(1 << 6);
        }
        if (name == PACKED_ID) {
            id = scanner.text();
            return id != null && !id.isEmpty() && isFirst(1 << 1);
        }
        if (name == PACKED_POSITION) {
            position = scanner.text();
            return position != null && isFirst(1 << 7);
        }
        if (name == PACKED_SOURCE) {
            source = scanner.text();
            return source != null && isFirst(1 << 3);
        }
        if (name == PACKED_TIME) {
            try {
                time = instant(scanner.text());
            } catch (CodecException e) {
                return false;
            }
            return time != null && isFirst(1 << 2);
        }
        return false;
    }

    private void readAttribute(JsonParser parser) throws IOException {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
            case TYPE -> {
                once(1, TYPE);
                String text = text(parser, TYPE);
                topic = text == null ? "" : text;
            }
            case ID -> {
                once(1 << 1, ID);
                id = text(parser, ID);
                if (id != null && id.isEmpty()) {
                    throw malformed(ID, "is empty: leave it away, or give an id");
                }
            }
            case TIME -> {
                once(1 << 2, TIME);
                time = instant(text(parser, TIME));
            }
            case SOURCE -> {
                once(1 << 3, SOURCE);
                source = text(parser, SOURCE);
            }
            case HEADERS -> {
                once(1 << 4, HEADERS);
                headers = headers(parser);
            }
            case DETAIL -> {
                once(1 << 5, DETAIL);
                detailStart = (int) parser.currentTokenLocation().getByteOffset();
                JacksonEventCodec.skipValue(parser);
                detailEnd = (int) parser.currentLocation().getByteOffset();
            }
            default -> {
                if (framed && name.equals(SUB)) {
                    once(1 << 6, SUB);
                    subs = subs(parser);
                } else if (framed && name.equals(POSITION)) {
                    once(1 << 7, POSITION);
                    position = text(parser, POSITION);
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private static long[] subs(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return new long[] {sub(parser)};
        }
        List<Long> several = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            several.add(sub(parser));
            if (several.size() > MAX_SUBS) {
                throw malformed(SUB, "has more than " + MAX_SUBS + " numbers");
            }
        }
        return several.stream().mapToLong(Long::longValue).toArray();
    }

    private static long sub(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw malformed(SUB, "is no number of a subscription");
        }
        return parser.getLongValue();
    }

    private void once(int bit, String name) {
        if (!isFirst(bit)) {
            throw malformed(name, "is there twice");
        }
    }

    private boolean isFirst(int bit) {
        boolean first = (seen & bit) == 0;
        seen |= bit;
        return first;
    }

    private static @Nullable String text(JsonParser parser, String name) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NULL -> null;
            default -> throw malformed(name, "is no text");
        };
    }

    private static @Nullable Instant instant(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.length() <= MAX_TIME_CHARS) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                // told below, without the text
            }
        }
        throw malformed(TIME, "is no ISO-8601 instant such as 2026-01-31T12:00:00Z");
    }

    private static Map<String, String> headers(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(HEADERS, "is no object");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (name.isEmpty()) {
                throw malformed(HEADERS, "has an empty name");
            }
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw malformed(HEADERS, "has a value that is no text");
            }
            if (headers.put(name, parser.getText()) != null) {
                throw malformed(HEADERS, "has a name twice");
            }
            if (headers.size() > Bounds.HEADERS) {
                throw tooManyHeaders();
            }
        }
        return headers;
    }

    private static CodecException malformed(String attribute, String how) {
        return new CodecException("The envelope's attribute '" + attribute + "' " + how);
    }

    private static final class TooManyHeaders extends StreamConstraintsException {
        private static final long serialVersionUID = 1L;

        TooManyHeaders(String message) {
            super(message);
        }
    }

    private static TooManyHeaders tooManyHeaders() {
        return new TooManyHeaders("there are more headers than the " + Bounds.HEADERS + " allowed");
    }

    /** {@return what is wrong with it, if anything is} */
    @Nullable CodecException fault() {
        return fault;
    }

    /** {@return the type as it was given} */
    String topic() {
        return topic;
    }

    /** {@return the subscriptions that it names} */
    long[] subs() {
        return subs;
    }

    /** {@return where the detail begins; 0 where there is none} */
    int detailStart() {
        return detailStart;
    }

    /** {@return how many bytes the detail has} */
    int detailLength() {
        return detailEnd - detailStart;
    }

    /** The event of a frame, which may be passed on as it came. */
    TypedEvent<EncodedDetail> toFramedEvent(
            Function<String, EventType<EncodedDetail>> types,
            JacksonEventCodec codec,
            byte[] message,
            EncodedDetail absent,
            byte plainStart) {
        boolean plain = detailEnd != 0 && (seen & (1 << 6 | 1 << 7)) == 0 && message[start] == plainStart;
        if (!plain) {
            TypedEvent<EncodedDetail> event = toEvent(types, codec, message, absent);
            return position == null ? event : event.withPosition(position);
        }
        FrameDetail detail = new FrameDetail(codec, message, detailStart, detailLength(), start, end);
        TypedEvent<EncodedDetail> event = toEvent(types, detail);
        detail.frames(event);
        return event;
    }

    /**
     * The event that was read.
     *
     * @param types gives the type of a topic
     * @param codec made the bytes
     * @param bytes what was read
     * @param absent stands in for a detail that is not there
     */
    TypedEvent<EncodedDetail> toEvent(
            Function<String, EventType<EncodedDetail>> types,
            JacksonEventCodec codec,
            byte[] bytes,
            EncodedDetail absent) {
        EncodedDetail detail = detailEnd == 0 ? absent : new EncodedDetail(codec, bytes, detailStart, detailLength());
        return toEvent(types, detail);
    }

    private TypedEvent<EncodedDetail> toEvent(Function<String, EventType<EncodedDetail>> types, EncodedDetail detail) {
        TypedEvent<EncodedDetail> event;
        try {
            EventType<EncodedDetail> known = type;
            if (known == null) {
                known = types.apply(topic);
                type = known;
            }
            event = TypedEvent.of(known, detail);
        } catch (IllegalArgumentException e) {
            throw malformed(
                    TYPE,
                    "is no event type: it must be tokens of [A-Za-z0-9_-] joined by dots, such as order.placed, and may"
                            + " end with a colon and an id");
        }
        if (id != null) {
            event = event.withId(id);
        }
        if (time != null) {
            event = event.withTime(time);
        }
        if (source != null) {
            event = event.withSource(source);
        }
        return headers.isEmpty() ? event : event.withHeaders(headers);
    }
}
