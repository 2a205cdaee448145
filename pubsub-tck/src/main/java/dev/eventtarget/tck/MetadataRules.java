package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.TypedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

abstract class MetadataRules extends Rules {
    MetadataRules(EventTargetContract suite) {
        super(suite);
    }

    @Everywhere
    void idTimeAndSourceArriveUnchanged(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        List<Instant> times = List.of(
                Instant.parse("2024-02-29T23:59:59.123456789Z"),
                Instant.parse("1969-12-31T23:59:59.999Z"),
                Instant.EPOCH);
        for (int i = 0; i < times.size(); i++) {
            publish(TypedEvent.of(NUMBER, i)
                    .withId("id ü/" + i)
                    .withTime(times.get(i))
                    .withSource("//shop/ä b?" + i));
        }
        assertHears(recorder, 0, 1, 2);
        for (TypedEvent<Integer> event : recorder.events()) {
            assertEquals("id ü/" + event.detail(), event.id());
            assertEquals(times.get(event.detail()), event.time());
            assertEquals("//shop/ä b?" + event.detail(), event.source());
        }
    }

    @Everywhere
    void headersArriveUnchanged(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("trace", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        headers.put("Trace", "case matters");
        headers.put("empty", "");
        headers.put("unicode ü", "日本語 🧑🏽‍🚀 \" \\ \n");
        headers.put("long", "x".repeat(10_000));
        headers.put("a.b:c/d", "=&;,");
        publish(TypedEvent.of(NUMBER, 1).withHeaders(headers));
        assertHears(recorder, 1);
        Map<String, String> heard = recorder.events().get(0).headers();
        assertEquals(headers, heard);
        assertEquals(new ArrayList<>(headers.keySet()), new ArrayList<>(heard.keySet()));
    }

    @Test
    void headersMayBeMany() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        Map<String, String> headers = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            headers.put("header-" + i, "value-" + i);
        }
        publish(TypedEvent.of(NUMBER, 1).withHeaders(headers));
        assertHears(recorder, 1);
        assertEquals(headers, recorder.events().get(0).headers());
    }

    @Test
    void headersOfAnEventWithoutAnyAreEmpty() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER, 1);
        assertHears(recorder, 1);
        assertTrue(recorder.events().get(0).headers().isEmpty());
    }

    @Test
    void eachEventKeepsItsOwnMetadata() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        onThreads(4, publisher -> {
            for (int i = 0; i < 100; i++) {
                int number = publisher * 1000 + i;
                publish(TypedEvent.of(NUMBER, number).withId("event-" + number).withHeader("number", "" + number));
            }
        });
        eventually(() -> assertEquals(400, recorder.count()));
        for (TypedEvent<Integer> event : recorder.events()) {
            assertEquals("event-" + event.detail(), event.id());
            assertEquals(Map.of("number", "" + event.detail()), event.headers());
        }
    }

    @Test
    void anEventHeardMayBePublishedOn() {
        Recorder<Integer> relayed = new Recorder<>();
        listen(NUMBER.withTopic("tck.relayed"), relayed);
        listen(
                NUMBER,
                event -> target().dispatchEvent(event.with(NUMBER.withTopic("tck.relayed"), event.detail() + 1)));
        publish(TypedEvent.of(NUMBER, 1).withId("event-1").withSource("shop").withHeader("trace", "abc"));
        assertHears(relayed, 2);
        TypedEvent<Integer> event = relayed.events().get(0);
        assertEquals("event-1", event.id());
        assertEquals("shop", event.source());
        assertEquals(Map.of("trace", "abc"), event.headers());
    }
}
