package dev.eventtarget.examples;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.websocket.WebSocketHub;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.CountDownLatch;

/** A hub on a server that serves other things as well. */
public final class MountedHub {
    private static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    private MountedHub() {}

    /**
     * Asks the server for something else, and sends an event through the hub, to the server's own process.
     *
     * @param args none
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        Hub hub = Hub.create(vertx, target);
        HttpServer server = serve(vertx, hub).await();

        HttpClient client = vertx.createHttpClient(); // closed by Vert.x once nobody refers to it
        System.out.println(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/orders")
                .compose(request -> request.send().compose(HttpClientResponse::body))
                .await());

        CountDownLatch heard = new CountDownLatch(1);
        target.addEventListener(PLACED, event -> {
            System.out.println(event.detail());
            heard.countDown();
        });
        TypedEventTarget spoke = EventTargets.open(vertx, "ws://127.0.0.1:" + server.actualPort() + "/events");
        PubSub.over(spoke).publish(PLACED, new Order("42", 3)).await();
        heard.await();

        client.close().await();
        spoke.close().await();
        hub.close().await();
        vertx.close().await();
    }

    private static Future<HttpServer> serve(Vertx vertx, Hub hub) {
        // snippet: mount
        WebSocketHub events = WebSocketHub.handler(hub, "/events");
        return vertx.createHttpServer()
                .requestHandler(request -> {
                    if (events.serves(request)) {
                        events.handle(request);
                    } else {
                        request.response().end("no orders yet");
                    }
                })
                .listen(0, "127.0.0.1");
        // end
    }
}
