package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveryGuaranteesTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<Integer> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    private static Order order(int quantity) {
        return new Order("42", quantity);
    }

    @Test
    void anIdIsPublishedOnce() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?dedup=4096");
        target.addEventListener(PLACED, event -> heard.add(event.detail().quantity()));
        Order order = order(3);
        // snippet: delivery-id
        TypedEvent<Order> event = TypedEvent.of(PLACED, order).withId("order-42-placed");
        target.dispatchEvent(event).await();
        target.dispatchEvent(event).await(); // succeeds, and nobody hears of it
        // end
        assertEquals(List.of(3), heard);
    }

    @Test
    void theEffectIsMadeOnceWhateverComesTwice() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        Map<String, Order> stored = new ConcurrentHashMap<>();
        // snippet: delivery-idempotent
        target.addEventListener(PLACED, event -> {
            String key = event.id() == null ? event.detail().id() : event.id();
            stored.putIfAbsent(key, event.detail()); // in a database: INSERT … ON CONFLICT DO NOTHING
        });
        // end
        TypedEvent<Order> event = TypedEvent.of(PLACED, order(3)).withId("order-42-placed");
        target.dispatchEvent(event).await();
        target.dispatchEvent(event).await();
        assertEquals(Map.of("order-42-placed", order(3)), stored);
    }

    @Test
    void goesOnBehindAPosition() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?history=1000");
        List<String> positions = new ArrayList<>();
        PubSub pubSub = PubSub.over(target);
        pubSub.publish(PLACED, order(1)).await();
        Subscription first = target.addEventListener(
                PLACED,
                event -> positions.add(event.position()),
                ListenerOptions.defaults().from(StartFrom.earliest()));
        first.drain().await();
        pubSub.publish(PLACED, order(2)).await();

        String lastPosition = positions.get(0);
        List<EventTargetException> errors = new CopyOnWriteArrayList<>();
        // snippet: delivery-position
        ListenerOptions options = ListenerOptions.defaults()
                .from(StartFrom.after(lastPosition)) // TypedEvent.position() of the last event that was handled
                .onError(errors::add); // a GapException, if the log does not reach back so far
        target.addEventListener(PLACED, event -> heard.add(event.detail().quantity()), options);
        // end
        await().untilAsserted(() -> assertEquals(List.of(2), heard));
        assertEquals(List.of(), errors);
    }

    @Test
    void aGapIsReported() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?history=2");
        PubSub pubSub = PubSub.over(target);
        List<String> positions = new CopyOnWriteArrayList<>();
        target.addEventListener(PLACED, event -> positions.add(event.position()));
        for (int i = 1; i <= 5; i++) {
            pubSub.publish(PLACED, order(i)).await();
        }
        await().until(() -> positions.size() == 5);
        List<EventTargetException> errors = new CopyOnWriteArrayList<>();
        target.addEventListener(
                PLACED,
                event -> heard.add(event.detail().quantity()),
                ListenerOptions.defaults()
                        .from(StartFrom.after(positions.get(0)))
                        .onError(errors::add));

        await().untilAsserted(() -> assertEquals(List.of(4, 5), heard));
        await().until(() -> !errors.isEmpty());
        assertInstanceOf(GapException.class, errors.get(0));
    }

    @Test
    void concurrencyByKey() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        // snippet: delivery-publishers-order
        List<Future<Void>> accepted = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> target.dispatchEvent(TypedEvent.of(PLACED, order(i))))
                .toList();
        Future.all(accepted).await(); // they are heard in the order of the calls: no need to wait between them
        // end
    }

    // snippet: delivery-drain
    static final class DrainingVerticle extends VerticleBase {
        private final List<Integer> handled;
        private Subscription subscription;

        DrainingVerticle(List<Integer> handled) {
            this.handled = handled;
        }

        @Override
        public Future<?> start() {
            subscription = EventTargets.open(vertx, "memory:shop")
                    .addAsyncEventListener(
                            PLACED,
                            event -> vertx.timer(1)
                                    .onSuccess(
                                            done -> handled.add(event.detail().quantity())));
            return subscription.ready();
        }

        @Override
        public Future<?> stop() {
            return subscription.drain(); // without it, what waits for this listener alone is not delivered
        }
    }
    // end

    @Test
    void aVerticleHandlesWhatWaitsBeforeItGoes() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:shop");
        String deployment = vertx.deployVerticle(new DrainingVerticle(heard)).await(20, SECONDS);
        for (int i = 1; i <= 20; i++) {
            PubSub.over(target).publish(PLACED, order(i)).await(20, SECONDS);
        }
        vertx.undeploy(deployment).await(20, SECONDS);

        assertEquals(IntStream.rangeClosed(1, 20).boxed().toList(), heard);
    }
}
