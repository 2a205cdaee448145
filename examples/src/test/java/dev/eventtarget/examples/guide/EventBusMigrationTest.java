package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventBusMigrationTest {
    private final Vertx vertx = Vertx.vertx();
    private final EventBus bus = vertx.eventBus();
    private final TypedEventTarget target = EventTargets.open(vertx, "memory:");
    private final PubSub pubSub = PubSub.over(target);
    private final List<String> before = new CopyOnWriteArrayList<>();
    private final List<String> after = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    private void assertSame(String... heard) {
        await().untilAsserted(() -> assertEquals(List.of(heard), before));
        await().untilAsserted(() -> assertEquals(List.of(heard), after));
    }

    @Test
    void publishes() {
        // snippet: bus-consumer
        MessageConsumer<JsonObject> consumer = bus.consumer(
                "order.placed", message -> before.add(message.body().getString("id")));
        consumer.completion().await();
        // end
        // snippet: target-listener
        Subscription subscription = target.addEventListener(
                PLACED, event -> after.add(event.detail().id()));
        subscription.ready().await();
        // end
        // snippet: bus-publish
        bus.publish("order.placed", new JsonObject().put("id", "42").put("quantity", 3));
        // end
        // snippet: target-publish
        Future<Void> accepted = pubSub.publish(PLACED, new Order("42", 3));
        // end
        accepted.await();
        assertSame("42");

        // snippet: bus-unregister
        consumer.unregister();
        // end
        // snippet: target-close
        subscription.close();
        // end
    }

    @Test
    void sendsToOne() {
        for (int i = 0; i < 2; i++) {
            bus.<JsonObject>consumer("order.placed", message -> before.add("one"));
        }
        // snippet: bus-send
        bus.send("order.placed", new JsonObject().put("id", "42").put("quantity", 3));
        // end
        // snippet: target-group
        ListenerOptions options = ListenerOptions.defaults().group("stock");
        target.addEventListener(PLACED, event -> after.add("one"), options);
        target.addEventListener(PLACED, event -> after.add("one"), options);

        pubSub.publish(PLACED, new Order("42", 3)); // goes to one of the two
        // end
        assertSame("one");
    }

    @Test
    void hasHeaders() {
        // snippet: bus-headers
        bus.<JsonObject>consumer(
                "order.placed", message -> before.add(message.headers().get("tenant")));
        bus.publish(
                "order.placed", new JsonObject().put("id", "42"), new DeliveryOptions().addHeader("tenant", "north"));
        // end
        // snippet: target-headers
        target.addEventListener(PLACED, event -> after.add(event.headers().get("tenant")));
        target.dispatchEvent(TypedEvent.of(PLACED, new Order("42", 3)).withHeader("tenant", "north"));
        // end
        assertSame("north");
    }

    @Test
    void answers() {
        // snippet: bus-request
        bus.<String>consumer("stock.count", message -> message.reply("7 of " + message.body()));
        bus.<String>request("stock.count", "apples").onSuccess(reply -> before.add(reply.body()));
        // end
        // snippet: target-request
        record Question(String id, String item) {}
        EventType<Question> asked = EventType.of("stock.asked", Question.class);
        EventType<String> answered = EventType.of("stock.answered", String.class);
        target.addEventListener(
                asked,
                event -> pubSub.publish(
                        answered, event.detail().id(), "7 of " + event.detail().item()));

        String id = UUID.randomUUID().toString();
        Promise<String> answer = Promise.promise();
        Subscription waiting = target.addEventListener(
                answered.withId(id),
                event -> answer.complete(event.detail()),
                ListenerOptions.defaults().once());
        waiting.ready()
                .compose(ready -> pubSub.publish(asked, new Question(id, "apples")))
                .compose(published -> answer.future().timeout(5, SECONDS))
                .onFailure(nobodyAnswered -> waiting.close())
                .onSuccess(after::add);
        // end
        assertSame("7 of apples");
    }

    @Test
    void buffers() {
        // snippet: bus-buffer
        MessageConsumer<JsonObject> consumer = bus.consumer(
                new MessageConsumerOptions().setAddress("order.placed").setMaxBufferedMessages(1),
                message -> before.add("heard"));
        consumer.pause(); // what does not fit is discarded, and the publisher does not know
        // end
        // snippet: target-buffer
        Subscription subscription = target.addEventListener(
                PLACED,
                event -> after.add("heard"),
                ListenerOptions.defaults().buffer(1, OverflowPolicy.DROP_NEWEST)); // or BLOCK, DROP_OLDEST, FAIL
        subscription.pause();
        // end
        for (int i = 0; i < 3; i++) {
            bus.publish("order.placed", new JsonObject());
            pubSub.publish(PLACED, new Order("42", 3)).await();
        }
        assertEquals(2, subscription.dropped());
        subscription.resume();
        await().untilAsserted(() -> assertEquals(List.of("heard"), after));
    }

    @Test
    void bridges() {
        target.addEventListener(PLACED, event -> after.add(event.detail().id()));
        // snippet: bus-bridge
        bus.<JsonObject>consumer(
                "order.placed", message -> pubSub.publish(PLACED, message.body().mapTo(Order.class)));
        // end
        bus.<JsonObject>consumer(
                "order.placed", message -> before.add(message.body().getString("id")));
        bus.publish("order.placed", new JsonObject().put("id", "42").put("quantity", 3));
        assertSame("42");
    }
}
