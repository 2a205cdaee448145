package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.EventStream;
import dev.eventtarget.EventType;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

abstract class StreamRules extends Rules {
    private static final Duration AN_HOUR = Duration.ofHours(1);

    StreamRules(EventTargetContract suite) {
        super(suite);
    }

    /** What a stream gave, and whether it has ended. */
    private static final class Taken<E> {
        private final List<E> elements = Collections.synchronizedList(new ArrayList<>());
        private final Promise<Void> ended = Promise.promise();

        void add(E element) {
            elements.add(element);
        }

        List<E> elements() {
            return List.copyOf(elements);
        }
    }

    private PubSub pubSub() {
        return PubSub.over(target());
    }

    private EventStream<Integer> numberStream() {
        return pubSub().subscribe(NUMBER).map(TypedEvent::detail);
    }

    private <E> Taken<E> take(EventStream<E> stream) {
        Taken<E> taken = new Taken<>();
        stream.endHandler(end -> taken.ended.tryComplete());
        stream.handler(taken::add);
        result(stream.ready());
        return taken;
    }

    private <E> void assertGives(Taken<E> taken, List<E> expected) {
        assertHears(taken::elements, expected);
    }

    @Test
    void aStreamGivesTheEventsOfItsType() {
        Taken<TypedEvent<Integer>> taken = take(pubSub().subscribe(NUMBER));
        publish(EventType.of("tck.other", Integer.class), 0);
        result(pubSub().publish(NUMBER, 1));
        result(pubSub().publish(NUMBER, "42", 2));
        result(pubSub().publishAll(List.of(TypedEvent.of(NUMBER, 3), TypedEvent.of(NUMBER, 4))));
        eventually(() -> assertEquals(4, taken.elements().size()));
        assertEquals(
                numbers(1, 4),
                taken.elements().stream().map(TypedEvent::detail).sorted().toList());
    }

    @Test
    void aStreamOfAnIdGivesThatIdAlone() {
        Taken<Integer> taken = take(pubSub().subscribe(NUMBER, "42").map(TypedEvent::detail));
        result(pubSub().publish(NUMBER, "4", 1));
        result(pubSub().publish(NUMBER, 2));
        result(pubSub().publish(NUMBER, "42", 3));
        assertGives(taken, List.of(3));
    }

    @Test
    @Needs(Capability.WILDCARDS)
    void aStreamOfAPatternGivesWhatMatches() {
        Taken<Integer> taken = take(pubSub().subscribe("tck.*", Integer.class).map(TypedEvent::detail));
        publish(NUMBER, 1);
        publish(EventType.of("other.number", Integer.class), 2);
        publish(EventType.of("tck.other", Integer.class), 3);
        assertHears(() -> sorted(taken.elements()), List.of(1, 3));
    }

    @Test
    void mapAndFilterKeepOrder() {
        Taken<String> taken =
                take(numberStream().filter(number -> number % 2 == 0).map(number -> "n" + number));
        publishNumbers(1, 100);
        assertGives(
                taken,
                numbers(1, 100).stream()
                        .filter(number -> number % 2 == 0)
                        .map(number -> "n" + number)
                        .toList());
    }

    @Test
    void takeEndsTheStream() {
        EventStream<Integer> stream = numberStream().take(3);
        Taken<Integer> taken = take(stream);
        publishNumbers(1, 10);
        result(taken.ended.future());
        assertGives(taken, List.of(1, 2, 3));
        publishNumbers(11, 20);
        result(stream.close());
        assertGives(taken, List.of(1, 2, 3));
    }

    @Test
    void aBatchIsGivenWhenItIsFull() {
        EventStream<List<Integer>> stream = numberStream().batch(10, AN_HOUR);
        Taken<List<Integer>> taken = take(stream);
        publishNumbers(1, 30);
        assertGives(taken, List.of(numbers(1, 10), numbers(11, 20), numbers(21, 30)));
    }

    @Test
    void aBatchIsGivenWhenItsFirstElementHasWaited() {
        Taken<List<Integer>> taken = take(numberStream().batch(1000, Duration.ofMillis(20)));
        publishNumbers(1, 5);
        eventually(() -> assertEquals(
                numbers(1, 5),
                taken.elements().stream().flatMap(List::stream).sorted().toList()));
        publishNumbers(6, 7);
        eventually(() -> assertEquals(
                numbers(1, 7),
                taken.elements().stream().flatMap(List::stream).sorted().toList()));
        assertTrue(taken.elements().stream().noneMatch(List::isEmpty));
    }

    @Test
    void closingAStreamDoesNotWaitForItsBatch() {
        EventStream<List<Integer>> stream = numberStream().batch(10, AN_HOUR);
        Taken<List<Integer>> taken = take(stream);
        publishNumbers(1, 15);
        eventually(() -> assertEquals(1, taken.elements().size()));
        result(stream.close());
        result(taken.ended.future());
        assertGives(taken, List.of(numbers(1, 10)));
    }

    @Test
    void aPausedStreamLosesNothing() throws Exception {
        EventStream<Integer> stream = numberStream();
        Taken<Integer> taken = take(stream);
        publishNumbers(1, 5);
        assertGives(taken, numbers(1, 5));
        stream.pause();
        publishNumbers(6, 50);
        settle();
        assertGives(taken, numbers(1, 5));
        stream.fetch(3);
        assertGives(taken, numbers(1, 8));
        settle();
        assertGives(taken, numbers(1, 8));
        stream.resume();
        assertGives(taken, numbers(1, 50));
    }

    @Test
    void aStreamMayBePausedFromTheStart() throws Exception {
        EventStream<Integer> stream = numberStream().pause();
        Taken<Integer> taken = take(stream);
        publishNumbers(1, 5);
        settle();
        assertGives(taken, List.of());
        stream.fetch(2);
        assertGives(taken, List.of(1, 2));
        stream.resume();
        assertGives(taken, numbers(1, 5));
    }

    @Test
    @InProcess
    void aPausedStreamHoldsThePublisher() {
        EventStream<TypedEvent<Integer>> stream =
                pubSub().subscribe(NUMBER, options().buffer(2, OverflowPolicy.BLOCK));
        stream.pause();
        Taken<TypedEvent<Integer>> taken = take(stream);
        List<Future<Void>> accepted = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            accepted.add(dispatch(NUMBER, i));
        }
        // one is being handled and two wait
        eventually(() ->
                assertEquals(3, accepted.stream().filter(Future::isComplete).count()));
        stream.resume();
        accepted.forEach(this::result);
        eventually(() -> assertEquals(10, taken.elements().size()));
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void whatAHandlerRefusesIsGivenAgain() {
        List<Integer> given = Collections.synchronizedList(new ArrayList<>());
        EventStream<TypedEvent<Integer>> stream =
                pubSub().subscribe(NUMBER, options().retry(QUICKLY));
        stream.handler(event -> {
            given.add(event.detail());
            if (given.size() == 2) {
                throw new IllegalStateException("refused");
            }
        });
        result(stream.ready());
        publishNumbers(1, 3);
        assertHears(() -> List.copyOf(given), List.of(1, 2, 2, 3));
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void whatAnOperatorRefusesIsGivenAgain() {
        List<Integer> tried = Collections.synchronizedList(new ArrayList<>());
        Taken<Integer> taken =
                take(pubSub().subscribe(NUMBER, options().retry(QUICKLY)).map(event -> {
                    tried.add(event.detail());
                    if (tried.size() == 2) {
                        throw new IllegalStateException("refused");
                    }
                    return event.detail();
                }));
        publishNumbers(1, 3);
        assertGives(taken, List.of(1, 2, 3));
        assertHears(() -> List.copyOf(tried), List.of(1, 2, 2, 3));
    }

    @Test
    @Needs(Capability.ACKNOWLEDGED)
    void aBatchThatIsRefusedIsGivenAgain() {
        List<Integer> given = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<@Nullable List<Integer>> refused = new AtomicReference<>();
        EventStream<List<Integer>> stream = pubSub().subscribe(NUMBER, options().retry(QUICKLY))
                .map(TypedEvent::detail)
                .batch(5, Duration.ofMillis(50));
        stream.handler(batch -> {
            if (refused.compareAndSet(null, batch)) {
                throw new IllegalStateException("refused");
            }
            given.addAll(batch);
        });
        result(stream.ready());
        publishNumbers(1, 10);
        eventually(() -> assertEquals(numbers(1, 10), sorted(given, 10)));
        assertFalse(Objects.requireNonNull(refused.get()).isEmpty());
    }

    private static List<Integer> sorted(List<Integer> numbers, int least) {
        List<Integer> copy = List.copyOf(numbers);
        assertTrue(copy.size() >= least, () -> "so far " + copy);
        return copy.stream().sorted().toList();
    }

    @Test
    void closingAStreamEndsIt() {
        EventStream<Integer> stream = numberStream();
        Taken<Integer> taken = take(stream);
        Recorder<Integer> witness = new Recorder<>();
        listen(NUMBER, witness);
        publish(NUMBER, 1);
        assertGives(taken, List.of(1));
        result(stream.close());
        result(taken.ended.future());
        publishNumbers(2, 5);
        assertHearsNumbers(witness, 1, 5);
        assertGives(taken, List.of(1));
    }

    @Test
    void aStreamEndsWithItsTarget() {
        Taken<Integer> taken = take(numberStream());
        publishNumbers(1, 5);
        result(target().close());
        result(taken.ended.future());
        assertGives(taken, numbers(1, 5));
    }

    @Everywhere
    void aStreamIsCalledOnTheContextOfItsHandler(Where where) throws Exception {
        Place place = place(where);
        Taken<Integer> taken = new Taken<>();
        List<Boolean> there = Collections.synchronizedList(new ArrayList<>());
        EventStream<Integer> stream = place.call(() -> {
            var home = Vertx.currentContext();
            return numberStream().handler(number -> {
                there.add(where == Where.OUTSIDE || home == Vertx.currentContext());
                taken.add(number);
            });
        });
        result(stream.ready());
        publishNumbers(1, 20);
        assertGives(taken, numbers(1, 20));
        stream.pause();
        publishNumbers(21, 40);
        stream.resume();
        assertGives(taken, numbers(1, 40));
        assertFalse(there.contains(false));
    }

    @Test
    void aPublisherGivesWhatIsRequested() throws Exception {
        List<Integer> given = Collections.synchronizedList(new ArrayList<>());
        Promise<Void> completed = Promise.promise();
        AtomicReference<Flow.@Nullable Subscription> demand = new AtomicReference<>();
        numberStream().toPublisher().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                demand.set(subscription);
            }

            @Override
            public void onNext(Integer number) {
                given.add(number);
            }

            @Override
            public void onError(Throwable error) {
                completed.fail(error);
            }

            @Override
            public void onComplete() {
                completed.complete();
            }
        });
        Flow.Subscription subscription = Objects.requireNonNull(demand.get());
        // a publisher does not tell when it is ready: ask for one and publish until it comes
        subscription.request(1);
        eventually(() -> {
            publish(NUMBER, 0);
            assertFalse(given.isEmpty());
        });
        settle();
        assertEquals(List.of(0), List.copyOf(given));
        publishNumbers(1, 10);
        subscription.request(Long.MAX_VALUE);
        eventually(() -> assertTrue(given.contains(10)));
        assertEquals(
                numbers(1, 10),
                List.copyOf(given).stream().filter(number -> number > 0).toList());
        result(target().close());
        result(completed.future());
    }

    @Test
    void aCancelledPublisherGivesNoMore() throws Exception {
        List<Integer> given = Collections.synchronizedList(new ArrayList<>());
        numberStream().toPublisher().subscribe(new Flow.Subscriber<>() {
            private Flow.@Nullable Subscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                this.subscription = subscription;
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Integer number) {
                given.add(number);
                Objects.requireNonNull(subscription).cancel();
            }

            @Override
            public void onError(Throwable error) {
                given.add(-1);
            }

            @Override
            public void onComplete() {
                given.add(-2);
            }
        });
        eventually(() -> {
            publish(NUMBER, 1);
            assertFalse(given.isEmpty());
        });
        publish(NUMBER, 2);
        settle();
        assertEquals(List.of(1), List.copyOf(given));
    }
}
