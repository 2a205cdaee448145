package dev.eventtarget.examples.guide;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GettingStartedTest {
    // snippet: start-type
    static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);
    // end

    private final Vertx vertx = Vertx.vertx();
    private final List<Object> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    @Test
    void listens() {
        // snippet: start-listen
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        Subscription subscription = target.addEventListener(PLACED, event -> heard.add(event.detail()));
        // end
        // snippet: start-publish
        PubSub pubSub = PubSub.over(target);
        Future<Void> accepted = pubSub.publish(PLACED, new Order("42", 3));
        // end
        // snippet: start-event
        TypedEvent<Order> event = TypedEvent.of(PLACED.withId("43"), new Order("43", 1))
                .withId("import-2026-7")
                .withTime(Instant.parse("2026-01-02T03:04:05Z"))
                .withSource("shop")
                .withHeader("tenant", "north");
        target.dispatchEvent(event);
        // end
        accepted.await();
        // snippet: start-close
        subscription.close();
        target.close();
        // end

        assertEquals(List.of(new Order("42", 3), new Order("43", 1)), heard);
        assertFalse(subscription.isActive());
    }

    @Test
    void hearsThePast() {
        // snippet: start-past
        TypedEventTarget target = EventTargets.open(vertx, "memory:?history=1000");
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await();
        target.addEventListener(
                PLACED,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().from(StartFrom.earliest()));
        // end

        await().untilAsserted(() -> assertEquals(List.of(new Order("42", 3)), heard));
    }

    // snippet: start-verticle
    static final class StockVerticle extends VerticleBase {
        static final EventType<String> RESERVED = EventType.of("stock.reserved", String.class);

        @Override
        public Future<?> start() {
            TypedEventTarget target = EventTargets.open(vertx, config().getJsonObject("events"));
            return target.addAsyncEventListener(
                            PLACED,
                            event -> PubSub.over(target)
                                    .publish(RESERVED, event.detail().id()))
                    .ready();
        }
    }
    // end

    @Test
    void deploysAVerticle() throws Exception {
        // snippet: start-deploy
        JsonObject events = new JsonObject().put("transport", "memory").put("name", "shop");
        vertx.deployVerticle(
                        new StockVerticle(), new DeploymentOptions().setConfig(new JsonObject().put("events", events)))
                .await();

        TypedEventTarget target = EventTargets.open(vertx, events);
        // end
        target.addEventListener(StockVerticle.RESERVED, event -> heard.add(event.detail()));
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await();

        await().untilAsserted(() -> assertEquals(List.of("42"), heard));
    }
}
