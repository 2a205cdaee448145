package dev.eventtarget.core;

import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.DeliveryException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus.SubscriptionStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.lang.reflect.Type;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener and the events that wait for it.
 *
 * <p>It is handled in {@linkplain #turn() turns}, one at a time, that its {@link Lane} gives it. A turn takes events from
 * the buffer as long as there is demand and fewer are being handled than {@link ListenerOptions#concurrency} allows.
 * Whatever may let it go on (an event offered, one settled, more demand) schedules another turn. A plain listener outside a
 * context needs none of that: {@link #immediate}, it is called by whoever publishes, until it is paused.
 */
public final class ListenerSubscription extends Registration implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");

    /** Events of one turn, so that subscriptions which share a context all get on. */
    private static final int TURN = 64;

    private final AbstractEventTarget target;
    private final Object listener;
    private final ListenerOptions options;
    private final @Nullable ContextInternal context;
    private final Lane lane;
    private final EventBuffer buffer;
    private final ListenerCall call;
    private final @Nullable Redelivery redelivery;

    private final AtomicBoolean active = new AtomicBoolean(true);
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong demand = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Promise<Void> ready = Promise.promise();
    private final Promise<Void> ended = Promise.promise();
    private volatile boolean immediate;
    private volatile boolean draining;
    private volatile boolean cleared;
    private volatile @Nullable Promise<Void> idle;

    private volatile @Nullable Group group;

    /** The subscriptions that share a buffer. */
    public interface Group {
        /** Is told when a member handles no more for now, be the buffer empty or not. */
        void rested();

        /**
         * Whether others go on when a member leaves.
         *
         * @param member in the group, or about to leave
         * @return whether there are others
         */
        boolean hasOthersThan(ListenerSubscription member);
    }

    ListenerSubscription(
            AbstractEventTarget target,
            EventType<?> type,
            Object listener,
            ListenerOptions options,
            @Nullable ContextInternal context,
            EventBuffer buffer,
            ListenerCall call) {
        super(type);
        this.target = target;
        this.listener = listener;
        this.options = options;
        this.context = context;
        this.lane = context == null && !target.callsInline() ? Lane.onWorkers(target.vertx()) : Lane.of(context);
        this.buffer = buffer;
        buffer.onDrop(event -> {
            target.settled(this, event);
            target.tell(interceptor -> interceptor.dropped(event, this));
        });
        this.call = call.inside(target.interceptors(), this);
        this.redelivery = options.retry().attempts() == 1
                ? null
                : new Redelivery(options.retry(), target.vertx(), this::onOwnThread);
    }

    /** Lets whoever publishes call the listener, without a buffer between. */
    void callDirectly(EventListener<Object> listener) {
        immediate = true;
        if (!options.isOnce()) {
            direct = listener;
        }
    }

    /** {@return how to listen} */
    public ListenerOptions options() {
        return options;
    }

    /** {@return what waits} */
    public EventBuffer buffer() {
        return buffer;
    }

    /**
     * Makes it the member of a group, whose buffer it has.
     *
     * @param group the group
     */
    public void joined(Group group) {
        this.group = group;
    }

    /** {@return whether it takes nothing from the buffer any more} */
    public boolean isDone() {
        return cleared;
    }

    // ---- events come

    @Override
    public Future<Void> offer(TypedEvent<?> event) {
        if (!active.get()) {
            return buffer.refusal();
        }
        if (!immediate) {
            return buffer.offer(event);
        }
        take(event);
        if (!active.get()) {
            schedule();
        }
        return ACCEPTED;
    }

    @Override
    public void wake() {
        if (!immediate) {
            schedule();
        }
    }

    /**
     * Has it take events from the buffer, if it can and isn't about to.
     *
     * @return whether it could and wasn't
     */
    public boolean tryWake() {
        return canTake() && schedule();
    }

    private boolean schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            lane.schedule(this);
            return true;
        }
        return false;
    }

    // ---- and are handled

    /** Handles what it can; gives whether it wants another turn. Called by its lane alone. */
    boolean turn() {
        for (int i = 0; i < TURN && canTake(); i++) {
            TypedEvent<?> event = buffer.poll();
            if (event == null) {
                if (!buffer.admit()) {
                    break;
                }
            } else {
                long wanted = demand.get();
                if (wanted == 0) {
                    // paused since canTake was asked, perhaps before the event was published
                    buffer.putBack(event);
                    break;
                }
                if (wanted != Long.MAX_VALUE) {
                    demand.getAndUpdate(left -> left == Long.MAX_VALUE ? left : Math.max(0, left - 1));
                }
                take(event);
            }
        }
        buffer.admit();
        if (!active.get() && !cleared && (!draining || buffer.isEmpty())) {
            if (group == null) {
                buffer.clear(event -> target.abandoned(this, event));
            }
            cleared = true;
        }
        if (wantsTurn()) {
            return true;
        }
        scheduled.set(false);
        if (wantsTurn() && scheduled.compareAndSet(false, true)) {
            return true;
        }
        rest();
        return false;
    }

    private boolean wantsTurn() {
        if (active.get()) {
            return canTake() && !buffer.isEmpty();
        }
        return !cleared && (!draining || buffer.isEmpty() || canTake());
    }

    private boolean canTake() {
        return (active.get() || draining) && demand.get() > 0 && inFlight.get() < options.concurrency();
    }

    private void rest() {
        if (cleared && inFlight.get() == 0) {
            ended.tryComplete();
        }
        checkIdle();
        Group shared = group;
        if (shared != null) {
            shared.rested();
        }
    }

    /** Tells whoever waits for it to be idle, if it is. */
    public void checkIdle() {
        Promise<Void> waiting = idle;
        if (waiting != null && isIdle()) {
            waiting.tryComplete();
        }
    }

    private void take(TypedEvent<?> event) {
        if (options.isOnce() && !retire()) {
            putBack(event);
            return;
        }
        TypedEvent<?> fitting;
        try {
            fitting = fit(event);
        } catch (CodecException e) {
            inFlight.incrementAndGet();
            giveUp(event, 1, e);
            return;
        }
        Future<?> handled = attempt(fitting);
        if (handled == ACCEPTED || handled.succeeded()) {
            target.settled(this, event);
            return;
        }
        inFlight.incrementAndGet();
        handled.onComplete(outcome -> {
            if (outcome.succeeded()) {
                settle(event);
            } else {
                onContext(() -> retry(event, fitting, outcome.cause()));
            }
        });
    }

    private Future<?> attempt(TypedEvent<?> event) {
        try {
            return call.call(event);
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
    }

    private Future<?> attemptAgain(TypedEvent<?> event) {
        target.tell(interceptor -> interceptor.retrying(event, this));
        return attempt(event);
    }

    @Override
    void refused(TypedEvent<?> event, Throwable error) {
        inFlight.incrementAndGet();
        giveUp(event, 1, new DeliveryException(event, 1, error));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the outcome is seen to where it is known
    private void retry(TypedEvent<?> event, TypedEvent<?> fitting, Throwable error) {
        if (error instanceof ClosedException && !active.get()) {
            // a stream gives back what it had not handled when it was closed
            giveBack(event);
            return;
        }
        if (redelivery == null) {
            giveUp(event, 1, new DeliveryException(fitting, 1, error));
            return;
        }
        redelivery.goOn(error, () -> attemptAgain(fitting)).whenComplete((done, failure) -> {
            if (failure == null) {
                settle(event);
            } else if (failure instanceof Redelivery.Stopped) {
                giveBack(event);
            } else {
                int attempts = options.retry().attempts();
                onContext(() -> giveUp(event, attempts, new DeliveryException(fitting, attempts, failure)));
            }
        });
    }

    /**
     * Has an event that kills whoever handles it go where those go that were refused too often.
     *
     * @param event not offered
     * @param attempts how often it was delivered
     */
    public void giveUp(TypedEvent<?> event, int attempts) {
        inFlight.incrementAndGet();
        onOwnThread(() -> giveUp(
                event,
                attempts,
                new DeliveryException(
                        event,
                        attempts,
                        new IllegalStateException("No consumer that it was delivered to has lived to handle it"))));
    }

    /** The event goes to the dead letters, or else the error to the error handler; then the next event can come. */
    private void giveUp(TypedEvent<?> event, int attempts, EventTargetException error) {
        EventType<?> deadLetter = options.deadLetter();
        if (deadLetter == null || deadLetter.topic().equals(event.type().topic())) {
            report(error);
            settle(event);
            return;
        }
        target.publishDeadLetter(event, deadLetter, options.group(), attempts, error)
                .onComplete(outcome -> onContext(() -> {
                    if (outcome.failed()) {
                        error.addSuppressed(outcome.cause());
                        report(error);
                    }
                    settle(event);
                }));
    }

    private void settle(TypedEvent<?> event) {
        target.settled(this, event);
        inFlight.decrementAndGet();
        schedule();
    }

    private void giveBack(TypedEvent<?> event) {
        putBack(event);
        inFlight.decrementAndGet();
        schedule();
    }

    private void putBack(TypedEvent<?> event) {
        if (group == null) {
            target.abandoned(this, event);
        } else {
            buffer.putBack(event);
        }
    }

    /**
     * Tells the error handler of something that befell the subscription as a whole, in its own time.
     *
     * @param error what went wrong
     */
    public void tell(EventTargetException error) {
        onOwnThread(() -> report(error));
    }

    /**
     * Ends the subscription for a reason that its error handler is told first, in its own time: who waits for the end finds it
     * told.
     *
     * @param error why it can't go on
     */
    public void fail(EventTargetException error) {
        onOwnThread(() -> {
            report(error);
            end();
        });
    }

    /** Tells the error handler, or the log where there is none. */
    private void report(EventTargetException error) {
        target.tell(interceptor -> interceptor.failed(error, this));
        Consumer<? super EventTargetException> onError = options.onError();
        if (onError == null) {
            LOG.warn("{}: {}", this, error.getMessage());
            return;
        }
        try {
            onError.accept(error);
        } catch (Throwable e) {
            LOG.warn("{}: its error handler threw {} when told: {}", this, e, error.getMessage());
        }
    }

    private void onContext(Runnable task) {
        if (context == null || context.inThread()) {
            task.run();
        } else {
            context.runOnContext(now -> task.run());
        }
    }

    /** As {@link #onContext}, but never on a thread that must not block when the listener may. */
    private void onOwnThread(Runnable task) {
        if (context != null) {
            context.runOnContext(now -> task.run());
        } else {
            target.vertx()
                    .executeBlocking(
                            () -> {
                                task.run();
                                return null;
                            },
                            false);
        }
    }

    // ---- details

    /** The event as this listener wants it: its detail of the Java type that the listener asked for. */
    @SuppressWarnings("ReferenceEquality") // types are mostly constants: the same object is the usual case
    private TypedEvent<?> fit(TypedEvent<?> event) {
        EventType<?> published = event.type();
        if (published == type) {
            return event;
        }
        Type wanted = type.javaType();
        Object detail = event.detail();
        if (detail instanceof EncodedDetail ? wanted == EncodedDetail.class : fits(detail, published, wanted)) {
            return event;
        }
        return convert(event, detail, wanted);
    }

    private static boolean fits(@Nullable Object detail, EventType<?> published, Type wanted) {
        return published.javaType().equals(wanted)
                || detail == null
                || wanted instanceof Class<?> wantedClass && wantedClass.isInstance(detail);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // the codec gives what the type asks for, null included
    private TypedEvent<?> convert(TypedEvent<?> event, @Nullable Object detail, Type wanted) {
        EventType<?> published = event.type();
        Object converted;
        try {
            if (detail instanceof EncodedDetail encoded) {
                converted = encoded.decode(wanted);
            } else {
                byte[] bytes = target.codec().encodeDetail(detail, published.javaType());
                converted = target.codec().decodeDetail(bytes, 0, bytes.length, wanted);
            }
        } catch (CodecException e) {
            throw new CodecException(
                    "The detail of " + event + " is no " + wanted.getTypeName() + ": " + e.getMessage(), e);
        }
        EventType<?> delivered = published.topic().equals(type.topic()) ? type : type.withTopic(published.topic());
        return event.with((EventType<Object>) delivered, converted);
    }

    // ---- the subscription as its owner sees it

    @Override
    public EventType<?> type() {
        return type;
    }

    @Override
    public @Nullable String group() {
        return options.group();
    }

    @Override
    public Future<Void> ready() {
        return ready.future();
    }

    void ready(Future<Void> registered) {
        registered.onComplete(ready);
    }

    @Override
    public boolean isActive() {
        return active.get();
    }

    /** {@return whether it takes nothing from its buffer until it is resumed, or more is fetched} */
    public boolean isPaused() {
        return demand.get() == 0;
    }

    @Override
    public Subscription pause() {
        demand.set(0);
        if (immediate) {
            immediate = false;
            direct = null;
            target.queued(this);
        }
        target.demanded(this);
        return this;
    }

    @Override
    public Subscription resume() {
        demand.set(Long.MAX_VALUE);
        schedule();
        target.demanded(this);
        return this;
    }

    @Override
    public Subscription fetch(long events) {
        if (events < 0) {
            throw new IllegalArgumentException("fetch(" + events + "): it must not be negative");
        }
        demand.getAndUpdate(left -> left + events < 0 ? Long.MAX_VALUE : left + events);
        schedule();
        if (events > 0) {
            target.demanded(this);
        }
        return this;
    }

    @Override
    public Future<Void> ended() {
        return ended.future();
    }

    @Override
    public long dropped() {
        return buffer.dropped();
    }

    /** {@return completes when what the target had accepted before waits for the listener, or is handled} */
    public Future<Void> catchUp() {
        return target.catchUp(this);
    }

    @Override
    public Future<Void> close() {
        end();
        return ended.future();
    }

    @Override
    public Future<Void> drain() {
        Group shared = group;
        boolean others = shared != null && shared.hasOthersThan(this);
        if (others || options.group() != null && target.keepsForGroups()) {
            return close();
        }
        draining = true;
        retire();
        schedule();
        return target.withinCloseTimeout(ended.future(), () -> target.timeout(unsettled()))
                .onFailure(timeout -> end());
    }

    /** Begins to close; gives false if it has ceased to take events before. */
    boolean end() {
        draining = false;
        boolean first = retire();
        schedule();
        if (redelivery != null) {
            redelivery.stop();
        }
        return first;
    }

    /** Ends when what is in the buffer is handled: for a target that closes. */
    Future<Void> finish(ClosedException refusal) {
        draining = true;
        buffer.refuse(refusal);
        retire();
        schedule();
        return ended.future();
    }

    /** Takes no more events; gives false if it had ceased to before. */
    private boolean retire() {
        if (!active.compareAndSet(true, false)) {
            return false;
        }
        direct = null;
        target.retired(this);
        return true;
    }

    /** Completes when nothing waits and nothing is being handled. */
    Future<Void> whenIdle() {
        Promise<Void> waiting = Promise.promise();
        idle = waiting;
        schedule();
        return waiting.future();
    }

    boolean isIdle() {
        return inFlight.get() == 0 && !scheduled.get() && (buffer.isEmpty() || cleared);
    }

    int unsettled() {
        return inFlight.get() + (group == null ? buffer.size() : 0);
    }

    SubscriptionStatus status(long behind) {
        return new SubscriptionStatus(
                type.topic(), options.group(), buffer.size(), inFlight.get(), buffer.dropped(), behind);
    }

    Object listener() {
        return listener;
    }

    @Nullable ContextInternal context() {
        return context;
    }

    @Override
    public String toString() {
        return "Listener to " + type + (options.group() == null ? "" : " in group " + options.group());
    }
}
