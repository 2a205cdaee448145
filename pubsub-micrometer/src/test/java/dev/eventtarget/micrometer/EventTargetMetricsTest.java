package dev.eventtarget.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.fixtures.LogLines;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On the memory target, which has all that is measured but connections. */
class EventTargetMetricsTest extends MetricsTest {
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);
    private static final EventType<String> REJECTED = EventType.of("order.rejected", String.class);

    private static ListenerOptions options() {
        return ListenerOptions.defaults();
    }

    // ---- counting and timing

    @Test
    void publicationsAndDeliveriesAreCountedAndTimed() {
        TypedEventTarget target = memory();
        target.addEventListener(PLACED, event -> {});
        target.addEventListener(PLACED, event -> {}, options().group("stock"));
        for (int number = 1; number <= 3; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED.withId("42"), number)));
        }
        eventually(() -> assertEquals(
                3, count("eventtarget.delivered", "type", "order.placed", "group", "stock", "outcome", "acked")));
        assertEquals(
                3, count("eventtarget.published", "transport", "memory", "type", "order.placed", "outcome", "success"));
        assertEquals(3, times("eventtarget.publish", "transport", "memory", "type", "order.placed"));
        assertEquals(3, count("eventtarget.delivered", "group", "none", "outcome", "acked"));
        assertEquals(3, times("eventtarget.delivery", "type", "order.placed", "group", "none"));
        assertEquals(3, times("eventtarget.delivery", "type", "order.placed", "group", "stock"));
        assertEquals(0, count("eventtarget.delivered", "outcome", "nacked"));
    }

    @Test
    void aDeliveryLastsUntilItIsAcknowledged() {
        TypedEventTarget target = memory();
        Promise<Void> handled = Promise.promise();
        ready(target.addAsyncEventListener(PLACED, event -> handled.future()));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        eventually(() -> assertEquals(1, gauge("eventtarget.in.flight", "type", "order.placed")));
        assertEquals(0, times("eventtarget.delivery"));
        handled.complete();
        assertEquals(1, times("eventtarget.delivery"));
        eventually(() -> assertEquals(0, gauge("eventtarget.in.flight", "type", "order.placed")));
    }

    @Test
    void aRefusedPublicationHasItsReason() {
        TypedEventTarget target = memory();
        Subscription paused =
                target.addEventListener(PLACED, event -> {}, options().buffer(1, OverflowPolicy.FAIL));
        paused.pause();
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        failure(target.dispatchEvent(TypedEvent.of(PLACED, 2)));
        assertEquals(1, count("eventtarget.published", "outcome", "success"));
        assertEquals(1, count("eventtarget.published", "outcome", "backpressure"));
        assertEquals(2, times("eventtarget.publish"));
        paused.resume();
    }

    @Test
    void gaugesAreRegisteredOnce() {
        String address = "memory:" + UUID.randomUUID();
        // warns once a process, and then goes on in small print
        Logger registering = Logger.getLogger(MeterRegistry.class.getName());
        registering.setLevel(Level.ALL);
        try (LogLines log = new LogLines("eventtarget.", Level.ALL)) {
            TypedEventTarget target = open(address);
            for (int i = 1; i <= 3; i++) {
                ready(target.addEventListener(PLACED.withId("" + i), event -> {}));
                double listeners = i;
                eventually(() -> assertEquals(listeners, gauge("eventtarget.subscriptions", "target", address)));
            }
            assertEquals(
                    List.of(),
                    log.lines().stream().filter(line -> line.contains(address)).toList());
        }
    }

    @Test
    void whatAnInterceptorBehindItThrowsIsCounted() {
        Interceptor refusing = new Interceptor() {
            @Override
            public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
                throw new UnauthorizedException("Not today");
            }
        };
        TypedEventTarget target = EventTargets.open(vertx, "memory:" + UUID.randomUUID(), metrics(), refusing);
        failure(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        assertEquals(1, count("eventtarget.published", "outcome", "unauthorized"));
        assertEquals(1, times("eventtarget.publish"));
    }

    /** Whoever completes a publication or a delivery is held up while it is counted. */
    private static final class Held extends SimpleMeterRegistry {
        private final CountDownLatch counting = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        protected Counter newCounter(Meter.Id id) {
            Counter counter = super.newCounter(id);
            return new Counter() {
                @Override
                public void increment(double amount) {
                    counting.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    counter.increment(amount);
                }

                @Override
                public double count() {
                    return counter.count();
                }

                @Override
                public Meter.Id getId() {
                    return id;
                }
            };
        }
    }

    @ParameterizedTest
    @CsvSource({"false, success", "false, error", "true, acked", "true, nacked"})
    void whoeverSeesAnOutcomeFindsItCounted(boolean delivery, String outcome) throws Exception {
        Held held = new Held();
        EventTargetMetrics metrics = new EventTargetMetrics(held);
        TypedEvent<Integer> event = TypedEvent.of(PLACED, 1);
        Promise<Void> promise = Promise.promise();
        Subscription subscription = memory().addEventListener(PLACED, heard -> {});
        Future<?> seen = delivery
                ? metrics.deliver(event, subscription, next -> promise.future())
                : metrics.publish(event, next -> promise.future());

        boolean succeeds = outcome.equals("success") || outcome.equals("acked");
        Thread completing =
                new Thread(succeeds ? promise::complete : () -> promise.fail(new IllegalStateException("refused")));
        completing.start();
        assertTrue(held.counting.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertFalse(seen.isComplete());
        held.goOn.countDown();
        result(seen.otherwiseEmpty());

        assertEquals(
                1,
                held.find(delivery ? "eventtarget.delivered" : "eventtarget.published")
                        .tag("outcome", outcome)
                        .counter()
                        .count());
        completing.join();
    }

    @Test
    void refusalsRetriesAndDeadLettersAreCounted() {
        TypedEventTarget target = memory();
        target.addEventListener(
                PLACED,
                event -> {
                    throw new IllegalStateException("refused");
                },
                options().group("stock").retry(RetryPolicy.immediately(3)).deadLetter("order.rejected"));
        result(target.dispatchEvent(TypedEvent.of(PLACED.withId("42"), 1)));
        eventually(() -> assertEquals(
                1,
                count(
                        "eventtarget.dead.lettered",
                        "type",
                        "order.placed",
                        "group",
                        "stock",
                        "reason",
                        "listener_failed")));
        assertEquals(3, count("eventtarget.delivered", "outcome", "nacked"));
        assertEquals(2, count("eventtarget.retried", "type", "order.placed", "group", "stock"));
        assertEquals(1, count("eventtarget.published", "type", "order.rejected"));
        assertEquals(0, count("eventtarget.failures"));
    }

    @Test
    void whatIsGivenUpIsAFailure() {
        TypedEventTarget target = memory();
        target.addEventListener(
                PLACED,
                event -> {
                    throw new IllegalStateException("refused");
                },
                options().onError(error -> {}));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        eventually(() -> assertEquals(
                1,
                count("eventtarget.failures", "type", "order.placed", "group", "none", "reason", "listener_failed")));
    }

    @Test
    void duplicatesAreCounted() {
        TypedEventTarget target = memory("&dedup=10");
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1).withId("a")));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1).withId("a")));
        assertEquals(1, count("eventtarget.duplicates", "type", "order.placed"));
    }

    @Test
    void droppedEventsAreCounted() {
        TypedEventTarget target = memory();
        Subscription paused =
                target.addEventListener(PLACED, event -> {}, options().buffer(2, OverflowPolicy.DROP_OLDEST));
        paused.pause();
        for (int number = 1; number <= 5; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, number)));
        }
        assertEquals(3, count("eventtarget.dropped", "type", "order.placed", "group", "none"));
        paused.resume();
    }

    @Test
    void gapsAreCounted() {
        TypedEventTarget target = memory("&history=3");
        Queue<String> positions = new ConcurrentLinkedQueue<>();
        target.addEventListener(PLACED, event -> positions.add(String.valueOf(event.position())));
        for (int number = 1; number <= 10; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, number)));
        }
        eventually(() -> assertEquals(10, positions.size()));
        target.addEventListener(
                PLACED,
                event -> {},
                options().from(StartFrom.after(positions.element())).onError(error -> {}));
        eventually(() -> assertEquals(1, count("eventtarget.gaps", "type", "order.placed")));
        assertEquals(0, count("eventtarget.failures"));
    }

    @Test
    void eventsThatHaveATimeHaveAnAge() {
        TypedEventTarget target = memory();
        ready(target.addEventListener(PLACED, event -> {}));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        assertEquals(0, times("eventtarget.age"));
        result(target.dispatchEvent(
                TypedEvent.of(PLACED, 2).withTime(Instant.now().minusSeconds(60))));
        result(target.dispatchEvent(
                TypedEvent.of(PLACED, 3).withTime(Instant.now().plusSeconds(60))));
        eventually(() -> assertEquals(2, times("eventtarget.age", "type", "order.placed")));
        double seconds = registry.get("eventtarget.age").timer().totalTime(TimeUnit.SECONDS);
        assertTrue(seconds >= 60 && seconds < 120, () -> "one of a minute and one of nothing, not " + seconds);
    }

    // ---- gauges

    @Test
    void gaugesShowWhatTheStatusSays() {
        TypedEventTarget target = memory();
        Subscription one =
                ready(target.addEventListener(PLACED.withId("1"), event -> {})).pause();
        Subscription two =
                ready(target.addEventListener(PLACED.withId("2"), event -> {})).pause();
        for (int number = 1; number <= 3; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED.withId("1"), number)));
            result(target.dispatchEvent(TypedEvent.of(PLACED.withId("2"), number)));
        }
        eventually(() -> assertEquals(
                6, gauge("eventtarget.queued", "type", "order.placed", "group", "none", "target", target.toString())));
        assertEquals(2, gauge("eventtarget.subscriptions", "transport", "memory"));
        assertEquals(0, gauge("eventtarget.in.flight", "type", "order.placed"));
        assertEquals(Double.NaN, gauge("eventtarget.behind", "type", "order.placed"));
        assertEquals(1, gauge("eventtarget.health", "state", "up"));
        assertEquals(0, gauge("eventtarget.health", "state", "degraded"));
        assertEquals(0, gauge("eventtarget.health", "state", "down"));
        one.resume();
        two.resume();
        eventually(() -> assertEquals(0, gauge("eventtarget.queued", "type", "order.placed")));
    }

    @Test
    void theBufferOfAGroupCountsOnce() {
        TypedEventTarget target = memory();
        List<Subscription> members = List.of(
                target.addEventListener(PLACED, event -> {}, options().group("stock")),
                target.addEventListener(
                        PLACED,
                        event -> assertTrue(event.detail() > 0),
                        options().group("stock")));
        members.forEach(Subscription::pause);
        for (int number = 1; number <= 5; number++) {
            result(target.dispatchEvent(TypedEvent.of(PLACED, number)));
        }
        eventually(() -> assertEquals(5, gauge("eventtarget.queued", "group", "stock")));
        assertEquals(2, gauge("eventtarget.subscriptions"));
        members.forEach(Subscription::resume);
    }

    @Test
    void gaugesGoWithTheirListenersAndTheirTarget() {
        TypedEventTarget target = memory();
        Subscription subscription = ready(target.addEventListener(PLACED, event -> {}));
        eventually(() -> assertEquals(0, gauge("eventtarget.queued", "type", "order.placed")));
        result(subscription.close());
        eventually(() ->
                assertEquals(0, registry.find("eventtarget.queued").gauges().size()));
        assertEquals(1, gauge("eventtarget.health", "state", "up"));
        result(target.close());
        eventually(() ->
                assertEquals(0, registry.find("eventtarget.health").gauges().size()));
        assertEquals(0, registry.find("eventtarget.subscriptions").gauges().size());
    }

    @Test
    void aTargetThatIsOpenedAgainHasItsGaugesAgain() {
        String uri = "memory:" + UUID.randomUUID();
        TypedEventTarget target = open(uri);
        eventually(() -> assertEquals(1, gauge("eventtarget.health", "state", "up")));
        TypedEventTarget other = open(uri);
        result(target.close());
        result(other.close());
        open(uri);
        eventually(() -> assertEquals(1, gauge("eventtarget.health", "state", "up")));
    }

    // ---- tags

    @Test
    void typesBeyondTheBoundCountAsOther() {
        TypedEventTarget target = open("memory:" + UUID.randomUUID(), new EventTargetMetrics(registry, 3, POLL));
        for (int i = 1; i <= 10; i++) {
            String type = "type-" + i;
            ready(target.addEventListener(
                    EventType.of(type, Integer.class), event -> {}, options().group("group-" + i)));
            result(target.dispatchEvent(TypedEvent.of(EventType.of(type, Integer.class), i)));
        }
        eventually(() -> assertEquals(7, count("eventtarget.delivered", "type", "other", "group", "other")));
        assertEquals(1, count("eventtarget.published", "type", "type-3"));
        assertEquals(7, count("eventtarget.published", "type", "other"));
        assertEquals(0, count("eventtarget.published", "type", "type-4"));
        eventually(() ->
                assertEquals(4, registry.find("eventtarget.queued").gauges().size()));
    }

    @Test
    void idsAreInNoTag() {
        TypedEventTarget target = memory("&dedup=10");
        for (int i = 1; i <= 5; i++) {
            EventType<Integer> scoped = PLACED.withId("secret-" + i);
            ready(target.addEventListener(
                    scoped,
                    event -> {
                        throw new IllegalStateException("refused");
                    },
                    options().retry(RetryPolicy.immediately(2)).deadLetter("order.rejected")));
            result(target.dispatchEvent(TypedEvent.of(scoped, i).withId("secret-" + i)));
            result(target.dispatchEvent(TypedEvent.of(scoped, i).withId("secret-" + i)));
        }
        eventually(() -> assertEquals(5, count("eventtarget.dead.lettered", "type", "order.placed")));
        eventually(() -> assertEquals(0, gauge("eventtarget.queued", "type", "order.placed")));
        for (Meter meter : registry.getMeters()) {
            for (Tag tag : meter.getId().getTags()) {
                assertFalse(
                        tag.getValue().contains("secret"), () -> meter.getId().toString());
            }
        }
    }

    @Test
    void aDeadLetterMayClaimWhatItLikes() {
        TypedEventTarget target = memory();
        result(target.dispatchEvent(TypedEvent.of(REJECTED, "x")
                .withHeader("dead-letter-type", "order.placed:42")
                .withHeader("dead-letter-reason", "anything")));
        assertEquals(1, count("eventtarget.dead.lettered", "type", "order.placed", "reason", "other", "group", "none"));
    }

    @Test
    void theBoundMustNotBeNegative() {
        assertThrows(IllegalArgumentException.class, () -> new EventTargetMetrics(registry, -1));
    }

    // ---- sharing

    @Test
    void verticlesThatOpenTheSameTargetMayEachMakeTheirOwn() {
        MeterRegistry other = new SimpleMeterRegistry();
        assertEquals(new EventTargetMetrics(registry), new EventTargetMetrics(registry));
        assertEquals(new EventTargetMetrics(registry).hashCode(), new EventTargetMetrics(registry).hashCode());
        assertNotEquals(new EventTargetMetrics(registry), new EventTargetMetrics(other));
        assertNotEquals(new EventTargetMetrics(registry), new EventTargetMetrics(registry, 5));
        String uri = "memory:" + UUID.randomUUID();
        Supplier<VerticleBase> verticle = () -> new VerticleBase() {
            @Override
            public Future<?> start() {
                return EventTargets.open(vertx, uri, new EventTargetMetrics(registry))
                        .addEventListener(PLACED, event -> {})
                        .ready();
            }
        };
        result(vertx.deployVerticle(verticle.get()));
        result(vertx.deployVerticle(verticle.get()));
        result(open(uri, new EventTargetMetrics(registry)).dispatchEvent(TypedEvent.of(PLACED, 1)));
        eventually(() -> assertEquals(2, count("eventtarget.delivered")));
    }

    // ---- Prometheus

    @Test
    void prometheusGetsHistograms() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        TypedEventTarget target = open("memory:" + UUID.randomUUID(), new EventTargetMetrics(prometheus, 100, POLL));
        ready(target.addEventListener(PLACED, event -> {}));
        result(target.dispatchEvent(TypedEvent.of(PLACED, 1)));
        eventually(() -> assertTrue(prometheus.scrape().contains("eventtarget_queued_events{")));
        String text = prometheus.scrape();
        for (String expected : List.of(
                "eventtarget_published_events_total{outcome=\"success\",transport=\"memory\",type=\"order.placed\"} 1.0",
                "eventtarget_publish_seconds_bucket{transport=\"memory\",type=\"order.placed\",le=\"+Inf\"} 1",
                "eventtarget_delivery_seconds_count{group=\"none\",transport=\"memory\",type=\"order.placed\"} 1",
                "eventtarget_queued_events{",
                "state=\"up\"")) {
            assertTrue(text.contains(expected), () -> expected + " is missing in\n" + text);
        }
        long buckets = text.lines()
                .filter(line -> line.startsWith("eventtarget_publish_seconds_bucket"))
                .count();
        assertTrue(buckets > 10 && buckets < 100, () -> buckets + " buckets");
    }
}
