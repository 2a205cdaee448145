package dev.eventtarget.redis;

import dev.eventtarget.CodecException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An event as the fields of a stream entry: {@code type}, {@code detail}, {@code dedup_id}, and where they are set {@code
 * time}, {@code source}, {@code codec} and {@code h.} with a header's name; so that {@code redis-cli} or any client can
 * read it. A dead letter has its event's ID in {@code id} and a {@code dedup_id} of its own, as several listeners may give
 * up the same event.
 */
final class StreamEntries {
    private static final byte[] TYPE = ascii("type");
    private static final byte[] DETAIL = ascii("detail");
    private static final byte[] TIME = ascii("time");
    private static final byte[] SOURCE = ascii("source");
    private static final byte[] CODEC = ascii("codec");
    private static final byte[] ID = ascii("id");

    /** {@code dedup_id}, whose value whoever appends the entry gives. */
    static final byte[] DEDUP_ID = ascii("dedup_id");

    private final EventCodec codec;
    private final Function<String, EventCodec> codecs;
    private @Nullable EventType<EncodedDetail> lastType;

    /** Made by the codec that a target has; read by whichever an entry names. */
    StreamEntries(EventCodec codec, Function<String, EventCodec> codecs) {
        this.codec = codec;
        this.codecs = codecs;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The ID that an event is known by, or null for one that is to get one. */
    static @Nullable String dedupId(TypedEvent<?> event) {
        return isDeadLetter(event) ? null : event.id();
    }

    private static boolean isDeadLetter(TypedEvent<?> event) {
        return event.headers().containsKey(DeadLetter.TYPE);
    }

    /** Names and values in turn, all but the {@code dedup_id}. */
    byte[][] write(TypedEvent<?> event) {
        // what came in a field goes out as it is, be it what it may: a dead letter has the original bytes
        byte[] detail = event.detail() instanceof EncodedDetail encoded
                        && encoded.codec().name().equals(codec.name())
                ? encoded.toBytes()
                : codec.encodeDetail(event.detail(), event.type().javaType());
        Instant time = event.time();
        String source = event.source();
        Map<String, String> headers = event.headers();
        if (time == null && source == null && headers.isEmpty() && codec.name().equals("json")) {
            return new byte[][] {TYPE, utf8(event.type().topic()), DETAIL, detail};
        }
        List<byte[]> fields = new ArrayList<>(List.of(TYPE, utf8(event.type().topic()), DETAIL, detail));
        if (time != null) {
            fields.add(TIME);
            fields.add(ascii(time.toString()));
        }
        if (source != null) {
            fields.add(SOURCE);
            fields.add(utf8(source));
        }
        if (!codec.name().equals("json")) {
            fields.add(CODEC);
            fields.add(ascii(codec.name()));
        }
        String id = event.id();
        if (id != null && isDeadLetter(event)) {
            fields.add(ID);
            fields.add(utf8(id));
        }
        headers.forEach((name, value) -> {
            fields.add(utf8("h." + name));
            fields.add(utf8(value));
        });
        return fields.toArray(byte[][]::new);
    }

    /**
     * Reads what {@code XREAD} gives for an entry. What it does not know is passed over; where {@code type} is missing, the
     * stream's own name stands in.
     *
     * @throws CodecException if it is no event
     */
    TypedEvent<EncodedDetail> read(String streamType, String id, Response fields, DetailMaker maker) {
        String topic = streamType;
        String codecName = "json";
        byte[] detail = null;
        String dedupId = null;
        String ownId = null;
        Instant time = null;
        String source = null;
        Map<String, String> headers = null;
        try {
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                String name = fields.get(i).toString(StandardCharsets.UTF_8);
                Response value = fields.get(i + 1);
                switch (name) {
                    case "type" -> topic = value.toString(StandardCharsets.UTF_8);
                    case "detail" -> detail = value.toBytes();
                    case "dedup_id" -> dedupId = value.toString(StandardCharsets.UTF_8);
                    case "id" -> ownId = value.toString(StandardCharsets.UTF_8);
                    case "time" -> time = Instant.parse(value.toString(StandardCharsets.UTF_8));
                    case "source" -> source = value.toString(StandardCharsets.UTF_8);
                    case "codec" -> codecName = value.toString(StandardCharsets.UTF_8);
                    default -> {
                        if (name.startsWith("h.") && name.length() > 2) {
                            headers = headers == null ? new LinkedHashMap<>() : headers;
                            headers.put(name.substring(2), value.toString(StandardCharsets.UTF_8));
                        }
                    }
                }
            }
            if (detail == null) {
                throw new CodecException("The entry " + id + " of " + streamType
                        + " has no field detail: it is no event. Write type, detail and dedup_id, or delete it");
            }
            EventCodec by = codecName.equals(codec.name()) ? codec : codecs.apply(codecName);
            TypedEvent<EncodedDetail> event =
                    TypedEvent.of(type(topic), maker.make(by, detail, dedupId)).withPosition(id);
            String known = ownId == null ? dedupId : ownId;
            event = known == null || known.isEmpty() ? event : event.withId(known);
            event = time == null ? event : event.withTime(time);
            event = source == null ? event : event.withSource(source);
            return headers == null ? event : event.withHeaders(headers);
        } catch (DateTimeException | IllegalArgumentException | dev.eventtarget.ConfigurationException e) {
            throw new CodecException("The entry " + id + " of " + streamType + " is no event: " + e.getMessage(), e);
        }
    }

    // mostly one type a stream
    private EventType<EncodedDetail> type(String topic) {
        EventType<EncodedDetail> last = lastType;
        if (last == null || !last.topic().equals(topic)) {
            last = EventType.of(topic, EncodedDetail.class);
            lastType = last;
        }
        return last;
    }

    /** Makes the detail that tells a delivered entry again. */
    @FunctionalInterface
    interface DetailMaker {
        EncodedDetail make(EventCodec codec, byte[] bytes, @Nullable String dedupId);
    }
}
