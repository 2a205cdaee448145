package dev.eventtarget.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Events as fields of a stream entry, and back. */
class StreamEntriesTest {
    private static final EventType<String> NOTE = EventType.of("note.taken", String.class);

    private static StreamEntries entries(String codec) {
        return new StreamEntries(EventCodecs.named(codec), EventCodecs::named);
    }

    private static List<String> names(TypedEvent<?> event, String codec) {
        byte[][] fields = entries(codec).write(event);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            names.add(new String(fields[i], UTF_8));
        }
        return names;
    }

    /** As Redis would give it back. */
    private static TypedEvent<EncodedDetail> read(String codec, byte[][] fields) {
        MultiType response = MultiType.create(fields.length, false);
        Arrays.stream(fields).forEach(field -> response.add(BulkType.create(Buffer.buffer(field), false)));
        return entries(codec)
                .read(
                        NOTE.name(),
                        "1-2",
                        response,
                        (EventCodec by, byte[] bytes, String dedupId) -> new EncodedDetail(by, bytes, 0, bytes.length));
    }

    @Test
    void onlyWhatIsSetBecomesAField() {
        TypedEvent<String> plain = TypedEvent.of(NOTE, "hello");
        assertEquals(List.of("type", "detail"), names(plain, "json"));
        assertEquals(List.of("type", "detail", "codec"), names(plain, "cbor"));
        assertEquals(
                List.of("type", "detail", "time", "source", "h.tenant"),
                names(plain.withTime(Instant.EPOCH).withSource("desk").withHeader("tenant", "north"), "json"));
    }

    @Test
    void aJsonDetailIsReadable() {
        byte[][] fields = entries("json").write(TypedEvent.of(NOTE.withId("7"), "hello"));
        assertEquals(
                List.of("type", "note.taken:7", "detail", "\"hello\""),
                Arrays.stream(fields).map(field -> new String(field, UTF_8)).toList());
    }

    @Provide
    Arbitrary<TypedEvent<String>> events() {
        Arbitrary<String> text = Arbitraries.strings().ofMaxLength(50).filter(StreamEntriesTest::isText);
        Arbitrary<Map<String, String>> headers =
                Arbitraries.maps(text.filter(name -> !name.isEmpty()), text).ofMaxSize(5);
        return Combinators.combine(
                        text,
                        headers,
                        text.injectNull(0.5),
                        Arbitraries.longs()
                                .between(-62_135_596_800L, 253_402_300_799L)
                                .injectNull(0.5),
                        Arbitraries.integers().between(0, 999_999_999))
                .as((detail, headerMap, source, seconds, nanos) -> {
                    TypedEvent<String> event = TypedEvent.of(NOTE, detail).withHeaders(headerMap);
                    event = source == null ? event : event.withSource(source);
                    return seconds == null ? event : event.withTime(Instant.ofEpochSecond(seconds, nanos));
                });
    }

    private static boolean isText(String text) {
        return new String(text.getBytes(UTF_8), UTF_8).equals(text);
    }

    @Property(tries = 300)
    void anEventComesBackAsItWas(@ForAll("events") TypedEvent<String> event) {
        for (String codec : List.of("json", "cbor")) {
            // a reader understands entries of other codecs than its own
            TypedEvent<EncodedDetail> read = read("json", entries(codec).write(event));
            assertEquals(event.withPosition("1-2"), read.with(NOTE, (String)
                    read.detail().decode(String.class)));
        }
    }
}
