package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.DeliveryException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.GapException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class InterceptorRules extends Rules {
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

    private final Told told = new Told();

    InterceptorRules(EventTargetContract suite) {
        super(suite);
    }

    /** Keeps what it is told, and marks what goes out. */
    private static class Told implements Interceptor {
        private final Queue<TypedEventTarget> opened = new ConcurrentLinkedQueue<>();
        private final Queue<TypedEventTarget> closed = new ConcurrentLinkedQueue<>();
        private final Queue<Object> published = new ConcurrentLinkedQueue<>();
        private final Queue<Object> delivered = new ConcurrentLinkedQueue<>();
        private final Queue<Object> retried = new ConcurrentLinkedQueue<>();
        private final Queue<String> dropped = new ConcurrentLinkedQueue<>();
        private final Queue<String> duplicates = new ConcurrentLinkedQueue<>();
        private final Queue<EventTargetException> failures = new ConcurrentLinkedQueue<>();
        private final Queue<Subscription> whose = new ConcurrentLinkedQueue<>();

        @Override
        public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
            // not onSuccess: the publisher might see the outcome first
            return next.apply(event.withHeader("by", "interceptor")).andThen((done, error) -> {
                if (error == null) {
                    published.add(event.detail());
                }
            });
        }

        @Override
        public Future<?> deliver(
                TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
            whose.add(subscription);
            delivered.add(Objects.requireNonNull(event.detail()));
            INSIDE.set(true);
            try {
                return next.apply(event.withHeader("to", "listener"));
            } finally {
                INSIDE.remove();
            }
        }

        @Override
        public void opened(TypedEventTarget target) {
            opened.add(target);
        }

        @Override
        public void closed(TypedEventTarget target) {
            closed.add(target);
        }

        @Override
        public void retrying(TypedEvent<?> event, Subscription subscription) {
            whose.add(subscription);
            retried.add(Objects.requireNonNull(event.detail()));
        }

        @Override
        public void dropped(TypedEvent<?> event, Subscription subscription) {
            whose.add(subscription);
            dropped.add(event.type().topic());
        }

        @Override
        public void duplicate(TypedEvent<?> event) {
            duplicates.add(String.valueOf(event.id()));
        }

        @Override
        public void failed(EventTargetException error, Subscription subscription) {
            whose.add(subscription);
            failures.add(error);
        }
    }

    private TypedEventTarget intercepted;

    @BeforeEach
    void open() throws Exception {
        intercepted = suite().openIntercepted(told);
    }

    private void publishThere(int first, int last) {
        publishNumbers(intercepted, NUMBER, first, last);
    }

    private void assertWhose(Subscription subscription) {
        assertTrue(told.whose.stream().allMatch(one -> one == subscription));
    }

    @Test
    void interceptorsStandAroundPublicationAndDelivery() {
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = ready(intercepted.addEventListener(NUMBER, recorder));
        publishThere(1, 3);
        assertHearsNumbers(recorder, 1, 3);
        assertEquals(sorted(List.of(1, 2, 3)), sorted(List.copyOf(told.published)));
        assertEquals(sorted(List.of(1, 2, 3)), sorted(List.copyOf(told.delivered)));
        recorder.events().forEach(event -> {
            assertEquals("interceptor", event.headers().get("by"));
            assertEquals("listener", event.headers().get("to"));
        });
        assertWhose(subscription);
    }

    @Everywhere
    void interceptorsAreCalledOnTheListenersThread(Where where) throws Exception {
        Queue<Boolean> inside = new ConcurrentLinkedQueue<>();
        Place place = place(where);
        for (int concurrency : new int[] {1, 2}) {
            ready(place.call(() -> intercepted.addEventListener(
                    NUMBER, event -> inside.add(INSIDE.get()), options().concurrency(concurrency))));
        }
        publishThere(1, 3);
        eventually(() -> assertEquals(6, inside.size()));
        assertEquals(List.of(true), inside.stream().distinct().toList());
    }

    @Test
    void interceptorsAreToldOfTheOpeningAndTheClosing() {
        assertEquals(1, told.opened.size());
        result(told.opened.element().status());
        assertEquals(0, told.closed.size());
        result(intercepted.close());
        assertEquals(List.copyOf(told.opened), List.copyOf(told.closed));
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void interceptorsAreToldOfRetriesAndOfWhatIsGivenUp() {
        Subscription subscription = ready(intercepted.addEventListener(
                NUMBER,
                event -> {
                    throw new IllegalStateException("refused");
                },
                options().retry(RetryPolicy.immediately(3)).onError(error -> {})));
        publishThere(1, 1);
        eventually(() -> assertEquals(1, told.failures.size()));
        assertInstanceOf(DeliveryException.class, told.failures.remove());
        assertEquals(List.of(1, 1), List.copyOf(told.retried));
        assertEquals(List.of(1, 1, 1), List.copyOf(told.delivered));
        assertWhose(subscription);
    }

    @Test
    void interceptorsAreToldOfWhatIsDropped() {
        Subscription subscription = ready(intercepted.addEventListener(
                        NUMBER, new Recorder<>(), options().buffer(4, OverflowPolicy.DROP_OLDEST)))
                .pause();
        suite().finallyDo(subscription::resume);
        publishThere(1, 6);
        eventually(() -> assertEquals(List.of(NUMBER.topic(), NUMBER.topic()), List.copyOf(told.dropped)));
        assertWhose(subscription);
    }

    @Test
    @InProcess
    @Needs(Capability.DEDUPLICATED)
    void interceptorsAreToldOfDuplicates() {
        result(intercepted.dispatchEvent(TypedEvent.of(NUMBER, 1).withId("a")));
        result(intercepted.dispatchEvent(TypedEvent.of(NUMBER, 2).withId("b")));
        assertEquals(List.of(), List.copyOf(told.duplicates));
        result(intercepted.dispatchEvent(TypedEvent.of(NUMBER, 3).withId("a")));
        assertEquals(List.of("a"), List.copyOf(told.duplicates));
    }

    @Test
    @Needs(Capability.REPLAY)
    void interceptorsAreToldOfGaps() {
        int limit = suite().historyLimit();
        suite().assume(limit > 0, "the adapter's test does not say how far the history reaches (historyLimit)");
        Recorder<Integer> recorder = new Recorder<>();
        Subscription first = ready(intercepted.addEventListener(NUMBER, recorder));
        publishThere(1, 1);
        assertHears(recorder, 1);
        String position = Objects.requireNonNull(recorder.events().get(0).position());
        result(first.close());
        publishThere(2, limit + 3);
        intercepted.addEventListener(
                NUMBER,
                new Recorder<>(),
                options().from(StartFrom.after(position)).onError(error -> {}));
        eventually(() -> assertEquals(1, told.failures.size()));
        assertInstanceOf(GapException.class, told.failures.remove());
    }

    @Test
    void anInterceptorThatFailsWhenItIsToldSomethingChangesNothing() throws Exception {
        TypedEventTarget target = suite().openIntercepted(new Told() {
            @Override
            public void opened(TypedEventTarget opened) {
                throw new IllegalStateException("opened");
            }

            @Override
            public void dropped(TypedEvent<?> event, Subscription subscription) {
                throw new IllegalStateException("dropped");
            }
        });
        Recorder<Integer> recorder = new Recorder<>();
        Subscription subscription = ready(
                        target.addEventListener(NUMBER, recorder, options().buffer(4, OverflowPolicy.DROP_NEWEST)))
                .pause();
        publishNumbers(target, NUMBER, 1, 6);
        eventually(() -> assertEquals(2, subscription.dropped()));
        subscription.resume();
        assertHearsNumbers(recorder, 1, 4);
    }
}
