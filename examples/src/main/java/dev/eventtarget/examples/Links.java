package dev.eventtarget.examples;

import static dev.eventtarget.examples.OrderVerticle.ACCEPTED;
import static dev.eventtarget.examples.OrderVerticle.PLACED;

import dev.eventtarget.EventTargets;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A hub, and two spokes of it: a shop, and somebody who orders there. Each has a Vert.x instance, as if it were a process. */
public final class Links {
    private Links() {}

    /**
     * Places orders and prints what becomes of them.
     *
     * @param args none
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        // snippet: hub
        TypedEventTarget target = EventTargets.open(vertx, "memory:"); // on one Redis, several hubs are one
        Hub hub = Hub.create(vertx, target, HubOptions.defaults().heartbeat(Duration.ofSeconds(5)));
        String url = hub.listen("ws://127.0.0.1:0/events").await(); // the free port that 0 stands for is in the URL
        // end

        Vertx shop = Vertx.vertx();
        OrderVerticle.stock(shop).compose(stock -> stock.addAndGet(20)).await();
        deploy(shop, URI.create(url).getPort()).await();

        Vertx customer = Vertx.vertx();
        TypedEventTarget spoke = EventTargets.open(customer, url);
        CountDownLatch outcomes = new CountDownLatch(5);
        spoke.addEventListener(ACCEPTED, event -> {
                    System.out.println("accepted: " + event.detail());
                    outcomes.countDown();
                })
                .ready()
                .await();
        for (int i = 1; i <= 5; i++) {
            PubSub.over(spoke).publish(PLACED, new Order("order-" + i, 4)).await();
        }
        outcomes.await();

        customer.close().await();
        shop.close().await();
        hub.close().await();
        vertx.close().await();
    }

    private static Future<String> deploy(Vertx vertx, int port) {
        // snippet: spoke
        JsonObject events =
                new JsonObject().put("transport", "ws").put("host", "127.0.0.1").put("port", port);
        DeploymentOptions options =
                new DeploymentOptions().setInstances(4).setConfig(new JsonObject().put("events", events));
        return vertx.deployVerticle(OrderVerticle.class, options);
        // end
    }
}
