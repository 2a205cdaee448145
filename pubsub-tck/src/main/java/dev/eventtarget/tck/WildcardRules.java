package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.EventType;
import dev.eventtarget.Subscription;
import java.util.List;
import org.junit.jupiter.api.Test;

@Needs(Capability.WILDCARDS)
abstract class WildcardRules extends Rules {
    private static final EventType<String> ORDER = type("order");
    private static final EventType<String> PLACED = type("order.placed");
    private static final EventType<String> EU_PLACED = type("order.placed.eu");
    private static final EventType<String> PAID = type("order.paid");
    private static final EventType<String> OTHER = type("orders.placed");

    WildcardRules(EventTargetContract suite) {
        super(suite);
    }

    private static EventType<String> type(String topic) {
        return EventType.of(topic, String.class);
    }

    @SafeVarargs
    private void publishNames(EventType<String>... types) {
        for (EventType<String> type : types) {
            publish(type, type.topic());
        }
    }

    /** What a pattern hears, in the order of publication unless the target has none over types. */
    private void assertPatternHears(Recorder<String> recorder, String... topics) {
        assertHears(() -> sorted(recorder.details()), sorted(List.of(topics)));
    }

    @Everywhere
    void aStarStandsForOneToken(Where where) throws Exception {
        Recorder<String> last = new Recorder<>();
        Recorder<String> first = new Recorder<>();
        Recorder<String> middle = new Recorder<>();
        Place place = place(where);
        listen(place, type("order.*"), last, options());
        listen(place, type("*.placed"), first, options());
        listen(place, type("order.*.eu"), middle, options());
        publishNames(
                ORDER, PLACED, EU_PLACED, PAID, OTHER, type("order.zzz"), type("zzz.placed"), type("order.zzz.eu"));
        assertPatternHears(last, "order.placed", "order.paid", "order.zzz");
        assertPatternHears(first, "order.placed", "orders.placed", "zzz.placed");
        assertPatternHears(middle, "order.placed.eu", "order.zzz.eu");
    }

    @Everywhere
    void aGreaterThanStandsForTheRest(Where where) throws Exception {
        Recorder<String> orders = new Recorder<>();
        Recorder<String> all = new Recorder<>();
        Place place = place(where);
        listen(place, type("order.>"), orders, options());
        listen(place, type(">"), all, options());
        publishNames(ORDER, PLACED, EU_PLACED, OTHER, PAID);
        assertPatternHears(orders, "order.placed", "order.placed.eu", "order.paid");
        assertPatternHears(all, "order", "order.placed", "order.placed.eu", "orders.placed", "order.paid");
    }

    @Test
    void aPatternHearsEveryId() {
        Recorder<String> recorder = new Recorder<>();
        listen(type("order.*"), recorder);
        publishNames(PLACED.withId("1"), PAID.withId("2"), PAID);
        assertPatternHears(recorder, "order.placed:1", "order.paid:2", "order.paid");
    }

    @Test
    void aPatternWithAnIdHearsThatIdAlone() {
        Recorder<String> recorder = new Recorder<>();
        listen(type("order.*:42"), recorder);
        publishNames(PLACED.withId("42"), PLACED.withId("4"), PAID, PAID.withId("42"), EU_PLACED.withId("42"));
        assertPatternHears(recorder, "order.placed:42", "order.paid:42");
    }

    @Test
    void overlappingPatternsEachHearAnEventOnce() {
        List<String> patterns = List.of("order.placed", "order.*", "*.placed", "*.*", "order.>", ">");
        List<Recorder<String>> recorders =
                patterns.stream().map(pattern -> new Recorder<String>()).toList();
        for (int i = 0; i < patterns.size(); i++) {
            listen(type(patterns.get(i)), recorders.get(i));
        }
        publishNames(PLACED, PLACED);
        for (Recorder<String> recorder : recorders) {
            assertHears(recorder, "order.placed", "order.placed");
        }
    }

    @Test
    void oneListenerOnTwoPatternsIsTwoRegistrations() {
        Recorder<String> recorder = new Recorder<>();
        listen(type("order.*"), recorder);
        listen(type("*.placed"), recorder);
        publishNames(PLACED, PAID);
        assertPatternHears(recorder, "order.placed", "order.placed", "order.paid");
    }

    @Test
    void aPatternHearsTypesThatComeUpLater() {
        Recorder<String> recorder = new Recorder<>();
        publishNames(PLACED);
        listen(type("order.*"), recorder);
        publishNames(PLACED, PAID, type("order.brand-new"));
        assertPatternHears(recorder, "order.placed", "order.paid", "order.brand-new");
    }

    @Test
    void aPatternHearsANewTypeFromItsFirstEventOn() {
        Recorder<String> recorder = new Recorder<>();
        listen(type("order.*"), recorder);
        int types = 10;
        int events = 50;
        for (int i = 0; i < types; i++) {
            // one that hears the type by its name must not keep events from the pattern
            EventType<String> fresh = type("order.fresh-" + i);
            listen(fresh, new Recorder<>());
            for (int j = 0; j < events; j++) {
                dispatch(fresh, fresh.name());
            }
        }
        eventually(() -> assertEquals(types * events, recorder.details().size()));
    }

    @Test
    void aPatternThatIsRemovedHearsNothing() {
        Recorder<String> removed = new Recorder<>();
        Recorder<String> witness = new Recorder<>();
        EventType<String> pattern = type("order.*");
        listen(pattern, removed);
        listen(PAID, witness);
        publishNames(PLACED);
        assertPatternHears(removed, "order.placed");
        assertTrue(target().removeEventListener(pattern, removed));
        publishNames(PLACED, type("order.brand-new"), PAID);
        assertHears(witness, "order.paid");
        assertPatternHears(removed, "order.placed");
    }

    @Test
    @Needs(Capability.ORDERED)
    void aPatternHearsEachTypeInOrder() {
        Recorder<Integer> recorder = new Recorder<>();
        listen(EventType.of("tck.*", Integer.class), recorder);
        EventType<Integer> other = EventType.of("tck.other", Integer.class);
        for (int i = 0; i < 500; i++) {
            publish(i % 2 == 0 ? NUMBER : other, i);
        }
        eventually(() -> assertEquals(500, recorder.count()));
        for (int rest = 0; rest < 2; rest++) {
            int parity = rest;
            assertEquals(
                    numbers(0, 499).stream().filter(i -> i % 2 == parity).toList(),
                    recorder.details().stream().filter(i -> i % 2 == parity).toList());
        }
    }

    @Test
    @Needs(Capability.GROUPS)
    void aGroupOnAPatternSharesWhatThePatternHears() {
        Recorder<String> first = new Recorder<>();
        Recorder<String> second = new Recorder<>();
        Subscription one = listen(type("order.*"), first, options().group("billing"));
        listen(type("order.*"), second, options().group("billing"));
        publishNames(PLACED, PAID, PLACED, PAID);
        eventually(() -> assertEquals(4, first.count() + second.count()));
        result(one.close());
        int before = second.count();
        publishNames(PLACED, OTHER, PAID);
        eventually(() -> assertEquals(before + 2, second.count()));
        assertEquals(4, first.count() + before);
    }
}
