package dev.eventtarget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class EventTypeTest {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    private static final Pattern WILDCARDS =
            Pattern.compile("(>|([A-Za-z0-9_-]+|\\*)(\\.([A-Za-z0-9_-]+|\\*))*(\\.>)?)");

    private static EventType<Object> type(String topic) {
        return EventType.of(topic, Object.class);
    }

    private static void assertRefused(String topic) {
        assertThrows(IllegalArgumentException.class, () -> type(topic), topic);
    }

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('A', 'Z')
                .numeric()
                .withChars('_', '-')
                .ofMinLength(1)
                .ofMaxLength(12);
    }

    @Provide
    Arbitrary<String> names() {
        return tokens().list().ofMinSize(1).ofMaxSize(8).map(tokens -> String.join(".", tokens));
    }

    /** Of few tokens, so that patterns and names often match. */
    @Provide
    Arbitrary<String> shortNames() {
        return Arbitraries.of("a", "b", "aa").list().ofMinSize(1).ofMaxSize(4).map(tokens -> String.join(".", tokens));
    }

    @Provide
    Arbitrary<String> patterns() {
        return Combinators.combine(Arbitraries.of("a", "b", "aa", "*").list().ofMaxSize(4), Arbitraries.of(true, false))
                .as((tokens, rest) -> {
                    List<String> all = new ArrayList<>(tokens);
                    if (rest || all.isEmpty()) {
                        all.add(">");
                    }
                    return String.join(".", all);
                });
    }

    @Provide
    Arbitrary<String> nearlyNames() {
        return Arbitraries.strings().withChars("aZ9_-.*>$ ä/\n\u0000").ofMaxLength(8);
    }

    @Provide
    Arbitrary<String> ids() {
        return Arbitraries.strings()
                .all()
                .ofMinLength(1)
                .ofMaxLength(85)
                .filter(id -> id.chars().noneMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c)));
    }

    @Property
    void whatHasTheFormOfANameIsOne(@ForAll("names") String name) {
        EventType<Object> type = type(name);
        assertEquals(name, type.name());
        assertEquals(name, type.topic());
        assertNull(type.id());
        assertFalse(type.isPattern());
    }

    @Property
    void onlyNamesAndPatternsAreAccepted(@ForAll("nearlyNames") String name) {
        boolean plain = NAME.matcher(name).matches();
        if (plain || WILDCARDS.matcher(name).matches()) {
            assertEquals(!plain, type(name).isPattern());
        } else {
            assertRefused(name);
        }
    }

    @Example
    void aNameHasAtMost255Bytes() {
        assertEquals(255, type("a".repeat(255)).name().length());
        assertRefused("a".repeat(256));
        assertRefused("a.".repeat(128) + "a");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> type("a".repeat(100_000)))
                        .getMessage()
                        .length()
                < 1000);
    }

    @Example
    void namesOfTheProtocolAreRefused() {
        assertRefused("$");
        assertRefused("$hello");
        assertRefused("$a.b");
        assertRefused("a.$b");
    }

    @Property
    void anIdFollowsTheFirstColon(@ForAll("names") String name, @ForAll("ids") String id) {
        EventType<Object> scoped = type(name).withId(id);
        assertEquals(name, scoped.name());
        assertEquals(id, scoped.id());
        assertEquals(name + ":" + id, scoped.topic());
        assertEquals(scoped, type(name + ":" + id));
        assertEquals("other", scoped.withId("other").id());
        assertEquals(scoped, scoped.withTopic(scoped.topic()));
    }

    @Example
    void idsAreBounded() {
        assertEquals("a:b", type("t:a:b").id());
        assertEquals(255, type("t").withId("x".repeat(255)).id().length());
        type("t").withId("😀".repeat(63) + "abc");
        assertRefused("t:" + "x".repeat(256));
        assertRefused("t:" + "ä".repeat(128));
        assertEquals(256, "😀".repeat(64).getBytes(StandardCharsets.UTF_8).length);
        assertRefused("t:" + "😀".repeat(64));
        assertRefused("t:");
        assertRefused(":1");
        for (String bad :
                List.of("\u0000", "a\nb", "\u007f", "\u0085", "\ud83d", "\ude00", "\ude00\ud83d", "a\ud83d")) {
            assertThrows(IllegalArgumentException.class, () -> type("t").withId(bad));
        }
    }

    @Property
    void patternsMatchAsTheirRegularExpressionDoes(
            @ForAll("patterns") String pattern, @ForAll("shortNames") String name) {
        String expression = pattern.replace(".", "\\.").replace("*", "[^.]+").replace(">", ".+");
        assertEquals(name.matches(expression), type(pattern).matches(type(name)), pattern + " and " + name);
        assertEquals(name.matches(expression), type(pattern).matches(type(name + ":1")), pattern + " and " + name);
        assertEquals(name.matches(expression), type(pattern + ":1").matches(type(name + ":1")));
        assertFalse(type(pattern + ":2").matches(type(name + ":1")));
        assertFalse(type(pattern + ":2").matches(type(name)));
    }

    @Property
    void namesMatchThemselves(@ForAll("shortNames") String one, @ForAll("shortNames") String other) {
        assertEquals(one.equals(other), type(one).matches(type(other)));
        assertEquals(one.equals(other), type(one).matches(type(other).withId("1")));
        assertFalse(type(one).withId("1").matches(type(other)));
    }

    @Example
    void theJavaTypeDoesNotMatterForMatching() {
        assertTrue(EventType.of("a", String.class).matches(EventType.of("a", Integer.class)));
    }

    @Example
    void equalityIsTopicAndJavaType() {
        EventType<String> type = EventType.of("a:1", String.class);
        assertEquals(type, EventType.of("a", String.class).withId("1"));
        assertEquals(
                type.hashCode(), EventType.of("a", String.class).withId("1").hashCode());
        assertNotEquals(type, EventType.of("a:1", Integer.class));
        assertNotEquals(type, EventType.of("a:2", String.class));
        assertNotEquals(type, EventType.of("a", String.class));
        assertEquals(new EventType<List<String>>("a") {}, new EventType<List<String>>("a") {});
        assertEquals(new EventType<List<String>>("a") {}.hashCode(), new EventType<List<String>>("a") {}.hashCode());
        assertNotEquals(new EventType<List<String>>("a") {}, new EventType<List<Integer>>("a") {});
        assertEquals(new EventType<String>("a") {}, EventType.of("a", String.class));
    }

    @Example
    void aSubclassNamesAGenericType() {
        EventType<Map<String, List<Integer>>> type = new EventType<>("a") {};
        ParameterizedType map = (ParameterizedType) type.javaType();
        assertEquals(Map.class, map.getRawType());
        assertEquals(String.class, map.getActualTypeArguments()[0]);
        assertEquals("java.util.List<java.lang.Integer>", map.getActualTypeArguments()[1].getTypeName());
        assertEquals(type.javaType(), type.withId("1").javaType());
        assertEquals(
                "a:1 (java.util.Map<java.lang.String, java.util.List<java.lang.Integer>>)",
                type.withId("1").toString());
    }

    static class Middle extends EventType<String> {
        Middle() {
            super("a");
        }
    }

    static class Indirect extends Middle {}

    @Example
    @SuppressWarnings("rawtypes")
    void aSubclassThatNamesNoTypeIsRefused() {
        assertEquals(String.class, new Middle().javaType());
        assertThrows(IllegalArgumentException.class, () -> new EventType("a") {});
        assertThrows(IllegalArgumentException.class, Indirect::new);
    }
}
