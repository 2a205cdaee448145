package dev.eventtarget;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event: a {@linkplain #type() type}, a {@linkplain #detail() detail}, and what is known about it. Attributes are
 * named as in <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0</a>.
 *
 * <p>Immutable; the detail is as thread-safe as its class. In memory every listener gets the same detail object, so use
 * immutable details (records).
 *
 * @param <T> the detail's Java type
 */
public final class TypedEvent<T extends @Nullable Object> {
    private final EventType<T> type;
    private final T detail;
    private final @Nullable String id;
    private final @Nullable Instant time;
    private final @Nullable String source;
    private final Map<String, String> headers;
    private final @Nullable String position;

    private TypedEvent(
            EventType<T> type,
            T detail,
            @Nullable String id,
            @Nullable Instant time,
            @Nullable String source,
            Map<String, String> headers,
            @Nullable String position) {
        this.type = type;
        this.detail = detail;
        this.id = id;
        this.time = time;
        this.source = source;
        this.headers = headers;
        this.position = position;
    }

    /**
     * An event of a type.
     *
     * @param type what happened; no pattern
     * @param detail the particulars; null where the type's details may be
     * @return the event, without id, time, source and headers
     * @throws IllegalArgumentException if the type is a pattern
     */
    public static <T extends @Nullable Object> TypedEvent<T> of(EventType<T> type, T detail) {
        if (type.isPattern()) {
            throw new IllegalArgumentException(
                    type.topic() + " is a pattern: it can be listened to, and an event needs a type of its own");
        }
        return new TypedEvent<>(type, detail, null, null, null, Map.of(), null);
    }

    /** {@return what happened} */
    public EventType<T> type() {
        return type;
    }

    /** {@return the particulars} */
    public T detail() {
        return detail;
    }

    /**
     * {@return the deduplication ID: a target that {@linkplain Capability#DEDUPLICATED deduplicates} takes two events with
     * the same ID for one. Null where neither publisher nor transport set it}
     */
    public @Nullable String id() {
        return id;
    }

    /** {@return when it happened; null where neither publisher nor transport set it} */
    public @Nullable Instant time() {
        return time;
    }

    /** {@return who says so, such as a service's name; null where unknown} */
    public @Nullable String source() {
        return source;
    }

    /** {@return headers in the order that they were set, unmodifiable} */
    public Map<String, String> headers() {
        return headers;
    }

    /**
     * {@return where the event stands in its transport's log, in that transport's own notation: give it to {@link
     * StartFrom#after} to go on behind it. Null from a target without {@link Capability#REPLAY}}
     */
    public @Nullable String position() {
        return position;
    }

    /**
     * This event with another type and detail.
     *
     * @param type no pattern
     * @param detail the detail
     * @return a copy
     * @throws IllegalArgumentException if the type is a pattern
     */
    public <R extends @Nullable Object> TypedEvent<R> with(EventType<R> type, R detail) {
        if (type.isPattern()) {
            throw new IllegalArgumentException(type.topic() + " is a pattern: an event needs a type of its own");
        }
        return new TypedEvent<>(type, detail, id, time, source, headers, position);
    }

    /**
     * This event with a deduplication ID.
     *
     * @param id not empty
     * @return a copy
     */
    public TypedEvent<T> withId(String id) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("The id of an event is empty: leave it away, or give one");
        }
        return new TypedEvent<>(type, detail, id, time, source, headers, position);
    }

    /**
     * This event with a time.
     *
     * @param time when it happened
     * @return a copy
     */
    public TypedEvent<T> withTime(Instant time) {
        return new TypedEvent<>(type, detail, id, Objects.requireNonNull(time, "time"), source, headers, position);
    }

    /**
     * This event with a source.
     *
     * @param source who says so
     * @return a copy
     */
    public TypedEvent<T> withSource(String source) {
        return new TypedEvent<>(type, detail, id, time, Objects.requireNonNull(source, "source"), headers, position);
    }

    /**
     * This event with one header more, or another value for it.
     *
     * @param name the header's name, not empty; case matters
     * @param value its value
     * @return a copy
     */
    public TypedEvent<T> withHeader(String name, String value) {
        Map<String, String> copy = new LinkedHashMap<>(headers);
        copy.put(name, value);
        return withHeaders(copy);
    }

    /**
     * This event with these headers in place of its own.
     *
     * @param headers names and values; copied
     * @return a copy
     */
    public TypedEvent<T> withHeaders(Map<String, String> headers) {
        Map<String, String> copy = new LinkedHashMap<>(headers.size() * 2);
        headers.forEach((name, value) -> {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("A header's name is empty");
            }
            copy.put(name, Objects.requireNonNull(value, () -> "The header " + name + " is null"));
        });
        return new TypedEvent<>(type, detail, id, time, source, java.util.Collections.unmodifiableMap(copy), position);
    }

    /**
     * This event at a position; for transports.
     *
     * @param position where it stands in the transport's log
     * @return a copy
     */
    public TypedEvent<T> withPosition(String position) {
        return new TypedEvent<>(type, detail, id, time, source, headers, Objects.requireNonNull(position, "position"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof TypedEvent<?> that
                        && type.equals(that.type)
                        && Objects.equals(detail, that.detail)
                        && Objects.equals(id, that.id)
                        && Objects.equals(time, that.time)
                        && Objects.equals(source, that.source)
                        && headers.equals(that.headers)
                        && Objects.equals(position, that.position);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, detail, id, time, source, headers, position);
    }

    /** {@return type, id, time, source and position, for logs; not the detail nor the headers, which may hold secrets} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("TypedEvent[").append(type.topic());
        append(text, " id=", id);
        append(text, " time=", time);
        append(text, " source=", source);
        append(text, " position=", position);
        return text.append(']').toString();
    }

    private static void append(StringBuilder text, String label, @Nullable Object value) {
        if (value != null) {
            text.append(label).append(value);
        }
    }
}
