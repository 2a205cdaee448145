package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.eventtarget.CodecException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Another program writes entries into a stream. */
class ForeignWriterTest extends RedisTest {
    private static final EventType<Order> ORDER = EventType.of("order", Order.class);

    record Order(String article, int pieces) {}

    private final RedisServer server = RedisServer.shared();
    private final Queue<TypedEvent<Order>> heard = new ConcurrentLinkedQueue<>();
    private final Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();

    private void listen(ListenerOptions options) {
        ready(open(server.url()).addEventListener(ORDER, heard::add, options.onError(errors::add)));
    }

    private void write(Object... fields) {
        Object[] arguments = new Object[fields.length + 2];
        arguments[0] = prefix + ":order";
        arguments[1] = "*";
        System.arraycopy(fields, 0, arguments, 2, fields.length);
        server.call("XADD", arguments);
    }

    private void writeLast() {
        write("type", "order", "detail", "{\"article\":\"last\",\"pieces\":1}", "dedup_id", "last");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "billing"})
    void anEntryWithoutAnIdIsDelivered(String group) {
        listen(
                group.isEmpty()
                        ? ListenerOptions.defaults()
                        : ListenerOptions.defaults().group(group));
        write("type", "order", "detail", "{\"article\":\"pen\",\"pieces\":3}");
        write("type", "order", "detail", "{\"article\":\"pen\",\"pieces\":3}");
        writeLast();
        eventually(() -> assertEquals(
                List.of("pen", "pen", "last"),
                heard.stream().map(event -> event.detail().article()).toList()));
        TypedEvent<Order> event = heard.element();
        assertEquals(new Order("pen", 3), event.detail());
        assertNull(event.id());
        assertNotNull(event.position());
    }

    @Test
    void fieldsThatNobodyKnowsArePassedOver() {
        listen(ListenerOptions.defaults());
        write(
                "colour",
                "red",
                "h.tenant",
                "north",
                "h.",
                "nameless",
                "source",
                "shop",
                "time",
                "2026-01-02T03:04:05.678Z",
                "detail",
                "{\"article\":\"pen\",\"pieces\":3,\"shelf\":9}",
                "type",
                "order:42",
                "dedup_id",
                "a",
                "",
                "");
        eventually(() -> assertEquals(1, heard.size()));
        TypedEvent<Order> event = heard.element();
        assertEquals(new Order("pen", 3), event.detail());
        assertEquals(Map.of("tenant", "north"), event.headers());
        assertEquals("42", event.type().id());
        assertEquals("a", event.id());
        assertEquals("shop", event.source());
        assertEquals(Instant.parse("2026-01-02T03:04:05.678Z"), event.time());
        assertEquals(List.of(), List.copyOf(errors));
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                        List.of("type", "order", "detail", "{\"article\":", "dedup_id", "broken"),
                        List.of("type", "order", "detail", "\u0000\u0001", "dedup_id", "binary"),
                        List.of("type", "order", "detail", "", "dedup_id", "empty"),
                        List.of("type", "order", "detail", "[1,2]", "dedup_id", "another-shape"),
                        List.of("type", "order", "dedup_id", "no-detail"),
                        List.of("colour", "red"),
                        List.of("type", "or der", "detail", "{}", "dedup_id", "bad-type"),
                        List.of("type", "", "detail", "{}", "dedup_id", "no-type"),
                        List.of("type", "order", "detail", "{}", "codec", "pigeon", "dedup_id", "bad-codec"),
                        List.of("type", "order", "detail", "{}", "time", "yesterday", "dedup_id", "bad-time"))
                .flatMap(fields -> Stream.of(Arguments.of(fields, ""), Arguments.of(fields, "billing")));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatIsNoEventIsReportedAndTheNextIsDelivered(List<String> fields, String group) {
        listen(
                group.isEmpty()
                        ? ListenerOptions.defaults()
                        : ListenerOptions.defaults().group(group));
        write(fields.toArray());
        writeLast();
        eventually(() -> assertEquals(
                List.of("last"),
                heard.stream().map(event -> event.detail().article()).toList()));
        eventually(() -> assertEquals(1, errors.size(), errors::toString));
        assertInstanceOf(CodecException.class, errors.element());
        if (!group.isEmpty()) {
            eventually(() -> assertEquals(
                    0, server.call("XPENDING", prefix + ":order", group).get(0).toInteger()));
        }
    }

    @Test
    void brokenJsonIsDeadLetteredAsItIs() {
        listen(ListenerOptions.defaults().group("billing").deadLetter("order.dead"));
        write("type", "order", "detail", "{\"article\":", "dedup_id", "broken");
        writeLast();
        eventually(() -> assertEquals(1, heard.size()));
        eventually(() -> assertEquals(1, server.entries(prefix + ":order.dead").size()));
        Map<String, String> letter = server.entries(prefix + ":order.dead").get(0);
        assertEquals("{\"article\":", letter.get("detail"));
        assertEquals("broken", letter.get("id"));
        assertEquals("codec", letter.get("h." + DeadLetter.REASON));
    }
}
