package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.Capability;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

@Needs(Capability.DEDUPLICATED)
abstract class DeduplicationRules extends Rules {
    DeduplicationRules(EventTargetContract suite) {
        super(suite);
    }

    private static TypedEvent<Integer> event(String id, int number) {
        return TypedEvent.of(NUMBER, number).withId(id);
    }

    @Everywhere
    void anIdPublishedTwiceIsDeliveredOnce(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        publish(event("a", 1));
        publish(event("a", 1));
        publish(event("b", 2));
        publish(event("a", 1));
        publish(event("c", 3));
        assertHears(recorder, 1, 2, 3);
    }

    @Test
    void anIdPublishedByManyAtOnceIsDeliveredOnce() throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        onThreads(6, publisher -> {
            for (int i = 1; i <= 100; i++) {
                publish(event("event-" + i, i));
            }
        });
        eventually(() -> assertEquals(100, recorder.count()));
        settle();
        assertEquals(numbers(1, 100), recorder.details().stream().sorted().toList());
    }

    @Test
    void targetsOfOneBusDeduplicateTogether() throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(event("a", 1));
        result(anotherTarget().dispatchEvent(event("a", 1)));
        publish(event("b", 2));
        assertHears(recorder, 1, 2);
    }

    @Test
    void eventsWithoutIdsAreNoDuplicates() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        publish(NUMBER, 1);
        publish(NUMBER, 1);
        publish(NUMBER, 1);
        assertHears(recorder, 1, 1, 1);
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void aRetryIsNoDuplicate() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(
                NUMBER,
                event -> {
                    recorder.handle(event);
                    if (event.detail() == 1 && Collections.frequency(recorder.details(), 1) < 3) {
                        throw new IllegalStateException("refused");
                    }
                },
                options().retry(QUICKLY));
        publish(event("a", 1));
        publish(event("b", 2));
        assertHears(recorder, 1, 1, 1, 2);
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void aDeadLetterIsNoDuplicate() {
        EventType<Integer> dead = EventType.of("tck.dead", Integer.class);
        Recorder<Integer> recorder = new Recorder<>();
        listen(dead, recorder);
        listen(
                NUMBER,
                event -> {
                    throw new IllegalStateException("refused");
                },
                options().deadLetter(dead.topic()));
        publish(event("a", 1));
        assertHears(recorder, 1);
        TypedEvent<Integer> letter = recorder.events().get(0);
        assertEquals(
                List.of("a", NUMBER.topic()),
                List.of(letter.id(), letter.headers().get(DeadLetter.TYPE)));
    }
}
