package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

/** A section of the contract: what its rules are written with. */
abstract class Rules {
    /** The type that most rules publish. */
    static final EventType<Integer> NUMBER = EventType.of("tck.number", Integer.class);

    /** Seven attempts in quick succession. */
    static final RetryPolicy QUICKLY = RetryPolicy.backoff(7, Duration.ofMillis(1), Duration.ofMillis(2));

    /** So many events may be on their way to a default subscription at once. */
    private static final int WINDOW = 64;

    private static final AtomicInteger MARKERS = new AtomicInteger();

    private final EventTargetContract suite;

    Rules(EventTargetContract suite) {
        this.suite = suite;
    }

    /** Some code of a test's thread. */
    interface Task {
        void run(int index) throws Exception;
    }

    static ListenerOptions options() {
        return ListenerOptions.defaults();
    }

    EventTargetContract suite() {
        return suite;
    }

    Vertx vertx() {
        return suite.vertx();
    }

    TypedEventTarget target() {
        return suite.target();
    }

    /** Another target on the same bus. */
    TypedEventTarget anotherTarget() throws Exception {
        return suite.openTarget(suite.vertx());
    }

    boolean has(Capability capability) {
        return target().capabilities().contains(capability);
    }

    /** A verticle, or for {@link Where#OUTSIDE} the test's thread. */
    Place place(Where where) {
        suite.assume(where.isAvailable(), "virtual threads need Java 21");
        return Place.of(vertx(), where, suite.patience());
    }

    static List<Where> everywhere() {
        return Arrays.stream(Where.values()).filter(Where::isAvailable).toList();
    }

    // ---- listening

    <T extends @Nullable Object> Subscription listen(EventType<T> type, EventListener<T> listener) {
        return ready(target().addEventListener(type, listener));
    }

    <T extends @Nullable Object> Subscription listen(
            EventType<T> type, EventListener<T> listener, ListenerOptions options) {
        return ready(target().addEventListener(type, listener, options));
    }

    <T extends @Nullable Object> Subscription listen(
            Place place, EventType<T> type, EventListener<T> listener, ListenerOptions options) throws Exception {
        return ready(place.call(() -> target().addEventListener(type, listener, options)));
    }

    <T extends @Nullable Object> Subscription listenAsync(EventType<T> type, AsyncEventListener<T> listener) {
        return listenAsync(type, listener, options());
    }

    <T extends @Nullable Object> Subscription listenAsync(
            EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
        return ready(target().addAsyncEventListener(type, listener, options));
    }

    <T extends @Nullable Object> Subscription listenAsync(
            Place place, EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) throws Exception {
        return ready(place.call(() -> target().addAsyncEventListener(type, listener, options)));
    }

    Subscription ready(Subscription subscription) {
        result(subscription.ready());
        return subscription;
    }

    /** A gate, which opens at the end of the test. */
    <T extends @Nullable Object> Gate<T> gate() {
        Gate<T> gate = new Gate<>();
        suite.finallyDo(gate::open);
        return gate;
    }

    // ---- publishing

    <T extends @Nullable Object> Future<Void> dispatch(EventType<T> type, T detail) {
        return target().dispatchEvent(TypedEvent.of(type, detail));
    }

    /** Publishes one and waits until it is accepted. */
    <T extends @Nullable Object> void publish(EventType<T> type, T detail) {
        result(dispatch(type, detail));
    }

    void publish(TypedEvent<?> event) {
        result(target().dispatchEvent(event));
    }

    /** Publishes the numbers from {@code first} to {@code last} and waits until they are accepted. */
    void publishNumbers(int first, int last) {
        publishNumbers(target(), NUMBER, first, last);
    }

    /** The same, with so many on their way at once as a default buffer takes. */
    void publishNumbers(TypedEventTarget to, EventType<Integer> type, int first, int last) {
        Queue<Future<Void>> open = new ArrayDeque<>();
        for (int number = first; number <= last; number++) {
            if (open.size() == WINDOW) {
                result(open.remove());
            }
            open.add(to.dispatchEvent(TypedEvent.of(type, number)));
        }
        open.forEach(this::result);
    }

    // ---- waiting

    <R extends @Nullable Object> R result(Future<R> future) {
        return Outcome.of(future, suite.patience());
    }

    <R extends @Nullable Object> R result(CompletableFuture<R> future) {
        return Outcome.of(future, suite.patience());
    }

    EventTargetException failure(Future<?> future) {
        return Outcome.failureOf(future, suite.patience());
    }

    void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .dontCatchUncaughtExceptions()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(suite.patience())
                .untilAsserted(assertion);
    }

    /** Waits until so much was heard, and asserts that it is just this. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T extends @Nullable Object> void assertHears(Recorder<T> recorder, T... expected) {
        assertHears(recorder::details, Arrays.asList(expected));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T extends @Nullable Object> void assertHears(Gate<T> gate, T... expected) {
        assertHears(gate::details, Arrays.asList(expected));
    }

    void assertHearsNumbers(Recorder<Integer> recorder, int first, int last) {
        assertHears(recorder::details, numbers(first, last));
    }

    /** For what several members of a group have been given: between them there is no order. */
    void assertHearsInAnyOrder(Recorder<Integer> recorder, int first, int last) {
        List<Integer> expected = numbers(first, last);
        eventually(() -> assertTrue(recorder.count() >= expected.size(), () -> "heard only " + recorder.details()));
        assertEquals(expected, recorder.details().stream().sorted().toList());
    }

    <T extends @Nullable Object> void assertHears(Supplier<List<T>> heard, List<T> expected) {
        eventually(() -> assertTrue(
                heard.get().size() >= expected.size(), () -> "expected " + expected + " but heard " + heard.get()));
        if (has(Capability.ORDERED)) {
            assertEquals(expected, heard.get());
        } else {
            assertEquals(sorted(expected), sorted(heard.get()));
        }
    }

    static <T extends @Nullable Object> List<T> sorted(List<T> elements) {
        List<T> copy = new ArrayList<>(elements);
        copy.sort(Comparator.comparing(String::valueOf));
        return copy;
    }

    static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    /**
     * Waits until an event that is published now has been heard in a place: what was sent there before, and is wrongly
     * delivered, has been delivered too.
     */
    void settle(Place place) throws Exception {
        EventType<Integer> marker = EventType.of("tck.marker-" + MARKERS.incrementAndGet(), Integer.class);
        Recorder<Integer> witness = new Recorder<>();
        Subscription subscription = listen(place, marker, witness, options());
        for (int i = 1; i <= 3; i++) {
            publish(marker, i);
        }
        assertHears(witness, 1, 2, 3);
        result(subscription.close());
    }

    void settle() throws Exception {
        settle(place(Where.OUTSIDE));
    }

    // ---- threads

    /** Runs a task on several threads at the same time and waits for all. */
    void onThreads(int threads, Task task) {
        finish(startThreads(threads, task));
    }

    List<CompletableFuture<Void>> startThreads(int threads, Task task) {
        CountDownLatch start = new CountDownLatch(threads);
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int index = i;
            CompletableFuture<Void> outcome = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> {
                        try {
                            start.countDown();
                            start.await();
                            task.run(index);
                            outcome.complete(null);
                        } catch (Throwable e) {
                            outcome.completeExceptionally(e);
                        }
                    },
                    "tck-" + index);
            thread.setDaemon(true);
            thread.start();
            done.add(outcome);
        }
        return done;
    }

    /** Waits for threads: longer than for one thing, as each of them waits for many. */
    void finish(List<CompletableFuture<Void>> threads) {
        threads.forEach(thread -> Outcome.of(thread, suite.patience().multipliedBy(4)));
    }
}
