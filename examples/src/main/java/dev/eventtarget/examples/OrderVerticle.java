package dev.eventtarget.examples;

import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.Counter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Accepts orders as far as the stock reaches. Its instances share the work: each order goes to one of them, which handles it
 * on its own context. An order that the stock does not cover is tried again, in case pieces come back, and at last rejected.
 */
public final class OrderVerticle extends VerticleBase {
    static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);
    static final EventType<Order> ACCEPTED = EventType.of("order.accepted", Order.class);
    static final EventType<Order> REJECTED = EventType.of("order.rejected", Order.class);

    // snippet: verticle
    @Override
    public Future<?> start() {
        TypedEventTarget target = EventTargets.open(vertx, config().getJsonObject("events"));
        ListenerOptions options = ListenerOptions.defaults()
                .group("stock")
                .retry(RetryPolicy.backoff(3, Duration.ofMillis(50), Duration.ofSeconds(1)))
                .deadLetter("order.rejected");
        return target.addAsyncEventListener(
                        PLACED,
                        event -> reserve(event.detail())
                                .compose(done -> PubSub.over(target).publish(ACCEPTED, event.detail())),
                        options)
                .ready();
    }
    // end

    private Future<Void> reserve(Order order) {
        return stock(vertx)
                .compose(stock -> stock.get().compose(have -> {
                    if (have < order.quantity()) {
                        return Future.failedFuture("Order " + order.id() + " is for more than there is");
                    }
                    return stock.compareAndSet(have, have - order.quantity())
                            .compose(reserved -> reserved ? Future.succeededFuture() : reserve(order));
                }));
    }

    static Future<Counter> stock(Vertx vertx) {
        return vertx.sharedData().getLocalCounter("stock");
    }

    static Future<String> deploy(Vertx vertx) {
        // snippet: deploy
        JsonObject events = new JsonObject().put("transport", "memory").put("name", "shop");
        DeploymentOptions options =
                new DeploymentOptions().setInstances(4).setConfig(new JsonObject().put("events", events));
        return vertx.deployVerticle(OrderVerticle.class, options);
        // end
    }

    /**
     * Places orders and prints what becomes of them.
     *
     * @param args none
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        stock(vertx).compose(stock -> stock.addAndGet(20)).await();
        deploy(vertx).await();

        CountDownLatch outcomes = new CountDownLatch(6);
        TypedEventTarget target = EventTargets.open(vertx, "memory:shop");
        target.addEventListener(ACCEPTED, event -> {
            System.out.println("accepted: " + event.detail());
            outcomes.countDown();
        });
        target.addEventListener(REJECTED, event -> {
            System.out.println("rejected: " + event.detail() + " after "
                    + event.headers().get(DeadLetter.ATTEMPTS) + " attempts: "
                    + event.headers().get(DeadLetter.MESSAGE));
            outcomes.countDown();
        });

        for (int i = 1; i <= 5; i++) {
            PubSub.over(target).publish(PLACED, new Order("small-" + i, 4)).await();
        }
        PubSub.over(target).publish(PLACED, new Order("large", 100)).await();
        outcomes.await();
        vertx.close().await();
    }
}
