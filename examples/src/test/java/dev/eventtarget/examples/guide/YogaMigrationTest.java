package dev.eventtarget.examples.guide;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventStream;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class YogaMigrationTest {
    // snippet: yoga-types
    record Message(String author, String text) {}

    static final EventType<Message> MESSAGE = EventType.of("message", Message.class);
    static final EventType<Double> TEMPERATURE = EventType.of("temperature", Double.class);
    // end

    private final Vertx vertx = Vertx.vertx();
    private final List<Object> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    @Test
    void publishesAndSubscribes() {
        // snippet: yoga-open
        TypedEventTarget target = EventTargets.open(vertx, "memory:"); // or redis://…, ws://…
        PubSub pubSub = PubSub.over(target);
        // end
        // snippet: yoga-subscribe
        EventStream<TypedEvent<Message>> room = pubSub.subscribe(MESSAGE, "room-1");
        room.handler(event -> heard.add(event.detail().text()));
        // end
        // snippet: yoga-publish
        pubSub.publish(TEMPERATURE, 21.5);
        pubSub.publish(MESSAGE, "room-1", new Message("ada", "hello"));
        // end
        await().untilAsserted(() -> assertEquals(List.of("hello"), heard));
        // snippet: yoga-end
        room.close();
        // end
    }

    @Test
    void pipes() {
        PubSub pubSub = PubSub.over(EventTargets.open(vertx, "memory:"));
        // snippet: yoga-pipe
        EventStream<String> warnings = pubSub.subscribe(TEMPERATURE)
                .map(TypedEvent::detail)
                .filter(degrees -> degrees > 30)
                .map(degrees -> degrees + " °C");
        // end
        warnings.handler(heard::add);
        pubSub.publish(TEMPERATURE, 21.5).await();
        pubSub.publish(TEMPERATURE, 31.0).await();
        await().untilAsserted(() -> assertEquals(List.of("31.0 °C"), heard));
    }

    @Test
    void buffers() {
        PubSub pubSub = PubSub.over(EventTargets.open(vertx, "memory:"));
        // snippet: yoga-buffer
        EventStream<TypedEvent<Double>> latest =
                pubSub.subscribe(TEMPERATURE, ListenerOptions.defaults().buffer(256, OverflowPolicy.DROP_OLDEST));
        // end
        latest.handler(event -> heard.add(event.detail()));
        pubSub.publish(TEMPERATURE, 21.5).await();
        await().untilAsserted(() -> assertEquals(List.of(21.5), heard));
    }

    @Test
    void givesAPublisherToAGraphQlServer() {
        PubSub pubSub = PubSub.over(EventTargets.open(vertx, "memory:"));
        String roomId = "room-1";
        // snippet: yoga-resolver
        Flow.Publisher<Message> messages =
                pubSub.subscribe(MESSAGE, roomId).map(TypedEvent::detail).toPublisher();
        // end
        messages.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(10);
            }

            @Override
            public void onNext(Message message) {
                heard.add(message.text());
            }

            @Override
            public void onError(Throwable error) {
                heard.add(error);
            }

            @Override
            public void onComplete() {}
        });
        pubSub.publish(MESSAGE, "room-1", new Message("ada", "hello")).await();
        pubSub.publish(MESSAGE, "room-2", new Message("ada", "nobody hears this"))
                .await();
        await().untilAsserted(() -> assertEquals(List.of("hello"), heard));
    }
}
