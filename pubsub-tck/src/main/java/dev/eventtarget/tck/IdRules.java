package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class IdRules extends Rules {
    IdRules(EventTargetContract suite) {
        super(suite);
    }

    @Everywhere
    void aTypeHearsAllItsIds(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        publish(NUMBER.withId("1"), 1);
        publish(NUMBER.withId("2"), 2);
        publish(NUMBER, 3);
        assertHears(recorder::details, numbers(1, 3));
    }

    @Everywhere
    void aScopedTypeHearsItsIdAlone(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER.withId("42"), recorder, options());
        publish(NUMBER.withId("4"), 1);
        publish(NUMBER, 2);
        publish(NUMBER.withId("42"), 3);
        publish(NUMBER.withId("421"), 4);
        publish(NUMBER.withId("42"), 5);
        assertHears(recorder, 3, 5);
    }

    @Test
    void idsAreTakenLiterally() {
        List<String> ids =
                List.of("4", "42", "42:1", "42.1", "a b", "€ 😀 ü", "*", ">", "..", "%2A", "a/b?c#d", "\"{}\\");
        List<Recorder<Integer>> recorders = new ArrayList<>();
        for (String id : ids) {
            Recorder<Integer> recorder = new Recorder<>();
            recorders.add(recorder);
            listen(NUMBER.withId(id), recorder);
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < ids.size(); i++) {
                publish(NUMBER.withId(ids.get(i)), i);
            }
        }
        for (int i = 0; i < ids.size(); i++) {
            assertHears(recorders.get(i), i, i);
            for (TypedEvent<Integer> event : recorders.get(i).events()) {
                assertEquals(ids.get(i), event.type().id());
            }
        }
    }

    @Test
    void aListenerToTheTypeSeesTheId() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER.withId("42"), 1);
        assertHears(recorder, 1);
        TypedEvent<Integer> event = recorder.events().get(0);
        assertEquals("42", event.type().id());
        assertEquals(NUMBER.name(), event.type().name());
    }

    @Test
    void aListenerOnATypeAndOnAnIdOfItIsTwoRegistrations() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        listen(NUMBER.withId("42"), recorder);
        publish(NUMBER.withId("42"), 1);
        publish(NUMBER.withId("7"), 2);
        assertHears(() -> sorted(recorder.details()), List.of(1, 1, 2));
    }

    @Test
    void namesAndIdsMayBeAsLongAsTheyGo() {
        String name = "n".repeat(100) + "." + "a".repeat(EventType.MAX_NAME_BYTES - 101);
        String id = "€".repeat(EventType.MAX_ID_BYTES / 3);
        EventType<Integer> type = EventType.of(name + ":" + id, Integer.class);
        Recorder<Integer> recorder = new Recorder<>();
        listen(type, recorder);
        publish(type, 1);
        publish(type.withId(id.substring(1)), 2);
        publish(type, 3);
        assertHears(recorder, 1, 3);
        assertEquals(type.topic(), recorder.events().get(0).type().topic());
    }
}
