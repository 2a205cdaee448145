package dev.eventtarget.benchmarks;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.EventTranslatorOneArg;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.ProducerType;
import com.lmax.disruptor.util.DaemonThreadFactory;
import dev.eventtarget.EventTargets;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** One publisher, and consumers on threads of their own that each get every event. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(HandOver.EVENTS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class HandOverBenchmark {
    /** Consumers that are verticles, each on its own event loop; the publisher is a thread that is not Vert.x's. */
    public abstract static class Verticles extends HandOver {
        @SuppressWarnings("NullAway.Init")
        private Vertx vertx;

        abstract void open(Vertx vertx);

        abstract Future<?> listen(int consumer);

        @Override
        void start() {
            vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(consumers + 1));
            open(vertx);
            for (int i = 0; i < consumers; i++) {
                int consumer = i;
                vertx.deployVerticle(context -> listen(consumer)).await();
            }
        }

        /** A context on an event loop that has no consumer. */
        final Context spareContext() {
            Promise<Context> deployed = Promise.promise();
            vertx.deployVerticle(context -> {
                        deployed.complete(context);
                        return deployed.future();
                    })
                    .await();
            return deployed.future().await();
        }

        @Override
        void stop() {
            vertx.close().await();
        }
    }

    /** The memory target; the publisher waits for the futures that are not complete. */
    public static class Target extends Verticles {
        @SuppressWarnings("NullAway.Init")
        TypedEventTarget target;

        ListenerOptions options() {
            return ListenerOptions.defaults();
        }

        @Override
        void open(Vertx vertx) {
            target = EventTargets.open(vertx, "memory:");
        }

        @Override
        Future<?> listen(int consumer) {
            return target.addEventListener(Order.PLACED, event -> count(consumer), options())
                    .ready();
        }

        @Override
        void publish(int events) {
            for (int i = 0; i < events; i++) {
                Future<Void> accepted = target.dispatchEvent(Order.EVENT);
                if (!accepted.succeeded()) {
                    accepted.await();
                }
            }
        }
    }

    /** The memory target; the publisher is on an event loop too and goes on when a future completes. */
    public static class TargetFromEventLoop extends Target {
        @SuppressWarnings("NullAway.Init")
        private Context context;

        @Override
        void start() {
            super.start();
            context = spareContext();
        }

        @Override
        void publish(int events) {
            Promise<Void> done = Promise.promise();
            context.runOnContext(go -> publish(events, done));
            done.future().await();
        }

        private void publish(int events, Promise<Void> done) {
            for (int left = events - 1; left >= 0; left--) {
                Future<Void> accepted = target.dispatchEvent(Order.EVENT);
                if (!accepted.succeeded()) {
                    int rest = left;
                    accepted.onSuccess(go -> context.runOnContext(again -> publish(rest, done)))
                            .onFailure(done::fail);
                    return;
                }
            }
            done.complete();
        }
    }

    /** Vert.x's event bus. It has no back-pressure: the publisher waits after each burst until few enough are on the way. */
    public static class EventBus extends Verticles {
        private static final String ADDRESS = "order.placed";
        private static final int BURST = 8192;
        private static final int ON_THE_WAY = 8 * BURST;

        final DeliveryOptions options =
                new DeliveryOptions().setCodecName(AsItIs.NAME).setLocalOnly(true);

        @SuppressWarnings("NullAway.Init")
        io.vertx.core.eventbus.EventBus bus;

        private long published;

        @Override
        void open(Vertx vertx) {
            bus = vertx.eventBus().registerCodec(new AsItIs());
        }

        @Override
        Future<?> listen(int consumer) {
            return bus.<TypedEvent<Order>>localConsumer(ADDRESS, message -> count(consumer))
                    .completion();
        }

        @Override
        void publish(int events) {
            for (int left = events; left > 0; left -= BURST) {
                int burst = Math.min(left, BURST);
                publishBurst(burst);
                published += burst;
                awaitHeard((published - ON_THE_WAY) * copies());
            }
        }

        void publishBurst(int events) {
            for (int i = 0; i < events; i++) {
                publishOne(ADDRESS);
            }
        }

        void publishOne(String address) {
            bus.publish(address, Order.EVENT, options);
        }
    }

    /** Vert.x's event bus; the publisher is on an event loop too. */
    public static class EventBusFromEventLoop extends EventBus {
        @SuppressWarnings("NullAway.Init")
        private Context context;

        @Override
        void start() {
            super.start();
            context = spareContext();
        }

        @Override
        void publishBurst(int events) {
            Promise<Void> done = Promise.promise();
            context.runOnContext(go -> {
                super.publishBurst(events);
                done.complete();
            });
            done.future().await();
        }
    }

    /** Hands over the object itself. */
    private static final class AsItIs implements MessageCodec<TypedEvent<Order>, TypedEvent<Order>> {
        static final String NAME = "as-it-is";

        @Override
        public TypedEvent<Order> transform(TypedEvent<Order> event) {
            return event;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }

        @Override
        public void encodeToWire(Buffer buffer, TypedEvent<Order> event) {
            throw new UnsupportedOperationException("Events stay in the process");
        }

        @Override
        public TypedEvent<Order> decodeFromWire(int position, Buffer buffer) {
            throw new UnsupportedOperationException("Events stay in the process");
        }
    }

    /** The JDK's publisher; submitting blocks while a buffer is full. */
    public static class JdkPublisher extends HandOver {
        @SuppressWarnings("NullAway.Init")
        private ForkJoinPool pool;

        @SuppressWarnings("NullAway.Init")
        private SubmissionPublisher<TypedEvent<Order>> publisher;

        @Override
        void start() {
            pool = new ForkJoinPool(consumers);
            publisher = new SubmissionPublisher<>(pool, BUFFER);
            for (int i = 0; i < consumers; i++) {
                publisher.subscribe(subscriber(i));
            }
        }

        private Flow.Subscriber<TypedEvent<Order>> subscriber(int consumer) {
            return new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(TypedEvent<Order> event) {
                    count(consumer);
                }

                @Override
                public void onError(Throwable error) {
                    throw new IllegalStateException(error);
                }

                @Override
                public void onComplete() {}
            };
        }

        @Override
        void publish(int events) {
            for (int i = 0; i < events; i++) {
                publisher.submit(Order.EVENT);
            }
        }

        /** On JDK 17 a consumer now and then sleeps on with one event in its buffer until another comes. */
        @Override
        int restart() {
            publisher.submit(Order.EVENT);
            return 1;
        }

        @Override
        void stop() {
            publisher.close();
            pool.shutdown();
        }
    }

    /** Reactor's multicast sink with a scheduler a consumer; the publisher spins while a buffer is full. */
    public static class Reactor extends HandOver {
        private List<Scheduler> schedulers = List.of();

        @SuppressWarnings("NullAway.Init")
        private Sinks.Many<TypedEvent<Order>> sink;

        @Override
        void start() {
            sink = Sinks.many().multicast().onBackpressureBuffer(BUFFER, false);
            schedulers = IntStream.range(0, consumers)
                    .mapToObj(i -> Schedulers.newSingle("consumer-" + i, true))
                    .toList();
            for (int i = 0; i < consumers; i++) {
                int consumer = i;
                sink.asFlux().publishOn(schedulers.get(i), BUFFER).subscribe(event -> count(consumer));
            }
        }

        @Override
        void publish(int events) {
            for (int i = 0; i < events; i++) {
                Sinks.EmitResult result = sink.tryEmitNext(Order.EVENT);
                while (result == Sinks.EmitResult.FAIL_OVERFLOW) {
                    Thread.onSpinWait();
                    result = sink.tryEmitNext(Order.EVENT);
                }
                result.orThrow();
            }
        }

        @Override
        void stop() {
            sink.tryEmitComplete();
            schedulers.forEach(Scheduler::dispose);
        }
    }

    /** The Disruptor, whose consumers block while there is nothing, as Vert.x's event loops do. */
    public static class Disruptor extends HandOver {
        private static final EventTranslatorOneArg<Slot, TypedEvent<Order>> TRANSLATOR =
                (slot, sequence, event) -> slot.event = event;

        @SuppressWarnings("NullAway.Init")
        private com.lmax.disruptor.dsl.Disruptor<Slot> disruptor;

        private static final class Slot {
            @Nullable TypedEvent<Order> event;
        }

        WaitStrategy waitStrategy() {
            return new BlockingWaitStrategy();
        }

        @Override
        void start() {
            disruptor = new com.lmax.disruptor.dsl.Disruptor<>(
                    Slot::new, BUFFER, DaemonThreadFactory.INSTANCE, ProducerType.MULTI, waitStrategy());
            for (int i = 0; i < consumers; i++) {
                int consumer = i;
                disruptor.handleEventsWith((slot, sequence, endOfBatch) -> count(consumer));
            }
            disruptor.start();
        }

        @Override
        void publish(int events) {
            for (int i = 0; i < events; i++) {
                disruptor.publishEvent(TRANSLATOR, Order.EVENT);
            }
        }

        @Override
        void stop() {
            disruptor.shutdown();
        }
    }

    /** The Disruptor, whose consumers never sleep: the least that handing over can cost, at the price of a core each. */
    public static class DisruptorYielding extends Disruptor {
        @Override
        WaitStrategy waitStrategy() {
            return new YieldingWaitStrategy();
        }
    }

    @Benchmark
    public void eventTarget(Target state) throws Exception {
        state.run();
    }

    @Benchmark
    public void eventTargetFromEventLoop(TargetFromEventLoop state) throws Exception {
        state.run();
    }

    @Benchmark
    public void submissionPublisher(JdkPublisher state) throws Exception {
        state.run();
    }

    @Benchmark
    public void vertxEventBus(EventBus state) throws Exception {
        state.run();
    }

    @Benchmark
    public void vertxEventBusFromEventLoop(EventBusFromEventLoop state) throws Exception {
        state.run();
    }

    @Benchmark
    public void reactor(Reactor state) throws Exception {
        state.run();
    }

    @Benchmark
    public void disruptorBlocking(Disruptor state) throws Exception {
        state.run();
    }

    /** The floor. */
    @Benchmark
    public void disruptorYielding(DisruptorYielding state) throws Exception {
        state.run();
    }
}
