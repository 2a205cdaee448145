package dev.eventtarget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TypedEventTest {
    private static final EventType<String> TYPE = EventType.of("a.b", String.class);
    private static final TypedEvent<String> BARE = TypedEvent.of(TYPE, "detail");

    @Test
    void aBareEventHasOnlyTypeAndDetail() {
        assertSame(TYPE, BARE.type());
        assertEquals("detail", BARE.detail());
        assertNull(BARE.id());
        assertNull(BARE.time());
        assertNull(BARE.source());
        assertNull(BARE.position());
        assertTrue(BARE.headers().isEmpty());
    }

    @Test
    void eachWithChangesACopyInOnePlace() {
        List<UnaryOperator<TypedEvent<String>>> changes = List.of(
                event -> event.withId("1"),
                event -> event.withTime(Instant.EPOCH),
                event -> event.withSource("s"),
                event -> event.withHeader("h", "v"),
                event -> event.withPosition("p"),
                event -> event.with(TYPE, "other"),
                event -> event.with(TYPE.withId("1"), "detail"));
        TypedEvent<String> all = BARE;
        for (UnaryOperator<TypedEvent<String>> change : changes) {
            TypedEvent<String> changed = change.apply(BARE);
            assertNotEquals(BARE, changed);
            assertEquals(changed, change.apply(BARE));
            assertEquals(changed.hashCode(), change.apply(BARE).hashCode());
            all = change.apply(all);
        }
        assertEquals(TypedEvent.of(TYPE, "detail"), BARE);
        assertEquals("1", all.id());
        assertEquals(Instant.EPOCH, all.time());
        assertEquals("s", all.source());
        assertEquals(Map.of("h", "v"), all.headers());
        assertEquals("p", all.position());
        assertEquals("a.b:1", all.type().topic());
    }

    @Test
    void withAnotherTypeTheRestStays() {
        TypedEvent<Integer> event =
                BARE.withId("1").withHeader("h", "v").withPosition("p").with(EventType.of("c", Integer.class), 7);
        assertEquals(7, event.detail());
        assertEquals("c", event.type().topic());
        assertEquals("1", event.id());
        assertEquals(Map.of("h", "v"), event.headers());
        assertEquals("p", event.position());
    }

    @Test
    void headersKeepTheirOrderAndAreCopied() {
        TypedEvent<String> event = BARE.withHeader("z", "1")
                .withHeader("a", "2")
                .withHeader("m", "3")
                .withHeader("a", "4");
        assertEquals(List.of("z", "a", "m"), new ArrayList<>(event.headers().keySet()));
        assertEquals("4", event.headers().get("a"));
        assertThrows(UnsupportedOperationException.class, () -> event.headers().put("x", "y"));

        Map<String, String> mine = new HashMap<>(Map.of("k", "v"));
        TypedEvent<String> copied = event.withHeaders(mine);
        mine.put("k", "changed");
        assertEquals(Map.of("k", "v"), copied.headers());
        assertTrue(copied.withHeaders(Map.of()).headers().isEmpty());
    }

    @Test
    void whatIsNotAllowedIsRefused() {
        EventType<Object> pattern = EventType.of("a.*", Object.class);
        assertThrows(IllegalArgumentException.class, () -> TypedEvent.of(pattern, 1));
        assertThrows(IllegalArgumentException.class, () -> BARE.with(pattern, 1));
        assertThrows(IllegalArgumentException.class, () -> BARE.withId(""));
        assertThrows(IllegalArgumentException.class, () -> BARE.withHeader("", "v"));
        assertThrows(NullPointerException.class, () -> BARE.withHeader("h", null));
        assertThrows(NullPointerException.class, () -> BARE.withTime(null));
    }

    @Test
    void theTextHasNoDetailAndNoHeaders() {
        String text = TypedEvent.of(TYPE, "s3cret")
                .withHeader("authorization", "s3cret")
                .withId("id-1")
                .withTime(Instant.EPOCH)
                .withSource("shop")
                .toString();
        assertFalse(text.contains("s3cret"), text);
        assertEquals("TypedEvent[a.b id=id-1 time=1970-01-01T00:00:00Z source=shop]", text);
    }
}
