package dev.eventtarget.benchmarks;

import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.micrometer.EventTargetMetrics;
import dev.eventtarget.opentelemetry.EventTargetTracing;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What this and that adds to a publish which one listener hears on the publisher's thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DispatchCostBenchmark {
    /** One type with one listener. */
    @State(Scope.Thread)
    public static class Target {
        private final Vertx vertx = Vertx.vertx();
        final TypedEventTarget target;
        final PubSub pubSub;

        /** Nothing around it. */
        public Target() {
            this(new Interceptor[0]);
        }

        Target(Interceptor... interceptors) {
            target = EventTargets.open(vertx, "memory:", interceptors);
            pubSub = PubSub.over(target);
        }

        void listen() {
            target.addEventListener(Order.PLACED, new Tally.First());
        }

        /** Shows the target all three listener classes before it has the listeners to measure. */
        @Setup
        public void setUp() {
            List<Tally> tallies = Tally.list(3);
            tallies.forEach(tally -> target.addEventListener(Order.PLACED, tally));
            for (int i = 0; i < 50_000; i++) {
                target.dispatchEvent(Order.EVENT);
            }
            tallies.forEach(tally -> target.removeEventListener(Order.PLACED, tally));
            listen();
        }

        /** Ends the threads. */
        @TearDown
        public void tearDown() {
            target.close().await();
            vertx.close().await();
        }
    }

    /** One interceptor that only passes on. */
    public static class Intercepted extends Target {
        /** Opened with it. */
        public Intercepted() {
            super(new Interceptor() {});
        }
    }

    /** Metrics for Prometheus, with histograms. */
    public static class Measured extends Target {
        /** Opened with them. */
        public Measured() {
            super(new EventTargetMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
        }
    }

    /** Spans of everything, which are made and then dropped. */
    public static class Traced extends Target {
        /** Of all events. */
        public Traced() {
            this(Sampler.alwaysOn());
        }

        Traced(Sampler sampler) {
            super(tracing(sampler));
        }

        private static Interceptor tracing(Sampler sampler) {
            OpenTelemetry sdk = OpenTelemetrySdk.builder()
                    .setTracerProvider(SdkTracerProvider.builder()
                            .setSampler(sampler)
                            .addSpanProcessor(new Dropping())
                            .build())
                    .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                    .build();
            return new EventTargetTracing(sdk);
        }

        /** Without one, the SDK makes no spans. */
        private static final class Dropping implements SpanProcessor {
            @Override
            public void onStart(Context parent, ReadWriteSpan span) {}

            @Override
            public boolean isStartRequired() {
                return false;
            }

            @Override
            public void onEnd(ReadableSpan span) {}

            @Override
            public boolean isEndRequired() {
                return true;
            }
        }
    }

    /** Spans of nothing, and events that say so. */
    public static class NotSampled extends Traced {
        /** Of no events. */
        public NotSampled() {
            super(Sampler.alwaysOff());
        }
    }

    /** Nobody listens. */
    public static class Unheard extends Target {
        @Override
        void listen() {}
    }

    /** The listener listens to a pattern. */
    public static class Pattern extends Target {
        @Override
        void listen() {
            target.addEventListener(Order.PLACED.withTopic("order.>"), new Tally.First());
        }
    }

    /** The event has an ID that the listener doesn't ask for. */
    public static class Scoped extends Target {
        private final TypedEvent<Order> event = TypedEvent.of(Order.PLACED.withId("42"), Order.SAMPLE);
    }

    @Benchmark
    public Future<Void> eventTarget(Target state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> interceptor(Intercepted state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> metrics(Measured state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> tracing(Traced state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> tracingNotSampled(NotSampled state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> nobodyListens(Unheard state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> patternListener(Pattern state) {
        return state.target.dispatchEvent(Order.EVENT);
    }

    @Benchmark
    public Future<Void> scopedTopic(Scoped state) {
        return state.target.dispatchEvent(state.event);
    }

    /** Makes the scoped type and the event for each publish. */
    @Benchmark
    public Future<Void> scopedTopicMadeAnew(Target state) {
        return state.pubSub.publish(Order.PLACED, "42", Order.SAMPLE);
    }
}
