package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final int SIZE = 12_000;

    /** The orders' topics repeat after so many events. */
    private static final int ROUND = 3000;

    private final Workload orders = Workload.orders(SIZE);
    private final BitSet published = new BitSet();
    private final Ledger ledger = new Ledger(orders.everything(), orders, true);

    LedgerTest() {
        published.set(0, SIZE);
    }

    private void enter(int sequence) {
        enter(sequence, orders.event(sequence));
    }

    private void enter(int sequence, TypedEvent<?> event) {
        enter(ledger, sequence, event);
    }

    private static void enter(Ledger ledger, int sequence, TypedEvent<?> event) {
        ledger.enter(sequence, event.withHeader(Run.HEADER, "run/" + sequence), 0, 1);
    }

    private void enter(int from, int to) {
        for (int sequence = from; sequence < to; sequence++) {
            enter(sequence);
        }
    }

    private static TypedEvent<?> withDetailOf(TypedEvent<?> other, TypedEvent<?> event) {
        return TypedEvent.of(EventType.of(event.type().topic(), Object.class), (Object) other.detail());
    }

    private static <T> TypedEvent<T> withTopic(String topic, TypedEvent<T> event) {
        return event.with(event.type().withTopic(topic), event.detail());
    }

    private String topic(int sequence) {
        return orders.event(sequence).type().topic() + " #" + sequence;
    }

    @Test
    void nothingIsWrongWhenEachComesOnceAndInOrder() {
        enter(0, SIZE);

        assertEquals(Map.of(), ledger.judge(published));
        assertEquals(SIZE, ledger.distinct());
        assertEquals(SIZE, ledger.latency().getTotalCount());
    }

    @Test
    void findsLostEvents() {
        enter(0, 100);
        enter(102, SIZE);

        assertEquals(Map.of(Ledger.Fault.LOST, new Ledger.Finding(2, topic(100))), ledger.judge(published));
    }

    @Test
    void findsNothingLostOfWhatWasNotPublished() {
        enter(0, 100);
        enter(102, SIZE);
        published.clear(100, 102);

        assertEquals(Map.of(), ledger.judge(published));
    }

    @Test
    void findsDuplicates() {
        enter(0, 50);
        enter(49);
        enter(50, SIZE);
        enter(7);

        assertEquals(Map.of(Ledger.Fault.DUPLICATED, new Ledger.Finding(2, topic(49))), ledger.judge(published));
        assertEquals(SIZE, ledger.distinct());
    }

    @Test
    void findsEventsOfATopicOutOfOrder() {
        enter(0, 5);
        enter(5 + ROUND);
        enter(6, 5 + ROUND);
        enter(5);
        enter(6 + ROUND, SIZE);

        assertEquals(Map.of(Ledger.Fault.OUT_OF_ORDER, new Ledger.Finding(1, topic(5))), ledger.judge(published));
    }

    @Test
    void eventsOfDifferentTopicsMayPassEachOther() {
        enter(1);
        enter(0);
        enter(2, SIZE);

        assertEquals(Map.of(), ledger.judge(published));
    }

    @Test
    void doesNotJudgeOrderWhereNoneIsPromised() {
        Ledger unordered = new Ledger(orders.everything(), orders, false);
        for (int sequence = SIZE - 1; sequence >= 0; sequence--) {
            enter(unordered, sequence, orders.event(sequence));
        }

        assertEquals(Map.of(), unordered.judge(published));
    }

    @Test
    void findsChangedDetails() {
        enter(0, 5);
        enter(5, withDetailOf(orders.event(8), orders.event(5)));
        enter(6, orders.event(6).with(EventType.of("order.placed:2", Void.class), null));
        enter(7, SIZE);

        assertEquals(Map.of(Ledger.Fault.CHANGED, new Ledger.Finding(2, topic(5))), ledger.judge(published));
    }

    @Test
    void findsChangedHeaders() {
        enter(0, orders.event(0).withHeader("more", "than was sent"));
        enter(1, SIZE);

        assertEquals(Set.of(Ledger.Fault.CHANGED), ledger.judge(published).keySet());
    }

    @Test
    void findsChangedTopics() {
        enter(0, withTopic("order.placed:elsewhere", orders.event(0)));
        enter(1, SIZE);

        assertEquals(Set.of(Ledger.Fault.CHANGED), ledger.judge(published).keySet());
    }

    @Test
    void findsWhatTheListenerDoesNotListenTo() {
        Ledger paid = new Ledger(EventType.of("order.paid", Order.class), orders, true);
        for (int sequence = 0; sequence < SIZE; sequence++) {
            if (sequence % 3 == 1 || sequence == 2) {
                enter(paid, sequence, orders.event(sequence));
            }
        }

        assertEquals(Map.of(Ledger.Fault.NOT_LISTENED_TO, new Ledger.Finding(1, topic(2))), paid.judge(published));
    }
}
