package dev.eventtarget.examples;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.micrometer.EventTargetMetrics;
import dev.eventtarget.opentelemetry.EventTargetTracing;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.vertx.core.Vertx;

/** A target with metrics and tracing. */
public final class Observed {
    private static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    private Observed() {}

    /**
     * Prints {@code Order[id=42, quantity=3]}, what was counted and how the target is.
     *
     * @param args none
     */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        MeterRegistry registry = new SimpleMeterRegistry();
        fewBuckets(registry);
        // snippet: observed
        TypedEventTarget target = EventTargets.open(
                vertx,
                "memory:shop",
                new EventTargetMetrics(registry),
                new EventTargetTracing(GlobalOpenTelemetry.get()));
        // end
        target.addEventListener(PLACED, event -> System.out.println(event.detail()));
        target.dispatchEvent(TypedEvent.of(PLACED, new Order("42", 3))).await();
        System.out.println(
                "published: " + registry.get("eventtarget.published").counter().count());
        // snippet: health
        target.status().onSuccess(status -> {
            if (!status.health().isUp()) {
                System.err.println(
                        status.health().state() + ": " + status.health().reason());
            }
            status.subscriptions()
                    .forEach(one -> System.out.println(one.topic() + ": " + one.queued() + " events wait"));
        });
        // end
        target.close().await();
        vertx.close().await();
    }

    private static void fewBuckets(MeterRegistry registry) {
        // snippet: metrics-filter
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().startsWith("eventtarget.")
                        ? DistributionStatisticConfig.builder()
                                .percentilesHistogram(false)
                                .serviceLevelObjectives(1e6, 10e6, 100e6, 1e9) // nanoseconds
                                .build()
                                .merge(config)
                        : config;
            }
        });
        // end
    }
}
