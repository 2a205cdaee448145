package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is in Redis, for those who look at it with other programs. */
class StreamLayoutTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);

    private final RedisServer server = RedisServer.shared();

    private static void publish(TypedEventTarget target, EventType<Integer> type, int first, int last) {
        List<Future<Void>> outcomes = IntStream.rangeClosed(first, last)
                .mapToObj(number -> target.dispatchEvent(TypedEvent.of(type, number)))
                .toList();
        outcomes.forEach(RedisTest::result);
    }

    private int length(String stream) {
        return server.call("XLEN", stream).toInteger();
    }

    @Test
    void aTypeHasAStreamAndATopicIsAField() {
        TypedEventTarget target = open(server.url());
        publish(target, ORDER, 1, 1);
        publish(target, ORDER.withId("42"), 2, 2);
        result(target.dispatchEvent(TypedEvent.of(ORDER, 3)
                .withId("mine")
                .withHeader("tenant", "north")
                .withSource("shop")));
        List<Map<String, String>> entries = server.entries(prefix + ":order");
        assertEquals(
                List.of("order", "order:42", "order"),
                entries.stream().map(entry -> entry.get("type")).toList());
        assertEquals(
                List.of("1", "2", "3"),
                entries.stream().map(entry -> entry.get("detail")).toList());
        assertTrue(entries.get(0).get("dedup_id").matches("[0-9a-f]+:0:\\d+:0"));
        assertEquals(Set.of("type", "detail", "dedup_id"), entries.get(0).keySet());
        assertEquals("mine", entries.get(2).get("dedup_id"));
        assertEquals("north", entries.get(2).get("h.tenant"));
        assertEquals("shop", entries.get(2).get("source"));
        assertEquals(
                List.of("order"),
                server.call("SMEMBERS", prefix + ":$types").stream()
                        .map(Object::toString)
                        .toList());
        assertEquals("order", server.entries(prefix + ":$types:log").get(0).get("type"));
    }

    @Test
    void theEventsOfABatchAreNumbered() {
        TypedEventTarget target = open(server.url());
        publish(target, ORDER, 1, 200);
        List<String[]> ids = server.entries(prefix + ":order").stream()
                .map(entry -> entry.get("dedup_id").split(":", -1))
                .toList();
        assertEquals(200, ids.size());
        Set<String> starts = new HashSet<>();
        int place = 0;
        for (String[] id : ids) {
            assertEquals(4, id.length);
            place = starts.add(id[2]) ? 0 : place + 1;
            assertEquals(place, Integer.parseInt(id[3]));
        }
        assertTrue(starts.size() < 200, "the events were not sent in batches");
    }

    @Test
    void shardsSpreadTheEventsByKey() {
        TypedEventTarget target = open(server.url(), "shards=4");
        for (int key = 0; key < 40; key++) {
            publish(target, ORDER.withId("key-" + key), 1, 5);
        }
        List<String> topics = new ArrayList<>();
        for (int shard = 0; shard < 4; shard++) {
            List<Map<String, String>> entries = server.entries(prefix + ":order:" + shard);
            assertTrue(!entries.isEmpty(), "nothing is in shard " + shard);
            entries.stream().map(entry -> entry.get("type")).distinct().forEach(topics::add);
            String own = String.valueOf(shard);
            assertTrue(entries.stream()
                    .allMatch(entry -> entry.get("dedup_id").split(":")[1].equals(own)));
        }
        assertEquals(40, topics.size(), "a key is in several shards");
        assertEquals(40, new HashSet<>(topics).size());
    }

    @Test
    void anIdIsAppendedOnceWhoeverPublishesIt() {
        List<TypedEventTarget> targets = List.of(open(server.url()), open(server.url()), open(server.url()));
        for (int number = 1; number <= 20; number++) {
            for (TypedEventTarget target : targets) {
                result(target.dispatchEvent(TypedEvent.of(ORDER, number).withId("order-" + number)));
            }
        }
        assertEquals(20, length(prefix + ":order"));
    }

    @Test
    void idsAreForgottenAfterTheWindow() {
        TypedEventTarget target = open(server.url(), "dedupWindow=200ms", "consumerDedup=0");
        eventually(() -> {
            result(target.dispatchEvent(TypedEvent.of(ORDER, 1).withId("a")));
            assertEquals(2, length(prefix + ":order"));
        });
        // nothing is left but the streams and the set of types
        eventually(() -> assertEquals(
                Set.of(prefix + ":order", prefix + ":$types", prefix + ":$types:log"),
                new HashSet<>(server.call("KEYS", prefix + ":*").stream()
                        .map(Object::toString)
                        .toList())));
    }

    @Test
    void withoutTheIdempotentAppendNothingIsRemembered() {
        TypedEventTarget target = open(server.url(), "idempotent=false");
        result(target.dispatchEvent(TypedEvent.of(ORDER, 1).withId("a")));
        result(target.dispatchEvent(TypedEvent.of(ORDER, 1).withId("a")));
        publish(target, ORDER, 2, 100);
        assertEquals(101, length(prefix + ":order"));
        assertEquals(3, server.call("KEYS", prefix + ":*").size());
    }

    @Test
    void streamsAreTrimmedAndWhoMissesEventsIsTold() {
        TypedEventTarget target = open(server.url(), "maxLen=100");
        Queue<TypedEvent<Integer>> first = new ConcurrentLinkedQueue<>();
        var subscription = ready(target.addEventListener(ORDER, first::add));
        publish(target, ORDER, 1, 1);
        eventually(() -> assertEquals(1, first.size()));
        result(subscription.close());
        publish(target, ORDER, 2, 2000);
        assertTrue(length(prefix + ":order") < 500, () -> "it has " + length(prefix + ":order"));

        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        String position = first.element().position();
        ready(target.addEventListener(
                ORDER,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().from(StartFrom.after(position)).onError(errors::add)));
        eventually(() -> assertTrue(heard.contains(2000)));
        eventually(() -> assertEquals(1, errors.size()));
        assertInstanceOf(GapException.class, errors.element());
        List<Integer> expected =
                IntStream.rangeClosed(heard.element(), 2000).boxed().toList();
        assertEquals(expected, List.copyOf(heard));
    }

    @Test
    void oldEntriesAreTrimmed() {
        TypedEventTarget target = open(server.url(), "maxAge=200ms");
        publish(target, ORDER, 1, 1000);
        eventually(() -> {
            publish(target, ORDER, 1001, 1001);
            assertTrue(length(prefix + ":order") < 500);
        });
    }

    @Test
    void aPatternHearsATypeThatAppearsLaterFromItsFirstEventOn() {
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        Queue<Integer> group = new ConcurrentLinkedQueue<>();
        TypedEventTarget listening = open(server.url());
        EventType<Integer> pattern = EventType.of("order.*", Integer.class);
        ready(listening.addEventListener(pattern, event -> heard.add(event.detail())));
        ready(listening.addEventListener(
                pattern,
                event -> group.add(event.detail()),
                ListenerOptions.defaults().group("billing")));
        TypedEventTarget publishing = open(server.url());
        for (String name : List.of("order.placed", "order.paid", "order.shipped")) {
            publish(publishing, EventType.of(name, Integer.class), 1, 50);
        }
        eventually(() -> assertEquals(150, heard.size()));
        eventually(() -> assertEquals(150, group.size()));
    }

    @Test
    void aGroupIsNamedAsInTheOptionsAndAConsumerLeavesNothingBehind() {
        TypedEventTarget target = open(server.url(), "closeTimeout=1m");
        ListenerOptions options = ListenerOptions.defaults().group("billing");
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        var plain = ready(target.addEventListener(ORDER, event -> heard.add(event.detail()), options));
        var scoped = ready(target.addEventListener(ORDER.withId("42"), event -> heard.add(event.detail()), options));
        publish(target, ORDER.withId("42"), 1, 10);
        eventually(() -> assertEquals(20, heard.size()));
        assertEquals(Set.of("billing", "billing@order:42"), groups().keySet());
        result(plain.close());
        result(scoped.close());
        result(target.close());
        groups().forEach((name, group) -> {
            assertEquals("0", group.get("pending"), name);
            assertEquals("0", group.get("consumers"), name);
        });
    }

    private Map<String, Map<String, String>> groups() {
        Map<String, Map<String, String>> groups = new TreeMap<>();
        server.call("XINFO", "GROUPS", prefix + ":order").forEach(group -> {
            Map<String, String> fields = new HashMap<>();
            group.getKeys().forEach(key -> fields.put(key, String.valueOf(group.get(key))));
            groups.put(fields.get("name"), fields);
        });
        return groups;
    }
}
