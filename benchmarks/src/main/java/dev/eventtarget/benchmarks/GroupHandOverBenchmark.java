package dev.eventtarget.benchmarks;

import dev.eventtarget.ListenerOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One publisher, and consumers on event loops of their own that share the events. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(HandOver.EVENTS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class GroupHandOverBenchmark {
    /** Listeners in a group. */
    public static class Target extends HandOverBenchmark.Target {
        @Override
        int copies() {
            return 1;
        }

        @Override
        ListenerOptions options() {
            return super.options().group("stock");
        }
    }

    /** Vert.x's event bus gives each message that is sent to one consumer, in turn. */
    public static class EventBus extends HandOverBenchmark.EventBus {
        @Override
        int copies() {
            return 1;
        }

        @Override
        void publishOne(String address) {
            bus.send(address, Order.EVENT, options);
        }
    }

    @Benchmark
    public void eventTarget(Target state) throws Exception {
        state.run();
    }

    @Benchmark
    public void vertxEventBus(EventBus state) throws Exception {
        state.run();
    }
}
