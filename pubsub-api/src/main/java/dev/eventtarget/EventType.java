package dev.eventtarget;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names a kind of event and the Java type of its detail.
 *
 * <pre>{@code
 * EventType<Order> PLACED = EventType.of("order.placed", Order.class);
 * EventType<List<Order>> BATCH = new EventType<>("order.batch") {};   // a generic detail
 * EventType<Order> ONE = PLACED.withId("42");                        // the scoped topic order.placed:42
 * EventType<Object> ALL = EventType.of("order.>", Object.class);     // a pattern, to listen with
 * }</pre>
 *
 * <p>A name is one or more tokens of {@code [A-Za-z0-9_-]} joined by dots, at most {@value #MAX_NAME_BYTES} bytes. In a
 * pattern a token may be {@code *} (exactly one token) and the last one {@code >} (one or more tokens). After a colon
 * may stand an id of 1 to {@value #MAX_ID_BYTES} bytes of UTF-8 without control characters. A type without an id
 * {@linkplain #matches matches} events of any id; with one, only events of that id.
 *
 * <p>Immutable and thread-safe. Two types are equal when topic and Java type are. Keep them in constants: a target finds
 * the listeners of a type that it has seen before fastest.
 *
 * @param <T> the detail's Java type
 */
public class EventType<T extends @Nullable Object> {
    /** Most bytes that a name may have. */
    public static final int MAX_NAME_BYTES = 255;

    /** Most bytes of UTF-8 that an id may have. */
    public static final int MAX_ID_BYTES = 255;

    private final String name;
    private final @Nullable String id;
    private final String topic;
    private final Type javaType;
    private final boolean pattern;
    private final int hash;

    /**
     * Makes a type whose detail is generic, by subclassing: {@code new EventType<List<Order>>("order.batch") {}}.
     *
     * @param topic a name, or {@code name:id}, or a pattern
     * @throws IllegalArgumentException if the topic is malformed or the subclass gives no type argument
     */
    protected EventType(String topic) {
        this(topic, null);
    }

    private EventType(String topic, @Nullable Type javaType) {
        int colon = topic.indexOf(':');
        this.name = colon < 0 ? topic : topic.substring(0, colon);
        this.id = colon < 0 ? null : topic.substring(colon + 1);
        this.pattern = checkName(name);
        if (id != null) {
            checkId(id);
        }
        this.topic = topic;
        this.javaType = javaType != null ? javaType : typeArgument(getClass());
        this.hash = 31 * topic.hashCode() + this.javaType.hashCode();
    }

    /**
     * A type whose detail is of a class.
     *
     * @param topic a name, or {@code name:id}, or a pattern
     * @param detailClass the detail's class, never a generic one: see {@link #EventType(String)} for those
     * @return the type
     * @throws IllegalArgumentException if the topic is malformed
     */
    public static <T extends @Nullable Object> EventType<T> of(String topic, Class<T> detailClass) {
        return new EventType<>(topic, (Type) Objects.requireNonNull(detailClass, "detailClass"));
    }

    /**
     * This type narrowed to one id: {@code order.placed} with id 42 is the topic {@code order.placed:42}.
     *
     * @param id which one; replaces an id that this type has
     * @return the scoped type
     * @throws IllegalArgumentException if the id is empty, too long, or has control characters
     */
    public EventType<T> withId(String id) {
        return new EventType<>(name + ":" + id, javaType);
    }

    /**
     * This type's Java type under another topic.
     *
     * @param topic a name, or {@code name:id}, or a pattern
     * @return a type of that topic
     * @throws IllegalArgumentException if the topic is malformed
     */
    public EventType<T> withTopic(String topic) {
        return new EventType<>(topic, javaType);
    }

    /** {@return the name, without the id} */
    public final String name() {
        return name;
    }

    /** {@return the id, or null when the type is not scoped} */
    public final @Nullable String id() {
        return id;
    }

    /** {@return the name, and where there is an id a colon and the id: what stands in an envelope's {@code type}} */
    public final String topic() {
        return topic;
    }

    /** {@return the detail's Java type} */
    public final Type javaType() {
        return javaType;
    }

    /** {@return whether the name has wildcards; such a type can be listened to and not be published} */
    public final boolean isPattern() {
        return pattern;
    }

    /**
     * Whether a listener to this type hears events of another.
     *
     * @param published the type of an event
     * @return true if names match, wildcards considered, and this type has no id or the same one
     */
    public final boolean matches(EventType<?> published) {
        if (id != null && !id.equals(published.id)) {
            return false;
        }
        return pattern ? matchesName(name, published.name) : name.equals(published.name);
    }

    private static boolean matchesName(String pattern, String name) {
        int p = 0;
        int n = 0;
        while (true) {
            int pEnd = tokenEnd(pattern, p);
            if (pEnd - p == 1 && pattern.charAt(p) == '>') {
                return true;
            }
            int nEnd = tokenEnd(name, n);
            boolean any = pEnd - p == 1 && pattern.charAt(p) == '*';
            if (!any && !(pEnd - p == nEnd - n && pattern.regionMatches(p, name, n, pEnd - p))) {
                return false;
            }
            if (pEnd == pattern.length() || nEnd == name.length()) {
                return pEnd == pattern.length() && nEnd == name.length();
            }
            p = pEnd + 1;
            n = nEnd + 1;
        }
    }

    private static int tokenEnd(String name, int from) {
        int dot = name.indexOf('.', from);
        return dot < 0 ? name.length() : dot;
    }

    private static boolean checkName(String name) {
        if (name.length() > MAX_NAME_BYTES) {
            throw malformed(name.substring(0, 32) + "…", "it is longer than " + MAX_NAME_BYTES + " bytes");
        }
        if (name.startsWith("$")) {
            throw malformed(name, "names that begin with $ are reserved for the protocol");
        }
        boolean pattern = false;
        int start = 0;
        while (true) {
            int end = tokenEnd(name, start);
            if (end == start) {
                throw malformed(name, "it has an empty token");
            }
            char first = name.charAt(start);
            if (end - start == 1 && first == '*') {
                pattern = true;
            } else if (end - start == 1 && first == '>') {
                if (end != name.length()) {
                    throw malformed(name, "> may only be the last token");
                }
                pattern = true;
            } else {
                for (int i = start; i < end; i++) {
                    char c = name.charAt(i);
                    if (!(c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || c == '_'
                            || c == '-')) {
                        throw malformed(name, "a token has the character '" + c + "'");
                    }
                }
            }
            if (end == name.length()) {
                return pattern;
            }
            start = end + 1;
        }
    }

    private static void checkId(String id) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("The id of an event type is empty: leave the colon away, or give an id");
        }
        if (id.length() > MAX_ID_BYTES || id.getBytes(StandardCharsets.UTF_8).length > MAX_ID_BYTES) {
            throw new IllegalArgumentException("The id of an event type is longer than " + MAX_ID_BYTES + " bytes");
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean loneSurrogate = Character.isSurrogate(c)
                    && (Character.isLowSurrogate(c)
                            ? i == 0 || !Character.isHighSurrogate(id.charAt(i - 1))
                            : i + 1 == id.length() || !Character.isLowSurrogate(id.charAt(i + 1)));
            if (Character.isISOControl(c) || loneSurrogate) {
                throw new IllegalArgumentException(
                        "The id of an event type has a control character or half a surrogate pair at index " + i);
            }
        }
    }

    private static IllegalArgumentException malformed(String name, String why) {
        return new IllegalArgumentException("'" + name + "' is no event type name, as " + why
                + ". A name is tokens of [A-Za-z0-9_-] joined by dots, such as order.placed; "
                + "to listen, a token may be * (any one) and the last > (all that follow)");
    }

    private static Type typeArgument(Class<?> subclass) {
        if (subclass.getSuperclass() == EventType.class
                && subclass.getGenericSuperclass() instanceof ParameterizedType parameterized) {
            return parameterized.getActualTypeArguments()[0];
        }
        throw new IllegalArgumentException(
                subclass + " names no detail type: write new EventType<List<Order>>(\"order.batch\") {}");
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof EventType<?> that
                        && hash == that.hash
                        && topic.equals(that.topic)
                        && javaType.equals(that.javaType);
    }

    @Override
    public final int hashCode() {
        return hash;
    }

    /** {@return topic and Java type, for logs: {@code order.placed:42 (com.example.Order)}} */
    @Override
    public final String toString() {
        return topic + " (" + javaType.getTypeName() + ")";
    }
}
