package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.Capability;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@Needs(Capability.ORDERED)
abstract class OrderRules extends Rules {
    private static final int PUBLISHERS = 6;
    private static final int EACH = 400;

    OrderRules(EventTargetContract suite) {
        super(suite);
    }

    private static int numberOf(int publisher, int sequence) {
        return publisher * 1_000_000 + sequence;
    }

    private void assertEachInOrder(Recorder<Integer> recorder, int publishers) {
        eventually(() -> assertEquals(publishers * EACH, recorder.count()));
        for (int publisher = 0; publisher < publishers; publisher++) {
            int first = numberOf(publisher, 0);
            assertEquals(
                    numbers(first, first + EACH - 1),
                    recorder.details().stream()
                            .filter(number -> number / 1_000_000 == first / 1_000_000)
                            .toList());
        }
    }

    @Everywhere
    void aPublishersEventsArriveInOrder(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        List<TypedEvent<Integer>> events =
                numbers(1, 1000).stream().map(i -> TypedEvent.of(NUMBER, i)).toList();
        result(PubSub.over(target()).publishAll(events));
        assertHearsNumbers(recorder, 1, 1000);
    }

    @Everywhere
    void anAsyncListenerHearsInOrder(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listenAsync(
                place(where),
                NUMBER,
                event -> {
                    recorder.handle(event);
                    // some are handled at once and some later
                    return event.detail() % 7 == 0 ? vertx().timer(1) : Future.succeededFuture();
                },
                options());
        publishNumbers(1, 500);
        assertHearsNumbers(recorder, 1, 500);
    }

    @Everywhere
    void eachOfManyPublishersKeepsItsOrder(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        onThreads(
                PUBLISHERS,
                publisher -> publishNumbers(target(), NUMBER, numberOf(publisher, 0), numberOf(publisher, EACH - 1)));
        assertEachInOrder(recorder, PUBLISHERS);
    }

    @Test
    void publishersOnSeveralTargetsKeepTheirOrder() throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(NUMBER, recorder);
        List<TypedEventTarget> targets = List.of(target(), anotherTarget(), anotherTarget());
        onThreads(
                targets.size(),
                publisher -> publishNumbers(
                        targets.get(publisher), NUMBER, numberOf(publisher, 0), numberOf(publisher, EACH - 1)));
        assertEachInOrder(recorder, targets.size());
    }

    @Everywhere
    void whatIsPublishedInAVerticleKeepsItsOrder(Where where) throws Exception {
        Recorder<Integer> outside = new Recorder<>();
        Recorder<Integer> inside = new Recorder<>();
        Place place = place(where);
        listen(NUMBER, outside);
        listen(place, NUMBER, inside, options());
        List<Future<Void>> accepted = place.call(() -> {
            List<Future<Void>> futures = new ArrayList<>();
            for (int i = 1; i <= 500; i++) {
                futures.add(dispatch(NUMBER, i));
            }
            return futures;
        });
        accepted.forEach(this::result);
        assertHearsNumbers(outside, 1, 500);
        assertHearsNumbers(inside, 1, 500);
    }

    @Everywhere
    void eventsOfOneIdArriveInOrder(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        listen(place(where), NUMBER, recorder, options());
        for (int i = 0; i < 400; i++) {
            publish(NUMBER.withId(String.valueOf(i % 4)), i);
        }
        eventually(() -> assertEquals(400, recorder.count()));
        for (int id = 0; id < 4; id++) {
            int rest = id;
            assertEquals(
                    numbers(0, 399).stream().filter(i -> i % 4 == rest).toList(),
                    recorder.details().stream().filter(i -> i % 4 == rest).toList());
        }
    }

    @Everywhere
    void orderHoldsWhileASubscriptionPausesAndResumes(Where where) throws Exception {
        Recorder<Integer> recorder = new Recorder<>();
        var subscription = listen(place(where), NUMBER, recorder, options());
        var publisher = startThreads(1, index -> publishNumbers(1, 2000));
        while (!publisher.get(0).isDone()) {
            subscription.pause();
            Thread.onSpinWait();
            subscription.resume();
        }
        finish(publisher);
        assertHearsNumbers(recorder, 1, 2000);
    }
}
