package dev.eventtarget.micrometer;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the tests have in common: targets that are measured, and close behind the test. */
@Execution(ExecutionMode.CONCURRENT)
abstract class MetricsTest {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final Duration POLL = Duration.ofMillis(20);

    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
    final MeterRegistry registry = new SimpleMeterRegistry();
    private final List<TypedEventTarget> targets = new CopyOnWriteArrayList<>();

    @AfterEach
    final void closeTargets() {
        for (TypedEventTarget target : targets) {
            result(target.close().otherwiseEmpty());
        }
        result(vertx.close());
    }

    final EventTargetMetrics metrics() {
        return new EventTargetMetrics(registry, 100, POLL);
    }

    final TypedEventTarget open(String uri) {
        return open(uri, metrics());
    }

    final TypedEventTarget open(String uri, EventTargetMetrics metrics) {
        TypedEventTarget target = EventTargets.open(vertx, uri, metrics);
        targets.add(target);
        return target;
    }

    /** A target of its own in memory. */
    final TypedEventTarget memory(String... options) {
        return open("memory:" + UUID.randomUUID() + "?closeTimeout=1s" + String.join("", options));
    }

    /** Of all meters that match together. */
    final double count(String name, String... tags) {
        return registry.find(name).tags(tags).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    final double gauge(String name, String... tags) {
        var gauge = registry.find(name).tags(tags).gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    final long times(String name, String... tags) {
        return registry.find(name).tags(tags).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    static EventTargetException failure(Future<?> future) {
        return assertInstanceOf(EventTargetException.class, Outcomes.failure(future, PATIENCE));
    }

    static Subscription ready(Subscription subscription) {
        result(subscription.ready());
        return subscription;
    }

    static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }
}
