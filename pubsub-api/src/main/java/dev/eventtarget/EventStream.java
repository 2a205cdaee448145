package dev.eventtarget;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events, with back-pressure down to the publisher. It is cold: it begins to listen when it gets a {@link
 * #handler} (on the Vert.x context of that call), or each time its {@linkplain #toPublisher publisher} is subscribed to.
 *
 * <p>An event is acknowledged when the handler has returned for it, or an operator has dropped it; an operator or handler
 * that throws refuses it, as the {@link ListenerOptions} say. While the stream is paused, events stay unacknowledged and
 * wait in the subscription's buffer. Elements are never null.
 *
 * <p>An operator gives a new stream and leaves this one as it is. Handlers are called one at a time.
 *
 * @param <E> the elements
 */
public final class EventStream<E> implements ReadStream<E> {
    private final Source<?, E> source;
    private @Nullable Consumer<? super Throwable> onError;
    private @Nullable Handler<Void> onEnd;
    private @Nullable Run<E> run;
    private long initialDemand = Long.MAX_VALUE;

    private EventStream(Source<?, E> source) {
        this.source = source;
    }

    static <T extends @Nullable Object> EventStream<TypedEvent<T>> of(
            TypedEventTarget target, EventType<T> type, ListenerOptions options) {
        return new EventStream<>(new Source<>(target, type, options, 1, (run, sink) -> sink));
    }

    // ---- operators

    /**
     * Each element changed.
     *
     * @param mapper changes it; must not give null
     * @return a stream of the results
     */
    public <R> EventStream<R> map(Function<? super E, ? extends R> mapper) {
        Objects.requireNonNull(mapper, "mapper");
        return with(
                1,
                (run, sink) ->
                        element -> sink.push(Objects.requireNonNull(mapper.apply(element), "A mapper gave null")));
    }

    /**
     * Only the elements that pass a test; the events of others are acknowledged.
     *
     * @param test is true for those to keep
     * @return a stream of those
     */
    public EventStream<E> filter(Predicate<? super E> test) {
        Objects.requireNonNull(test, "test");
        return with(1, (run, sink) -> element -> test.test(element) ? sink.push(element) : Future.succeededFuture());
    }

    /**
     * The first elements; then the stream ends and listens no more.
     *
     * @param elements how many, at least 0
     * @return a stream of those
     * @throws IllegalArgumentException if negative
     */
    public EventStream<E> take(long elements) {
        if (elements < 0) {
            throw new IllegalArgumentException("take(" + elements + "): it must not be negative");
        }
        return with(1, (run, sink) -> {
            if (elements == 0) {
                run.end();
            }
            return new Stage<E>() {
                private long left = elements;

                @Override
                public Future<?> push(E element) throws Exception {
                    if (left == 0) {
                        return Future.failedFuture(new ClosedException("The stream has taken all that it wants"));
                    }
                    left--;
                    Future<?> handled;
                    try {
                        handled = sink.push(element);
                    } catch (Exception e) {
                        left++;
                        throw e;
                    }
                    if (left == 0) {
                        handled.onComplete(done -> run.end());
                    }
                    return handled;
                }
            };
        });
    }

    /**
     * Lists of elements, as soon as one is full or its first element has waited long enough. The events of a list are
     * acknowledged, or refused, together. So many events are taken from the subscription at once, whatever {@link
     * ListenerOptions#concurrency} says.
     *
     * @param size the most elements of a list, 1 to 65,536
     * @param wait the longest that the first element waits, more than 0
     * @return a stream of lists, none of them empty
     * @throws IllegalArgumentException if out of bounds
     */
    public EventStream<List<E>> batch(int size, Duration wait) {
        if (size < 1 || size > 1 << 16 || wait.isNegative() || wait.isZero()) {
            throw new IllegalArgumentException(
                    "batch(" + size + ", " + wait + "): the size must be 1 to 65,536 and the wait more than 0");
        }
        return with(size, (run, sink) -> new Batch<>(run, sink, size, wait));
    }

    private <R> EventStream<R> with(int window, Operator<E, R> operator) {
        return new EventStream<>(source.then(window, operator));
    }

    /**
     * The stream as a {@link Flow.Publisher} by the rules of <a
     * href="https://github.com/reactive-streams/reactive-streams-jvm/blob/v1.0.4/README.md">Reactive Streams 1.0.4</a>.
     * Each subscriber listens for itself.
     *
     * @return the publisher
     */
    public Flow.Publisher<E> toPublisher() {
        return subscriber -> {
            Objects.requireNonNull(subscriber, "subscriber");
            Run<E> flow = new Run<>(0, subscriber::onNext);
            flow.onEnd = subscriber::onComplete;
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long elements) {
                    if (elements < 1) {
                        flow.fail(new IllegalArgumentException(
                                "request(" + elements + "): by rule 3.9 of Reactive Streams it must be positive"));
                    } else {
                        flow.request(elements);
                    }
                }

                @Override
                public void cancel() {
                    flow.cancel();
                }
            });
            flow.onFailure = subscriber::onError;
            try {
                flow.start(source, null);
            } catch (RuntimeException e) {
                flow.fail(e);
            }
        };
    }

    // ---- ReadStream

    /**
     * Begins to listen, on the current Vert.x context if there is one. Null closes the stream.
     *
     * @param handler gets the elements
     * @return this
     * @throws IllegalStateException if the stream has a handler already
     * @throws EventTargetException as {@link TypedEventTarget#addEventListener(EventType, EventListener, ListenerOptions)}
     */
    @Override
    public synchronized EventStream<E> handler(@Nullable Handler<E> handler) {
        if (handler == null) {
            close();
            return this;
        }
        if (run != null) {
            throw new IllegalStateException(
                    "The stream has a handler: an operator, or subscribe, gives another stream");
        }
        Run<E> started = new Run<>(initialDemand, handler::handle);
        started.onEnd = () -> {
            Handler<Void> end = onEnd;
            if (end != null) {
                end.handle(null);
            }
        };
        run = started;
        started.start(source, onError);
        return this;
    }

    /**
     * Is told of what {@link ListenerOptions#onError} is told of; set it before {@link #handler}.
     *
     * @param handler is told, or null
     * @return this
     */
    @Override
    public synchronized EventStream<E> exceptionHandler(@Nullable Handler<Throwable> handler) {
        onError = handler == null ? null : handler::handle;
        return this;
    }

    /**
     * Is called when the stream has ended: taken what it wants, closed, or its target closed.
     *
     * @param handler is called, or null
     * @return this
     */
    @Override
    public synchronized EventStream<E> endHandler(@Nullable Handler<Void> handler) {
        onEnd = handler;
        return this;
    }

    @Override
    public synchronized EventStream<E> pause() {
        initialDemand = 0;
        if (run != null) {
            run.pause();
        }
        return this;
    }

    @Override
    public EventStream<E> resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public synchronized EventStream<E> fetch(long elements) {
        if (elements < 0) {
            throw new IllegalArgumentException("fetch(" + elements + "): it must not be negative");
        }
        initialDemand = plus(initialDemand, elements);
        if (run != null) {
            run.request(elements);
        }
        return this;
    }

    /** {@return as {@link Subscription#ready()}; fails while the stream has no handler} */
    public synchronized Future<Void> ready() {
        Subscription subscription = run == null ? null : run.subscription;
        return subscription == null
                ? Future.failedFuture(new IllegalStateException("The stream listens once it has a handler"))
                : subscription.ready();
    }

    /**
     * Ends the stream.
     *
     * @return completes when the element being handled is
     */
    public synchronized Future<Void> close() {
        return run == null ? Future.succeededFuture() : run.end();
    }

    private static long plus(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    // ---- how it works: a chain of stages, in front of it a listener, at its end whoever wants the elements

    /** Takes an element; the future acknowledges the event that it came from. */
    private interface Stage<I> {
        Future<?> push(I element) throws Exception;
    }

    /** Makes a stage in front of another one, anew for each run. */
    private interface Operator<I, O> {
        Stage<I> before(Run<?> run, Stage<O> next);
    }

    private record Source<T extends @Nullable Object, E>(
            TypedEventTarget target,
            EventType<T> type,
            ListenerOptions options,
            int window,
            Operator<TypedEvent<T>, E> chain) {

        <R> Source<T, R> then(int times, Operator<E, R> operator) {
            return new Source<>(
                    target,
                    type,
                    options,
                    Math.multiplyExact(window, times),
                    (run, sink) -> chain.before(run, operator.before(run, sink)));
        }

        Subscription listen(Run<E> run, @Nullable Consumer<? super Throwable> onError) {
            Stage<TypedEvent<T>> first = chain.before(run, run::accept);
            ListenerOptions how = options.concurrency(Math.max(options.concurrency(), window));
            if (onError != null) {
                Consumer<? super EventTargetException> others = options.onError();
                how = how.onError(error -> {
                    if (others != null) {
                        others.accept(error);
                    }
                    onError.accept(error);
                });
            }
            return target.addAsyncEventListener(type, event -> run.push(first, event), how);
        }
    }

    /**
     * One run of a stream. Everything happens in {@link #serially}: elements, demand, timers and the end may come from any
     * thread, and are handled one after another without any of them waiting for a lock.
     */
    private static final class Run<E> {
        private final AtomicInteger open = new AtomicInteger();
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final Queue<Held<E>> held = new ArrayDeque<>();

        /** Gives back what operators hold. */
        private final List<Consumer<ClosedException>> begun = new ArrayList<>();

        private final Consumer<? super E> consumer;
        private final @Nullable Context context = Vertx.currentContext();
        private volatile @Nullable Subscription subscription;
        private Runnable onEnd = () -> {};
        private Consumer<Throwable> onFailure = error -> {};
        private long demand;
        private volatile boolean ended;

        private record Held<E>(E element, Promise<Void> handled) {}

        Run(long demand, Consumer<? super E> consumer) {
            this.demand = demand;
            this.consumer = consumer;
        }

        void start(Source<?, E> source, @Nullable Consumer<? super Throwable> onError) {
            Subscription started = source.listen(this, onError);
            subscription = started;
            if (ended) {
                started.close();
            }
            started.ended().onComplete(done -> end());
        }

        /** Sends an element through the stages, on the listener's thread. */
        <I> Future<?> push(Stage<I> first, I element) {
            Promise<Object> handled = Promise.promise();
            serially(() -> {
                if (ended) {
                    handled.tryFail(new ClosedException("The stream has ended"));
                    return;
                }
                try {
                    first.push(element).onComplete(result -> {
                        if (result.succeeded()) {
                            handled.tryComplete();
                        } else {
                            handled.tryFail(result.cause());
                        }
                    });
                } catch (Throwable e) {
                    handled.tryFail(e);
                }
            });
            return handled.future();
        }

        /** The last stage: to the consumer if it wants more, else held back, and with it the acknowledgement. */
        Future<?> accept(E element) {
            if (demand > 0 && held.isEmpty()) {
                consume(element);
                return Future.succeededFuture();
            }
            Promise<Void> handled = Promise.promise();
            held.add(new Held<>(element, handled));
            return handled.future();
        }

        private void consume(E element) {
            if (demand != Long.MAX_VALUE) {
                demand--;
            }
            consumer.accept(element);
        }

        void request(long elements) {
            onContext(() -> {
                demand = plus(demand, elements);
                while (demand > 0 && !ended) {
                    Held<E> next = held.poll();
                    if (next == null) {
                        return;
                    }
                    try {
                        consume(next.element);
                        next.handled.complete();
                    } catch (Throwable e) {
                        next.handled.fail(e);
                    }
                }
            });
        }

        void pause() {
            onContext(() -> demand = 0);
        }

        Future<Void> end() {
            return finish(() -> onEnd.run());
        }

        void fail(Throwable error) {
            finish(() -> onFailure.accept(error));
        }

        void cancel() {
            finish(() -> {});
        }

        /** Ends once: what is not handled is given back to the subscription, which is closed by then. */
        private Future<Void> finish(Runnable signal) {
            Promise<Void> finished = Promise.promise();
            onContext(() -> {
                Subscription current = subscription;
                Future<Void> closed = current == null ? Future.succeededFuture() : current.close();
                if (!ended) {
                    ended = true;
                    ClosedException error = new ClosedException("The stream has ended");
                    held.forEach(waiting -> waiting.handled.tryFail(error));
                    held.clear();
                    begun.forEach(operator -> operator.accept(error));
                    signal.run();
                }
                closed.onComplete(finished);
            });
            return finished.future();
        }

        /** Runs a task serially, and where the stream belongs to a context, there. */
        void onContext(Runnable task) {
            if (context == null || Vertx.currentContext() == context) {
                serially(task);
            } else {
                context.runOnContext(now -> serially(task));
            }
        }

        private void serially(Runnable task) {
            tasks.add(task);
            if (open.getAndIncrement() != 0) {
                return;
            }
            do {
                Runnable next = tasks.poll();
                if (next != null) {
                    next.run();
                }
            } while (open.decrementAndGet() != 0);
        }

        Executor after(Duration delay) {
            return CompletableFuture.delayedExecutor(
                    Math.max(1, delay.toMillis()),
                    TimeUnit.MILLISECONDS,
                    context == null ? ForkJoinPool.commonPool() : Runnable::run);
        }
    }

    private static final class Batch<E> implements Stage<E> {
        private final Run<?> run;
        private final Stage<List<E>> next;
        private final int size;
        private final Duration wait;
        private List<E> elements = new ArrayList<>();
        private Promise<Object> handled = Promise.promise();

        Batch(Run<?> run, Stage<List<E>> next, int size, Duration wait) {
            run.begun.add(this::giveBack);
            this.run = run;
            this.next = next;
            this.size = size;
            this.wait = wait;
        }

        @Override
        public Future<?> push(E element) {
            elements.add(element);
            Future<?> outcome = handled.future();
            if (elements.size() == size) {
                flush();
            } else if (elements.size() == 1) {
                List<E> begun = elements;
                run.after(wait)
                        .execute(() -> run.onContext(() -> {
                            if (elements == begun) {
                                flush();
                            }
                        }));
            }
            return outcome;
        }

        private void giveBack(ClosedException error) {
            elements = new ArrayList<>();
            handled.tryFail(error);
        }

        private void flush() {
            List<E> full = elements;
            Promise<Object> whole = handled;
            elements = new ArrayList<>();
            handled = Promise.promise();
            try {
                next.push(full).onComplete(result -> {
                    if (result.succeeded()) {
                        whole.complete();
                    } else {
                        whole.fail(result.cause());
                    }
                });
            } catch (Throwable e) {
                whole.fail(e);
            }
        }
    }
}
