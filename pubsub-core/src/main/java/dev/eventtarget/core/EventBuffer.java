package dev.eventtarget.core;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.ClosedException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for a listener: as many as the options allow, and with {@link OverflowPolicy#BLOCK} behind them a
 * bounded line of publishers, each with an open future.
 *
 * <p>Any number of threads offer. One at a time polls a buffer that {@link #of} made, any number one that {@link #shared}
 * made.
 */
public abstract class EventBuffer {
    private static final int LEAST_LINE = 1024;

    private final int capacity;
    private final OverflowPolicy policy;
    private final LongAdder dropped = new LongAdder();

    /** Publishers that wait for room, guarded by itself, and whether there are any. */
    private final Deque<Waiting> line = new ArrayDeque<>();

    private volatile boolean congested;
    private volatile @Nullable ClosedException refusal;
    private boolean cleared;
    private Consumer<TypedEvent<?>> onDrop = event -> {};

    private record Waiting(TypedEvent<?> event, Promise<Void> promise) {}

    private EventBuffer(ListenerOptions options) {
        this.capacity = options.buffer();
        this.policy = options.overflow();
    }

    /**
     * A buffer for one subscription.
     *
     * @param options size and overflow policy
     * @return an empty buffer
     */
    static EventBuffer of(ListenerOptions options) {
        return options.overflow() == OverflowPolicy.DROP_OLDEST ? new Locked(options) : new Ring(options);
    }

    /**
     * A buffer for a group of subscriptions.
     *
     * @param options size and overflow policy
     * @return an empty buffer
     */
    public static EventBuffer shared(ListenerOptions options) {
        return new Locked(options);
    }

    /**
     * Puts an event behind the others.
     *
     * @param event the event
     * @return {@link Registration#ACCEPTED} if it is in or dropped by policy; else completes when there is room for it, or
     *     fails with {@link BackpressureException}
     */
    public final Future<Void> offer(TypedEvent<?> event) {
        if (!congested && add(event, capacity)) {
            return refusal();
        }
        return switch (policy) {
            case BLOCK -> line(event);
            case FAIL -> Future.failedFuture(full("publish again later, or give the listener a larger buffer"));
            case DROP_NEWEST -> {
                drop(event);
                yield Registration.ACCEPTED;
            }
            case DROP_OLDEST -> {
                addDroppingOldest(event, capacity).forEach(this::drop);
                yield Registration.ACCEPTED;
            }
        };
    }

    private void drop(TypedEvent<?> event) {
        dropped.increment();
        onDrop.accept(event);
    }

    /** Is told of each event that is dropped for want of room. Set before anything is offered. */
    void onDrop(Consumer<TypedEvent<?>> handler) {
        onDrop = handler;
    }

    private Future<Void> line(TypedEvent<?> event) {
        synchronized (line) {
            if (cleared || line.isEmpty() && add(event, capacity)) {
                return refusal();
            }
            if (line.size() >= Math.max(LEAST_LINE, capacity)) {
                return Future.failedFuture(
                        full(
                                line.size()
                                        + " events wait in line as well: wait for the futures of what you published before you publish more"));
            }
            ContextInternal context = ContextInternal.current();
            Promise<Void> promise = context == null ? Promise.promise() : context.promise();
            line.add(new Waiting(event, promise));
            congested = true;
            return promise.future();
        }
    }

    private BackpressureException full(String what) {
        return new BackpressureException("A listener's buffer of " + capacity + " events is full; " + what);
    }

    /**
     * Lets publishers in from the line, as far as there is room.
     *
     * @return whether there were any
     */
    final boolean admit() {
        if (!congested) {
            return false;
        }
        List<Promise<Void>> admitted = new ArrayList<>();
        synchronized (line) {
            Waiting first = line.peek();
            while (first != null && add(first.event, capacity)) {
                admitted.add(first.promise);
                line.remove();
                first = line.peek();
            }
            congested = first != null;
        }
        admitted.forEach(Promise::tryComplete);
        return !admitted.isEmpty();
    }

    /**
     * Fails the futures of publishers that come too late. What is offered before is there to be polled.
     *
     * @param error what they get
     */
    final void refuse(ClosedException error) {
        refusal = error;
    }

    /** What a publisher gets whose event may not be polled any more: nothing is amiss if merely the listener is gone. */
    final Future<Void> refusal() {
        ClosedException error = refusal;
        return error == null ? Registration.ACCEPTED : Future.failedFuture(error);
    }

    /**
     * Gives up what waits, when nobody is left to handle it. Publishers in line are let go. Only for the one who polls.
     *
     * @param abandoned is told of each event
     * @return how many events
     */
    public final long clear(Consumer<TypedEvent<?>> abandoned) {
        List<Waiting> waiting;
        synchronized (line) {
            cleared = true;
            waiting = new ArrayList<>(line);
            line.clear();
            congested = false;
        }
        long events = waiting.size();
        for (TypedEvent<?> event = poll(); event != null; event = poll()) {
            abandoned.accept(event);
            events++;
        }
        waiting.forEach(one -> abandoned.accept(one.event));
        waiting.forEach(one -> refusal().onComplete(one.promise));
        return events;
    }

    /** {@return whether nothing waits, in the buffer or in line} */
    public final boolean isEmpty() {
        return size() == 0 && !congested;
    }

    final long dropped() {
        return dropped.sum();
    }

    /** {@return how many events wait, those in line not counted} */
    public abstract int size();

    /** {@return how many events it holds} */
    public final int capacity() {
        return capacity;
    }

    abstract @Nullable TypedEvent<?> poll();

    abstract boolean add(TypedEvent<?> event, int capacity);

    /** Gives those that had to go. */
    abstract List<TypedEvent<?>> addDroppingOldest(TypedEvent<?> event, int capacity);

    /**
     * Puts events from the past before all others, whatever the capacity. Before anything is offered.
     *
     * @param events in order
     */
    public abstract void replay(List<? extends TypedEvent<?>> events);

    /** Puts an event that was polled back, whatever the capacity. Only for the one who polls. */
    abstract void putBack(TypedEvent<?> event);

    /** Many threads put in, one takes out, none waits for a lock. Takes no memory before the first event. */
    private static final class Ring extends EventBuffer {
        private final int length;
        private volatile @Nullable MpscAtomicArrayQueue<TypedEvent<?>> queue;

        /** Comes first; only touched by the one who polls. */
        private volatile @Nullable Iterator<? extends TypedEvent<?>> past;

        Ring(ListenerOptions options) {
            super(options);
            length = Math.max(2, options.buffer());
        }

        @Override
        boolean add(TypedEvent<?> event, int capacity) {
            MpscAtomicArrayQueue<TypedEvent<?>> ring = queue;
            return (ring == null ? create() : ring).offerIfBelowThreshold(event, capacity);
        }

        private synchronized MpscAtomicArrayQueue<TypedEvent<?>> create() {
            MpscAtomicArrayQueue<TypedEvent<?>> ring = queue;
            if (ring == null) {
                ring = new MpscAtomicArrayQueue<>(length);
                queue = ring;
            }
            return ring;
        }

        @Override
        List<TypedEvent<?>> addDroppingOldest(TypedEvent<?> event, int capacity) {
            throw new AssertionError("Only the one who polls may take from this queue");
        }

        @Override
        @Nullable TypedEvent<?> poll() {
            Iterator<? extends TypedEvent<?>> before = past;
            if (before != null) {
                if (before.hasNext()) {
                    return before.next();
                }
                past = null;
            }
            MpscAtomicArrayQueue<TypedEvent<?>> ring = queue;
            return ring == null ? null : ring.poll();
        }

        @Override
        public int size() {
            Iterator<?> before = past;
            MpscAtomicArrayQueue<?> ring = queue;
            int waiting = ring == null ? 0 : ring.size();
            return before != null && before.hasNext() ? waiting + 1 : waiting;
        }

        @Override
        public void replay(List<? extends TypedEvent<?>> events) {
            past = events.iterator();
        }

        @Override
        void putBack(TypedEvent<?> event) {
            List<TypedEvent<?>> first = new ArrayList<>(List.of(event));
            Iterator<? extends TypedEvent<?>> before = past;
            if (before != null) {
                before.forEachRemaining(first::add);
            }
            past = first.iterator();
        }
    }

    /** For several who take out, a publisher that drops the oldest being one of them. */
    private static final class Locked extends EventBuffer {
        private final Deque<TypedEvent<?>> queue = new ArrayDeque<>();

        /** Comes before the queue and takes no room in it: events from the past, and those put back. */
        private final Deque<TypedEvent<?>> past = new ArrayDeque<>();

        private volatile int size;

        Locked(ListenerOptions options) {
            super(options);
        }

        @Override
        boolean add(TypedEvent<?> event, int capacity) {
            synchronized (queue) {
                if (queue.size() >= capacity) {
                    return false;
                }
                queue.add(event);
                size++;
                return true;
            }
        }

        @Override
        List<TypedEvent<?>> addDroppingOldest(TypedEvent<?> event, int capacity) {
            synchronized (queue) {
                List<TypedEvent<?>> gone = new ArrayList<>(1);
                while (queue.size() >= capacity) {
                    gone.add(queue.remove());
                }
                queue.add(event);
                size = queue.size() + past.size();
                return gone;
            }
        }

        @Override
        @Nullable TypedEvent<?> poll() {
            synchronized (queue) {
                TypedEvent<?> first = past.isEmpty() ? queue.poll() : past.poll();
                size = queue.size() + past.size();
                return first;
            }
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void replay(List<? extends TypedEvent<?>> events) {
            synchronized (queue) {
                past.addAll(events);
                size += events.size();
            }
        }

        @Override
        void putBack(TypedEvent<?> event) {
            synchronized (queue) {
                past.addFirst(event);
                size++;
            }
        }
    }
}
