package dev.eventtarget.benchmarks;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Publishes to types in turn, each of which one listener hears on the publisher's thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class TypesBenchmark {
    /** The memory target, and what a map from types to listeners has to do without it. */
    @State(Scope.Thread)
    public static class Types extends DispatchCostBenchmark.Target {
        /** How many. */
        @Param({"1", "10", "100", "1000"})
        public int types;

        private final Map<EventType<?>, EventListener<Order>> listeners = new HashMap<>();
        private List<TypedEvent<Order>> events = List.of();
        private int next;

        @Override
        void listen() {
            events = IntStream.range(0, types)
                    .mapToObj(i -> TypedEvent.of(EventType.of("order.status-" + i, Order.class), Order.SAMPLE))
                    .toList();
            List<Tally> tallies = Tally.list(types);
            for (int i = 0; i < types; i++) {
                EventType<Order> type = events.get(i).type();
                listeners.put(type, tallies.get(i));
                target.addEventListener(type, tallies.get(i));
            }
        }

        private TypedEvent<Order> next() {
            next = next + 1 < events.size() ? next + 1 : 0;
            return events.get(next);
        }
    }

    @Benchmark
    public Future<Void> eventTarget(Types state) {
        return state.target.dispatchEvent(state.next());
    }

    /** The floor. */
    @Benchmark
    public TypedEvent<Order> hashMap(Types state) throws Exception {
        TypedEvent<Order> event = state.next();
        EventListener<Order> listener = state.listeners.get(event.type());
        if (listener != null) {
            listener.handle(event);
        }
        return event;
    }
}
