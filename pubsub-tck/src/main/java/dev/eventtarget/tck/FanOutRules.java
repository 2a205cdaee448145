package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.Capability;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class FanOutRules extends Rules {
    FanOutRules(EventTargetContract suite) {
        super(suite);
    }

    @Test
    void everyListenerHearsEveryEventOnce() throws Exception {
        TypedEventTarget another = anotherTarget();
        List<Recorder<Integer>> recorders = new ArrayList<>();
        for (TypedEventTarget target : List.of(target(), another)) {
            for (Where where : everywhere()) {
                Recorder<Integer> plain = new Recorder<>();
                Recorder<Integer> async = new Recorder<>();
                recorders.add(plain);
                recorders.add(async);
                Place place = place(where);
                ready(place.call(() -> target.addEventListener(NUMBER, plain)));
                ready(place.call(() -> target.addAsyncEventListener(NUMBER, async::handleAsync)));
            }
        }
        publishNumbers(1, 500);
        for (Recorder<Integer> recorder : recorders) {
            assertHearsNumbers(recorder, 1, 500);
        }
    }

    @Test
    void targetsOfOneBusHearEachOther() throws Exception {
        TypedEventTarget another = anotherTarget();
        Recorder<Integer> here = new Recorder<>();
        Recorder<Integer> there = new Recorder<>();
        listen(NUMBER, here);
        ready(another.addEventListener(NUMBER, there));
        publish(NUMBER, 1);
        assertHears(there, 1);
        result(another.dispatchEvent(TypedEvent.of(NUMBER, 2)));
        assertHears(here, 1, 2);
        assertHears(there, 1, 2);
    }

    @Test
    @Needs(Capability.CROSS_PROCESS)
    void otherProcessesHearAnEvent() throws Exception {
        TypedEventTarget another = suite().openTarget(suite().startVertx());
        Recorder<Integer> there = new Recorder<>();
        ready(another.addEventListener(NUMBER, there));
        publishNumbers(1, 100);
        assertHearsNumbers(there, 1, 100);
    }

    @Everywhere
    void aLaterListenerHearsWhatComesAfter(Where where) throws Exception {
        Recorder<Integer> early = new Recorder<>();
        Recorder<Integer> late = new Recorder<>();
        Place place = place(where);
        listen(place, NUMBER, early, options());
        publish(NUMBER, 1);
        assertHears(early, 1);
        listen(place, NUMBER, late, options());
        publish(NUMBER, 2);
        assertHears(early, 1, 2);
        assertHears(late, 2);
    }

    @Test
    void aHundredListenersHearAnEvent() {
        List<Recorder<Integer>> recorders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Recorder<Integer> recorder = new Recorder<>();
            recorders.add(recorder);
            listen(NUMBER, recorder);
        }
        publishNumbers(1, 20);
        recorders.forEach(recorder -> assertHearsNumbers(recorder, 1, 20));
    }

    @Test
    void aThousandTypesAreHeardApart() {
        List<Recorder<Integer>> recorders = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Recorder<Integer> recorder = new Recorder<>();
            recorders.add(recorder);
            listen(EventType.of("tck.type-" + i, Integer.class), recorder);
        }
        for (int i = 0; i < 1000; i++) {
            publish(EventType.of("tck.type-" + i, Integer.class), i);
        }
        for (int i = 0; i < 1000; i++) {
            int number = i;
            Recorder<Integer> recorder = recorders.get(i);
            eventually(() -> assertEquals(List.of(number), recorder.details()));
        }
    }
}
