package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.DeliveryException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ErrorHandlingTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    /** Refuses the first publications. */
    private static final class Busy implements Interceptor {
        private final AtomicInteger left;

        Busy(int times) {
            left = new AtomicInteger(times);
        }

        @Override
        public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
            return left.getAndDecrement() > 0
                    ? Future.failedFuture(new BackpressureException("busy"))
                    : next.apply(event);
        }
    }

    // snippet: errors-publish
    /** Publishes, and again where that may help; an id keeps what was accepted after all from being heard twice. */
    static Future<Void> publishPatiently(Vertx vertx, TypedEventTarget target, TypedEvent<?> event, int attempts) {
        return target.dispatchEvent(event).recover(error -> {
            boolean again = error instanceof EventTargetException known && known.isRetryable() && attempts > 1;
            return again
                    ? vertx.timer(100).compose(waited -> publishPatiently(vertx, target, event, attempts - 1))
                    : Future.failedFuture(error);
        });
    }
    // end

    @Test
    void publishesAgainWhatMaySucceedLater() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:", new Busy(2));
        target.addEventListener(PLACED, event -> log.add(event.detail().id()));
        publishPatiently(
                        vertx, target, TypedEvent.of(PLACED, new Order("42", 3)).withId("a"), 5)
                .await(20, SECONDS);
        assertEquals(List.of("42"), log);
    }

    @Test
    void actsOnTheReason() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        target.close().await();
        // snippet: errors-reason
        PubSub.over(target).publish(PLACED, new Order("42", 3)).onFailure(error -> {
            if (error instanceof EventTargetException known) {
                switch (known.reason()) {
                    case BACKPRESSURE, NOT_CONNECTED -> log.add("later");
                    case CODEC, UNAUTHORIZED -> log.add("never, as it is");
                    default -> log.add(known.reason() + ": " + known.getMessage());
                }
            }
        });
        // end
        assertEquals(1, log.size());
        assertTrue(log.get(0).startsWith("CLOSED: "), log.get(0));
    }

    @Test
    void retriesAndThenLeavesADeadLetter() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        // snippet: errors-retry
        ListenerOptions options = ListenerOptions.defaults()
                .retry(RetryPolicy.backoff(5, Duration.ofMillis(10), Duration.ofSeconds(1)))
                .deadLetter("order.rejected");
        target.addAsyncEventListener(PLACED, event -> charge(event.detail()), options);
        // end
        // snippet: errors-dead-letter
        EventType<Order> rejected = EventType.of("order.rejected", Order.class);
        target.addEventListener(
                rejected,
                event -> log.add(event.detail().id() + " of "
                        + event.headers().get(DeadLetter.TYPE) + ", "
                        + event.headers().get(DeadLetter.REASON) + " after "
                        + event.headers().get(DeadLetter.ATTEMPTS) + " attempts: "
                        + event.headers().get(DeadLetter.MESSAGE)));
        // end
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await();

        await().untilAsserted(() ->
                assertEquals(List.of("42 of order.placed, listener_failed after 5 attempts: no money"), log));
    }

    private Future<Void> charge(Order order) {
        return Future.failedFuture("no money");
    }

    @Test
    void givesUpWhatHangs() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        // snippet: errors-timeout
        target.addAsyncEventListener(
                PLACED,
                event -> hangs(event.detail()).timeout(50, MILLISECONDS),
                ListenerOptions.defaults().onError(error -> log.add(String.valueOf(error.getCause()))));
        // end
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await();
        await().until(() -> !log.isEmpty());
        assertTrue(log.get(0).contains(TimeoutException.class.getSimpleName()), log.get(0));
    }

    private Future<Void> hangs(Order order) {
        return Promise.<Void>promise().future();
    }

    @Test
    void tellsTheErrorHandler() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?codec=json");
        // snippet: errors-handler
        ListenerOptions options = ListenerOptions.defaults().onError(error -> {
            if (error instanceof DeliveryException given) {
                log.add("given up after " + given.attempts() + ": " + given.event());
            } else if (error instanceof GapException) {
                log.add("events are missing: read the whole state anew");
            } else {
                log.add(error.reason() + ": " + error.getMessage());
            }
        });
        // end
        target.addEventListener(
                PLACED,
                event -> {
                    throw new IllegalStateException("full");
                },
                options);
        target.addEventListener(EventType.of("order.placed", Integer.class), event -> {}, options);
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await();

        await().until(() -> log.size() == 2);
        assertTrue(log.contains("given up after 1: TypedEvent[order.placed]"), log.toString());
        assertTrue(log.stream().anyMatch(line -> line.startsWith("CODEC: ")), log.toString());
    }

    @Test
    void anOverflowPolicyDecidesWhatIsLost() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        // snippet: errors-overflow
        Subscription latest = target.addEventListener(
                PLACED,
                event -> log.add(event.detail().id()),
                ListenerOptions.defaults().buffer(2, OverflowPolicy.DROP_OLDEST));
        // end
        latest.pause();
        for (int i = 1; i <= 5; i++) {
            PubSub.over(target).publish(PLACED, new Order("" + i, i)).await();
        }
        // snippet: errors-dropped
        if (latest.dropped() > 0) {
            log.add(latest.dropped() + " dropped");
        }
        // end
        latest.resume();
        await().untilAsserted(() -> assertEquals(List.of("3 dropped", "4", "5"), log));
    }

    // snippet: errors-interceptor
    /** Counts what goes wrong, for all listeners of a target. */
    static final class Troubles implements Interceptor {
        final AtomicInteger retries = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();

        @Override
        public void retrying(TypedEvent<?> event, Subscription subscription) {
            retries.incrementAndGet();
        }

        @Override
        public void failed(EventTargetException error, Subscription subscription) {
            failures.incrementAndGet();
        }
    }
    // end

    @Test
    void anInterceptorHearsOfAllTroubles() {
        // snippet: errors-intercept
        Troubles troubles = new Troubles();
        TypedEventTarget target = EventTargets.open(vertx, "memory:", troubles);
        // end
        target.addAsyncEventListener(
                PLACED,
                event -> Future.failedFuture("no"),
                ListenerOptions.defaults().retry(RetryPolicy.immediately(3)).onError(error -> {}));
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await();
        await().untilAsserted(() -> assertEquals(1, troubles.failures.get()));
        assertEquals(2, troubles.retries.get());
    }
}
