package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

@Needs(Capability.REPLAY)
abstract class ReplayRules extends Rules {
    private static final ListenerOptions EARLIEST = options().from(StartFrom.earliest());

    ReplayRules(EventTargetContract suite) {
        super(suite);
    }

    private static String position(TypedEvent<?> event) {
        return Objects.requireNonNull(event.position(), "a target with REPLAY gives every event a position");
    }

    @Everywhere
    void earliestBeginsWithTheOldestEvent(Where where) throws Exception {
        publishNumbers(1, 50);
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, EARLIEST);
        assertHearsNumbers(recorder, 1, 50);
        publishNumbers(51, 60);
        assertHearsNumbers(recorder, 1, 60);
    }

    @Everywhere
    void latestBeginsWithTheNextEvent(Where where) throws Exception {
        publishNumbers(1, 10);
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options().from(StartFrom.latest()));
        publishNumbers(11, 20);
        assertHearsNumbers(recorder, 11, 20);
    }

    @Everywhere
    void afterAPositionBeginsWithTheEventBehindIt(Where where) throws Exception {
        Recorder<Integer> first = new Recorder<>();
        listen(NUMBER, first);
        publishNumbers(1, 20);
        assertHearsNumbers(first, 1, 20);
        Place place = place(where);
        for (int last : List.of(1, 10, 19)) {
            TypedEvent<Integer> event = first.events().stream()
                    .filter(heard -> heard.detail() == last)
                    .findAny()
                    .orElseThrow();
            Recorder<Integer> recorder = new Recorder<>();
            listen(place, NUMBER, recorder, options().from(StartFrom.after(position(event))));
            assertHearsNumbers(recorder, last + 1, 20);
        }
    }

    @Test
    void afterTheLastPositionHearsOnlyWhatIsNew() {
        Recorder<Integer> first = new Recorder<>();
        listen(NUMBER, first);
        publishNumbers(1, 5);
        assertHearsNumbers(first, 1, 5);
        Recorder<Integer> recorder = new Recorder<>();
        listen(
                NUMBER,
                recorder,
                options().from(StartFrom.after(position(first.events().get(4)))));
        publishNumbers(6, 8);
        assertHearsNumbers(recorder, 6, 8);
    }

    @Test
    void sinceATimeBeginsWithTheFirstEventFromThenOn() {
        publishNumbers(1, 5);
        Instant between = Instant.now().plus(Duration.ofMillis(20));
        eventually(() -> assertTrue(Instant.now().isAfter(between.plus(Duration.ofMillis(20)))));
        publishNumbers(6, 10);
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder, options().from(StartFrom.since(between)));
        assertHearsNumbers(recorder, 6, 10);
        Recorder<Integer> everything = new Recorder<>();
        listen(NUMBER, everything, options().from(StartFrom.since(Instant.EPOCH)));
        assertHearsNumbers(everything, 1, 10);
        Recorder<Integer> nothing = new Recorder<>();
        Instant soon = Instant.now().plus(Duration.ofMillis(1));
        listen(NUMBER, nothing, options().from(StartFrom.since(soon)));
        eventually(() -> assertTrue(Instant.now().isAfter(soon.plus(Duration.ofMillis(20)))));
        publish(NUMBER, 11);
        assertHears(nothing, 11);
    }

    @Everywhere
    void replayPassesIntoWhatIsNewWithoutLossOrRepetition(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> recorder = new Recorder<>();
        publishNumbers(1, 500);
        var publisher = startThreads(1, index -> publishNumbers(501, 2000));
        listen(place, NUMBER, recorder, EARLIEST);
        finish(publisher);
        assertHearsNumbers(recorder, 1, 2000);
        settle(place);
        assertEquals(2000, recorder.count());
    }

    @Test
    void eachEventHasAPositionOfItsOwn() {
        Recorder<Integer> live = new Recorder<>();
        listen(NUMBER, live);
        publishNumbers(1, 20);
        assertHearsNumbers(live, 1, 20);
        Recorder<Integer> replayed = new Recorder<>();
        listen(NUMBER, replayed, EARLIEST);
        assertHearsNumbers(replayed, 1, 20);
        List<String> positions =
                live.events().stream().map(ReplayRules::position).toList();
        assertEquals(20, new HashSet<>(positions).size(), () -> "positions: " + positions);
        if (has(Capability.ORDERED)) {
            assertEquals(
                    positions,
                    replayed.events().stream().map(ReplayRules::position).toList());
        }
    }

    @Test
    void replayKeepsTypesAndIdsApart() {
        EventType<Integer> other = EventType.of("tck.other", Integer.class);
        for (int i = 1; i <= 10; i++) {
            publish(NUMBER.withId(String.valueOf(i % 2)), i);
            publish(other, -i);
        }
        Recorder<Integer> odd = new Recorder<>();
        listen(NUMBER.withId("1"), odd, EARLIEST);
        assertHears(odd, 1, 3, 5, 7, 9);
        Recorder<Integer> others = new Recorder<>();
        listen(other, others, EARLIEST);
        assertHears(
                others::details,
                numbers(-10, -1).stream().sorted((a, b) -> b - a).toList());
    }

    @Test
    @Needs(Capability.WILDCARDS)
    void aPatternReplaysWhatItMatches() {
        publishNumbers(1, 5);
        publish(EventType.of("tck.other.deep", Integer.class), 6);
        publishNumbers(target(), EventType.of("tck.other", Integer.class), 7, 9);
        Recorder<Integer> recorder = new Recorder<>();
        listen(EventType.of("tck.*", Integer.class), recorder, EARLIEST);
        assertHears(() -> sorted(recorder.details()), sorted(List.of(1, 2, 3, 4, 5, 7, 8, 9)));
    }

    @Everywhere
    void replayOfMoreThanTheBufferLosesNothing(Where where) throws Exception {
        publishNumbers(1, 300);
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, EARLIEST.buffer(2, OverflowPolicy.BLOCK));
        assertHearsNumbers(recorder, 1, 300);
    }

    @Test
    void replayWaitsForASlowListener() {
        publishNumbers(1, 20);
        Gate<Integer> gate = gate();
        listenAsync(NUMBER, gate, EARLIEST);
        for (int i = 1; i <= 20; i++) {
            eventually(() -> assertEquals(1, gate.held()));
            gate.release();
        }
        assertEquals(1, gate.most());
        assertHears(gate::details, numbers(1, 20));
    }

    @Test
    void aListenerMayReplayMoreThanOnce() {
        publishNumbers(1, 20);
        Recorder<Integer> recorder = new Recorder<>();
        result(listen(NUMBER, recorder, EARLIEST).close());
        assertTrue(recorder.count() <= 20);
        Recorder<Integer> again = new Recorder<>();
        listen(NUMBER, again, EARLIEST);
        assertHearsNumbers(again, 1, 20);
    }

    @Test
    @Needs(Capability.GROUPS)
    void aGroupBeginsWhereItsFirstMemberSays() throws Exception {
        publishNumbers(1, 20);
        Recorder<Integer> first = new Recorder<>();
        Recorder<Integer> second = new Recorder<>();
        listen(NUMBER, first, EARLIEST.group("billing"));
        assertHearsNumbers(first, 1, 20);
        listen(NUMBER, second, EARLIEST.group("billing"));
        publishNumbers(21, 40);
        eventually(() -> assertEquals(40, first.count() + second.count()));
        settle();
        assertEquals(40, first.count() + second.count());
        assertTrue(second.details().stream().allMatch(number -> number > 20), () -> "heard " + second.details());
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void aReplayedEventThatIsRefusedIsDeliveredAgain() {
        publishNumbers(1, 3);
        Recorder<Integer> recorder = new Recorder<>();
        listen(
                NUMBER,
                event -> {
                    recorder.handle(event);
                    if (recorder.count() == 2) {
                        throw new IllegalStateException("refused");
                    }
                },
                EARLIEST.retry(QUICKLY));
        assertHears(recorder, 1, 2, 2, 3);
    }

    @Test
    void aGapIsReported() {
        int limit = suite().historyLimit();
        suite().assume(limit > 0, "the adapter's test does not say how far the history reaches (historyLimit)");
        Recorder<Integer> first = new Recorder<>();
        var subscription = listen(NUMBER, first);
        publishNumbers(1, 2);
        assertHears(first, 1, 2);
        result(subscription.close());
        publishNumbers(3, limit + 4);
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        Recorder<Integer> recorder = new Recorder<>();
        listen(
                NUMBER,
                recorder,
                options().from(StartFrom.after(position(first.events().get(0)))).onError(errors::add));
        publish(NUMBER, limit + 5);
        eventually(() -> assertTrue(recorder.details().contains(limit + 5)));
        eventually(() -> assertEquals(1, errors.size()));
        assertInstanceOf(GapException.class, errors.remove());
        List<Integer> heard = recorder.details();
        assertTrue(heard.get(0) > 2, () -> "what is gone was delivered: " + heard.get(0));
        assertEquals(numbers(heard.get(0), limit + 5), heard);
    }

    @Test
    void withoutAGapNoneIsReported() {
        Recorder<Integer> first = new Recorder<>();
        listen(NUMBER, first);
        publishNumbers(1, 5);
        assertHearsNumbers(first, 1, 5);
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        for (TypedEvent<Integer> event : first.events()) {
            Recorder<Integer> recorder = new Recorder<>();
            listen(
                    NUMBER,
                    recorder,
                    options().from(StartFrom.after(position(event))).onError(errors::add));
            publish(NUMBER, 6);
            eventually(() -> assertTrue(recorder.details().contains(6)));
        }
        assertTrue(errors.isEmpty(), () -> "reported: " + errors);
    }

    @Test
    @Needs(Capability.PERSISTENT)
    void whatWasAcceptedIsThereAfterReopening() throws Exception {
        publishNumbers(1, 20);
        result(target().close());
        Recorder<Integer> recorder = new Recorder<>();
        ready(anotherTarget().addEventListener(NUMBER, recorder, EARLIEST));
        assertHearsNumbers(recorder, 1, 20);
    }
}
