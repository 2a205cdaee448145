package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import dev.eventtarget.fixtures.EmbeddedRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.Redisson;
import org.redisson.api.RPatternTopic;
import org.redisson.api.RReliableTopic;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

@Timeout(120)
class RedissonMigrationTest {
    private final Vertx vertx = Vertx.vertx();
    private final String prefix = "guide-" + UUID.randomUUID();
    private final List<Object> before = new CopyOnWriteArrayList<>();
    private final List<Object> after = new CopyOnWriteArrayList<>();
    private final RedissonClient redisson = redisson(EmbeddedRedis.sharedUrl());
    private final TypedEventTarget target = target(EmbeddedRedis.sharedUrl());
    private final PubSub pubSub = PubSub.over(target);

    private static RedissonClient redisson(String redisUrl) {
        // snippet: redisson-open
        Config config = new Config();
        config.useSingleServer().setAddress(redisUrl); // redis://localhost:6379
        RedissonClient redisson = Redisson.create(config);
        // end
        return redisson;
    }

    private TypedEventTarget target(String redisUrl) {
        String url = redisUrl + "?prefix=" + prefix;
        // snippet: redisson-open-target
        TypedEventTarget target = EventTargets.open(vertx, url); // redis://localhost:6379?prefix=shop
        // end
        return target;
    }

    @AfterEach
    void close() throws Exception {
        redisson.shutdown();
        vertx.close().await(60, SECONDS);
    }

    private void assertSame(Object... heard) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertEquals(List.of(heard), before));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertEquals(List.of(heard), after));
    }

    @Test
    void topics() {
        String name = prefix + ":order.placed";
        // snippet: redisson-topic
        RTopic topic = redisson.getTopic(name); // "order.placed"
        int id = topic.addListener(Order.class, (channel, order) -> before.add(order));
        topic.publish(new Order("42", 3));
        // end
        // snippet: redisson-topic-target
        Subscription subscription = target.addEventListener(PLACED, event -> after.add(event.detail()));
        subscription.ready().compose(ready -> pubSub.publish(PLACED, new Order("42", 3)));
        // end
        assertSame(new Order("42", 3));

        // snippet: redisson-remove
        topic.removeListener(id);
        // end
        // snippet: redisson-remove-target
        subscription.close();
        // end
    }

    @Test
    void patterns() {
        String pattern = prefix + ":order.*";
        // snippet: redisson-pattern
        RPatternTopic orders = redisson.getPatternTopic(pattern); // "order.*"
        orders.addListener(Order.class, (matched, channel, order) -> before.add(order));
        // end
        // snippet: redisson-pattern-target
        Subscription subscription =
                target.addEventListener(EventType.of("order.*", Order.class), event -> after.add(event.detail()));
        // end
        subscription.ready().await();
        redisson.getTopic(prefix + ":order.placed").publish(new Order("42", 3));
        pubSub.publish(PLACED, new Order("42", 3)).await();
        assertSame(new Order("42", 3));
    }

    @Test
    void reliableTopics() {
        String name = prefix + ":reliable";
        // snippet: redisson-reliable
        RReliableTopic topic = redisson.getReliableTopic(name); // "order.placed"
        topic.addListener(Order.class, (channel, order) -> before.add(order));
        topic.publish(new Order("42", 3));
        // end
        // snippet: redisson-reliable-target
        ListenerOptions options = ListenerOptions.defaults()
                .group("invoicing") // its place is kept in Redis while nobody runs
                .from(StartFrom.earliest()) // where it begins the first time
                .retry(RetryPolicy.backoff(5, Duration.ofMillis(100), Duration.ofSeconds(10)))
                .deadLetter("order.rejected");
        target.addAsyncEventListener(PLACED, event -> invoice(event.detail()), options);
        pubSub.publish(PLACED, new Order("42", 3));
        // end
        assertSame(new Order("42", 3));
    }

    private Future<Void> invoice(Order order) {
        after.add(order);
        return Future.succeededFuture();
    }

    @Test
    void bridges() {
        target.addEventListener(PLACED, event -> after.add(event.detail()))
                .ready()
                .await();
        String name = prefix + ":order.placed";
        // snippet: redisson-bridge
        redisson.getTopic(name).addListener(Order.class, (channel, order) -> pubSub.publish(PLACED, order));
        // end
        redisson.getTopic(name).addListener(Order.class, (channel, order) -> before.add(order));
        redisson.getTopic(name).publish(new Order("42", 3));
        assertSame(new Order("42", 3));
    }
}
