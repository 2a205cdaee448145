package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventType;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class TypeRules extends Rules {
    TypeRules(EventTargetContract suite) {
        super(suite);
    }

    @Everywhere
    void aListenerHearsTheEventsOfItsType(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(recorder, 1, 2);
    }

    @Everywhere
    void anAsyncListenerHearsTheEventsOfItsType(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listenAsync(place(where), NUMBER, recorder::handleAsync, options());
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(recorder, 1, 2);
    }

    @Everywhere
    void listenersOfOtherTypesDoNotHearAnEvent(Where where) throws Exception {
        Place place = place(where);
        EventType<Integer> other = EventType.of("tck.other", Integer.class);
        Recorder<Integer> recorder = new Recorder<>();
        Recorder<Integer> others = new Recorder<>();
        listen(place, NUMBER, recorder, options());
        listen(place, other, others, options());
        publish(other, 1);
        publish(NUMBER, 2);
        publish(other, 3);
        publish(NUMBER, 4);
        assertHears(recorder, 2, 4);
        assertHears(others, 1, 3);
    }

    @Test
    void aTypeIsItsWholeName() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        for (String near : List.of("tck", "tck.number.more", "tck.numbers", "tck.Number", "number", "tck.numbe")) {
            publish(EventType.of(near, Integer.class), 1);
        }
        publish(NUMBER, 2);
        assertHears(recorder, 2);
    }

    @Test
    void anEventCarriesTheTypeItWasPublishedUnder() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER, 1);
        assertHears(recorder, 1);
        assertEquals(NUMBER.topic(), recorder.events().get(0).type().topic());
    }

    @Test
    void anEventWithoutListenersIsAccepted() {
        publish(NUMBER, 1);
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER, 2);
        assertHears(recorder, 2);
    }

    @Test
    void aListenerForObjectHearsEveryDetailOfItsType() {
        Recorder<Object> recorder = new Recorder<>();
        listen(EventType.of(NUMBER.topic(), Object.class), recorder);
        publish(NUMBER, 1);
        publish(EventType.of(NUMBER.topic(), String.class), "two");
        assertHears(recorder, 1, "two");
    }
}
