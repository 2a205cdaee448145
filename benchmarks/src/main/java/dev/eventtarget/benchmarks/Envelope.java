package dev.eventtarget.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.eventtarget.TypedEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event as an application would write it down with Jackson alone: the detail's class is fixed. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Envelope(
        String type,
        @Nullable String id,
        @Nullable Instant time,
        @Nullable String source,
        @Nullable Map<String, String> headers,
        Order detail) {

    static final TypedEvent<Order> EVENT = Order.EVENT
            .withId("0190f7a2-7c1b-7e6a-9c55-3f2d8c1b4e77")
            .withTime(Instant.parse("2026-01-02T03:04:05.678Z"))
            .withSource("shop");

    static Envelope of(TypedEvent<Order> event) {
        return new Envelope(
                event.type().topic(), event.id(), event.time(), event.source(), event.headers(), event.detail());
    }

    static ObjectMapper mapper(String codec) {
        return (codec.equals("cbor") ? new CBORMapper() : new ObjectMapper())
                .registerModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    }
}
