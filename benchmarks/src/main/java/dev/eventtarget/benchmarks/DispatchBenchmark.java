package dev.eventtarget.benchmarks;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargets;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.engio.mbassy.bus.SyncMessageBus;
import org.greenrobot.eventbus.EventBus;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One publish that calls every listener on the publisher's thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DispatchBenchmark {
    /** The listeners, and somewhere to publish to them. */
    @State(Scope.Thread)
    public abstract static class Listeners {
        /** How many. */
        @Param({"1", "10", "100", "1000"})
        public int listeners;

        private List<Tally> tallies = List.of();

        abstract void start(List<Tally> listeners);

        abstract Object publish();

        void stop() {}

        /** Shows the library's code all three listener classes before it measures any number of them. */
        @Setup
        public void setUp() {
            start(Tally.list(3));
            for (int i = 0; i < 50_000; i++) {
                publish();
            }
            stop();
            tallies = Tally.list(listeners);
            start(tallies);
        }

        /** Uses the sums, so that they must be computed. */
        @TearDown
        public void tearDown(Blackhole blackhole) {
            stop();
            for (Tally tally : tallies) {
                if (tally.sum() == 0) {
                    throw new IllegalStateException("A listener was never called");
                }
                blackhole.consume(tally.sum());
            }
        }
    }

    /** No library at all: the least that it can cost. */
    public static class ArrayLoop extends Listeners {
        private EventListener<Order>[] array = array(List.of());

        @Override
        void start(List<Tally> listeners) {
            array = array(listeners);
        }

        @SuppressWarnings("unchecked")
        private static EventListener<Order>[] array(List<Tally> listeners) {
            return listeners.toArray(EventListener[]::new);
        }

        @Override
        Object publish() {
            try {
                for (EventListener<Order> listener : array) {
                    listener.handle(Order.EVENT);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return this;
        }
    }

    /** The memory target. */
    public static class Target extends Listeners {
        private final Vertx vertx = Vertx.vertx();

        @SuppressWarnings("NullAway.Init")
        private TypedEventTarget target;

        @SuppressWarnings("NullAway.Init")
        private PubSub pubSub;

        @Override
        void start(List<Tally> listeners) {
            target = EventTargets.open(vertx, "memory:");
            pubSub = PubSub.over(target);
            listeners.forEach(listener -> target.addEventListener(Order.PLACED, listener));
        }

        @Override
        Future<Void> publish() {
            return target.dispatchEvent(Order.EVENT);
        }

        @Override
        void stop() {
            target.close().await();
        }

        /** Ends the threads. */
        @TearDown
        public void closeVertx() {
            vertx.close().await();
        }
    }

    /** greenrobot EventBus. */
    public static class Greenrobot extends Listeners {
        @SuppressWarnings("NullAway.Init")
        private EventBus bus;

        @Override
        void start(List<Tally> listeners) {
            bus = EventBus.builder().eventInheritance(false).build();
            listeners.forEach(bus::register);
        }

        @Override
        Object publish() {
            bus.post(Order.SAMPLE);
            return this;
        }
    }

    /** MBassador's bus without threads of its own. */
    public static class Mbassador extends Listeners {
        @SuppressWarnings("NullAway.Init")
        private SyncMessageBus<Object> bus;

        @Override
        void start(List<Tally> listeners) {
            bus = new SyncMessageBus<>(error -> {
                throw new IllegalStateException(error.getCause());
            });
            listeners.forEach(bus::subscribe);
        }

        @Override
        Object publish() {
            return bus.publish(Order.SAMPLE);
        }
    }

    /** Guava EventBus. */
    public static class Guava extends Listeners {
        @SuppressWarnings("NullAway.Init")
        private com.google.common.eventbus.EventBus bus;

        @Override
        void start(List<Tally> listeners) {
            bus = new com.google.common.eventbus.EventBus();
            listeners.forEach(bus::register);
        }

        @Override
        Object publish() {
            bus.post(Order.SAMPLE);
            return this;
        }
    }

    /** The floor. */
    @Benchmark
    public Object arrayLoop(ArrayLoop state) {
        return state.publish();
    }

    /** An event that exists. */
    @Benchmark
    public Future<Void> eventTarget(Target state) {
        return state.publish();
    }

    /** A {@link TypedEvent} made for each publish. */
    @Benchmark
    public Future<Void> eventTargetNewEvent(Target state) {
        return state.pubSub.publish(Order.PLACED, Order.SAMPLE);
    }

    @Benchmark
    public Object greenrobot(Greenrobot state) {
        return state.publish();
    }

    @Benchmark
    public Object mbassador(Mbassador state) {
        return state.publish();
    }

    @Benchmark
    public Object guava(Guava state) {
        return state.publish();
    }
}
