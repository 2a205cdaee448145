package dev.eventtarget.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ListenerRegistryTest {
    private static final List<String> LISTENED = List.of(
            "a", "a:1", "a:2", "b", "a.b", "a.b:1", "a.c", "*", "*:1", "a.*", "a.*:2", "a.>", ">", ">:1", "*.b",
            "a.b.c");
    private static final List<String> PUBLISHED =
            List.of("a", "a:1", "a:2", "a:3", "b", "b:1", "a.b", "a.b:1", "a.c", "a.c:2", "a.b.c", "x", "x:1", "x.y.z");

    private record Change(int which, boolean add, boolean publishBetween) {}

    @Provide
    Arbitrary<List<Change>> changes() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, LISTENED.size() * 2 - 1),
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(true, false))
                .as(Change::new)
                .list()
                .ofMaxSize(40);
    }

    @Property
    void findsWhatMatchesInTheOrderItWasAdded(@ForAll("changes") List<Change> changes) {
        ListenerRegistry registry = new ListenerRegistry();
        List<Listening> pool = new ArrayList<>();
        for (int i = 0; i < LISTENED.size() * 2; i++) {
            pool.add(new Listening(EventType.of(LISTENED.get(i % LISTENED.size()), Object.class)));
        }
        List<Listening> added = new ArrayList<>();
        for (Change change : changes) {
            Listening listening = pool.get(change.which);
            if (change.add && !added.contains(listening)) {
                registry.add(listening);
                added.add(listening);
            } else if (!change.add) {
                registry.remove(listening);
                added.remove(listening);
            }
            if (change.publishBetween) {
                check(registry, added);
            }
        }
        check(registry, added);
    }

    private static void check(ListenerRegistry registry, List<Listening> added) {
        for (String topic : PUBLISHED) {
            EventType<Object> type = EventType.of(topic, Object.class);
            assertEquals(
                    added.stream().filter(one -> one.type.matches(type)).toList(),
                    Arrays.asList(registry.find(type)),
                    topic);
        }
    }

    @Test
    void aDispatchOffersToAllAndFailsWhenOneFails() {
        ListenerRegistry registry = new ListenerRegistry();
        EventType<Object> type = EventType.of("a", Object.class);
        Listening full = new Listening(type);
        full.outcome = Future.failedFuture("full");
        Listening other = new Listening(type);
        registry.add(full);
        registry.add(other);
        TypedEvent<Object> event = TypedEvent.of(type, 1);

        Future<Void> outcome = registry.dispatch(event);

        assertEquals("full", outcome.cause().getMessage());
        assertEquals(List.of(event), full.offered);
        assertEquals(List.of(event), other.offered);
    }

    @Test
    void aDispatchToNobodyIsAccepted() {
        ListenerRegistry registry = new ListenerRegistry();

        assertSame(Registration.ACCEPTED, registry.dispatch(TypedEvent.of(EventType.of("a:1", Object.class), 1)));
    }

    private static final class Listening extends Registration {
        private final List<TypedEvent<?>> offered = new ArrayList<>();
        private Future<Void> outcome = ACCEPTED;

        Listening(EventType<?> type) {
            super(type);
        }

        @Override
        public Future<Void> offer(TypedEvent<?> event) {
            offered.add(event);
            return outcome;
        }

        @Override
        public void wake() {}

        @Override
        public String toString() {
            return type.topic();
        }
    }
}
