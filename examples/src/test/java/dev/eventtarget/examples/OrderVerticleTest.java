package dev.eventtarget.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventTargets;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderVerticleTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final List<TypedEvent<Order>> rejected = new CopyOnWriteArrayList<>();
    private final TypedEventTarget target = EventTargets.open(vertx, "memory:shop");
    private final PubSub pubSub = PubSub.over(target);

    @BeforeEach
    void listen() {
        target.addEventListener(
                OrderVerticle.ACCEPTED, event -> accepted.add(event.detail().id()));
        target.addEventListener(OrderVerticle.REJECTED, rejected::add);
    }

    @AfterEach
    void closeVertx() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    @Test
    void instancesShareTheOrders() throws Exception {
        stock(1000);
        OrderVerticle.deploy(vertx).await(20, SECONDS);

        List<String> ids =
                IntStream.range(0, 1000).mapToObj(Integer::toString).sorted().toList();
        for (String id : ids) {
            pubSub.publish(OrderVerticle.PLACED, new Order(id, 1)).await(20, SECONDS);
        }

        await().untilAsserted(() -> assertEquals(ids, accepted.stream().sorted().toList()));
        assertEquals(0, stock(0));
    }

    @Test
    void anOrderThatTheStockDoesNotCoverIsRejectedWithItsReason() throws Exception {
        stock(5);
        OrderVerticle.deploy(vertx).await(20, SECONDS);

        target.dispatchEvent(
                TypedEvent.of(OrderVerticle.PLACED, new Order("large", 6)).withHeader("shop", "north"));

        await().until(() -> !rejected.isEmpty());
        assertEquals(new Order("large", 6), rejected.get(0).detail());
        assertEquals(
                Map.of(
                        "shop",
                        "north",
                        DeadLetter.TYPE,
                        "order.placed",
                        DeadLetter.REASON,
                        "listener_failed",
                        DeadLetter.MESSAGE,
                        "Order large is for more than there is",
                        DeadLetter.ATTEMPTS,
                        "3",
                        DeadLetter.GROUP,
                        "stock"),
                rejected.get(0).headers());
        assertFalse(accepted.contains("large"));
        assertEquals(5, stock(0));
    }

    @Test
    void takesNoOrdersOnceUndeployed() throws Exception {
        stock(5);
        String deployment = OrderVerticle.deploy(vertx).await(20, SECONDS);
        vertx.undeploy(deployment).await(20, SECONDS);
        pubSub.publish(OrderVerticle.PLACED, new Order("lost", 1)).await(20, SECONDS);

        OrderVerticle.deploy(vertx).await(20, SECONDS);
        pubSub.publish(OrderVerticle.PLACED, new Order("found", 1)).await(20, SECONDS);

        await().untilAsserted(() -> assertEquals(List.of("found"), accepted));
    }

    private long stock(long added) throws Exception {
        return OrderVerticle.stock(vertx)
                .compose(stock -> stock.addAndGet(added))
                .await(20, SECONDS);
    }
}
