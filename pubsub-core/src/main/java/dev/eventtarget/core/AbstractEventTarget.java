package dev.eventtarget.core;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.DeliveryException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnsupportedCapabilityException;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.Closeable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A target without its transport: who listens, in which context and how, refusals, and closing. An adapter adds how events
 * are {@linkplain #publish published} and subscriptions {@linkplain #subscribe registered}.
 */
public abstract class AbstractEventTarget implements TypedEventTarget {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final long STATUS_SECONDS = 3;

    private final Vertx vertx;
    private final EventCodec codec;
    private final Set<Capability> capabilities;
    private final Duration closeTimeout;
    private final List<Interceptor> interceptors;

    /** Those that have thrown something when they were told of something. */
    private final Set<Interceptor> defective = ConcurrentHashMap.newKeySet();

    private final @Nullable Function<TypedEvent<?>, Future<Void>> intercepted;
    private final Function<TypedEvent<?>, Future<Void>> deadLetters;

    /** The registrations of each listener to a type; guarded by itself. */
    private final Map<Listener, List<ListenerSubscription>> subscriptions = new HashMap<>();

    /** Those that have not ended, be they registered or not. */
    private final Set<ListenerSubscription> live = ConcurrentHashMap.newKeySet();

    private volatile boolean closing;
    private @Nullable Future<Void> closed;

    /** A listener is itself only, whatever its {@code equals} says. */
    private record Listener(EventType<?> type, Object listener) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Listener that && listener == that.listener && type.equals(that.type);
        }

        @Override
        public int hashCode() {
            return 31 * type.hashCode() + System.identityHashCode(listener);
        }
    }

    /**
     * Makes one.
     *
     * @param vertx has the timers
     * @param codec converts details between Java types
     * @param capabilities what the transport guarantees
     * @param closeTimeout how long {@link #close} waits for listeners
     * @param interceptors stand around publication and delivery, the first outermost
     */
    protected AbstractEventTarget(
            Vertx vertx,
            EventCodec codec,
            Set<Capability> capabilities,
            Duration closeTimeout,
            List<Interceptor> interceptors) {
        this.vertx = vertx;
        this.codec = codec;
        this.capabilities = Set.copyOf(capabilities);
        this.closeTimeout = closeTimeout;
        this.interceptors = List.copyOf(interceptors);
        this.intercepted = interceptors.isEmpty() ? null : chain(this.interceptors, this::publish);
        this.deadLetters = chain(this.interceptors, this::publishDeadLetter);
    }

    private static Function<TypedEvent<?>, Future<Void>> chain(
            List<Interceptor> interceptors, Function<TypedEvent<?>, Future<Void>> last) {
        Function<TypedEvent<?>, Future<Void>> chain = last;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            Interceptor interceptor = interceptors.get(i);
            Function<TypedEvent<?>, Future<Void>> next = chain;
            chain = event -> interceptor.publish(event, next);
        }
        return chain;
    }

    // ---- what an adapter adds

    /**
     * Gives an event to the transport.
     *
     * @param event the event
     * @return completes when the transport has accepted it
     */
    protected abstract Future<Void> publish(TypedEvent<?> event);

    /**
     * Gives a dead letter to the transport: also while the target closes, when {@link #publish} may refuse events already.
     *
     * @param event the dead letter
     * @return completes when the transport has accepted it; by default as {@link #publish}
     */
    protected Future<Void> publishDeadLetter(TypedEvent<?> event) {
        return publish(event);
    }

    /**
     * Registers a subscription at the transport. Called under a lock: must not call the listener.
     *
     * @param subscription new
     * @return completes when it is registered
     */
    protected abstract Future<Void> subscribe(ListenerSubscription subscription);

    /**
     * Undoes {@link #subscribe}: the subscription takes no more events. Called under the same lock.
     *
     * @param subscription registered
     */
    protected abstract void unsubscribe(ListenerSubscription subscription);

    /**
     * Gives the buffer for a subscription to come. Called under the same lock.
     *
     * @param type what it listens to
     * @param options its options
     * @return by default one of its own
     */
    protected EventBuffer buffer(EventType<?> type, ListenerOptions options) {
        return EventBuffer.of(options);
    }

    /**
     * {@return whether a plain listener outside a Vert.x context may be called on the thread that publishes, by several
     * threads at once; false by default}
     */
    protected boolean callsDirectly() {
        return false;
    }

    /**
     * Is told when all that was published before the closing is handled, right before subscriptions end: a publisher who is
     * still on the way from then on must not be told that its event is accepted.
     *
     * @param error what to tell it
     */
    protected void refuse(ClosedException error) {}

    /**
     * Is told that an event which a subscription was offered is done with: handled, dead-lettered, reported as given up, or
     * dropped for want of room. Called on the listener's thread, for each event; not for those called directly.
     *
     * @param subscription whose
     * @param event as it was offered
     */
    protected void settled(ListenerSubscription subscription, TypedEvent<?> event) {}

    /**
     * Is told that an event which a subscription was offered will not be handled by it, as it has closed: the other outcome
     * besides {@link #settled}.
     *
     * @param subscription whose
     * @param event as it was offered
     */
    protected void abandoned(ListenerSubscription subscription, TypedEvent<?> event) {}

    /**
     * Is told that a subscription, called directly until now, has been paused and takes events through its buffer from now
     * on.
     *
     * @param subscription registered
     */
    protected void queued(ListenerSubscription subscription) {}

    /**
     * Is told that a subscription was paused or resumed, or that more was fetched: whether it is
     * {@linkplain ListenerSubscription#isPaused() paused} now may have changed. From any thread.
     *
     * @param subscription registered
     */
    protected void demanded(ListenerSubscription subscription) {}

    /**
     * {@return whether a listener outside a Vert.x context is called on the thread that offers it an event, as in memory;
     * false, the default, has the Vert.x worker threads call it}
     */
    protected boolean callsInline() {
        return false;
    }

    /** {@return whether what waits for a member of a group that leaves is kept for others to come; false by default} */
    protected boolean keepsForGroups() {
        return false;
    }

    /**
     * Waits for what is under way, when the target closes. An adapter that waits for it refuses first who has passed
     * {@link #dispatchEvent} before the closing and comes into {@link #publish} only now: its event could be accepted and
     * never heard.
     *
     * @param error what to tell those who come too late
     * @return completes when what this target has published so far waits for its own listeners
     */
    protected Future<Void> catchUp(ClosedException error) {
        return Future.succeededFuture();
    }

    /**
     * Has a subscription catch up with its target.
     *
     * @param subscription registered
     * @return completes when what the transport has accepted so far waits for the listener, or is handled
     */
    protected Future<Void> catchUp(ListenerSubscription subscription) {
        return Future.succeededFuture();
    }

    /**
     * {@return whether the transport does its work; called from any thread, {@linkplain Health#up up} by default. What is
     * closed is down without being asked}
     */
    protected Health health() {
        return Health.up();
    }

    /**
     * {@return for subscriptions that it is known of, how many events the transport has and has not delivered to them, or to
     * their group; none by default. A failure is as none}
     */
    protected Future<Map<ListenerSubscription, Long>> behind() {
        return Future.succeededFuture(Map.of());
    }

    /** {@return completes when the transport is left; called when all subscriptions have ended} */
    protected Future<Void> disconnect() {
        return Future.succeededFuture();
    }

    // ---- publishing

    @Override
    public final Future<Void> dispatchEvent(TypedEvent<?> event) {
        if (closing) {
            return Future.failedFuture(closedException());
        }
        Function<TypedEvent<?>, Future<Void>> chain = intercepted;
        return chain == null ? publish(event) : intercept(event, chain);
    }

    private static Future<Void> intercept(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> chain) {
        try {
            return chain.apply(event);
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
    }

    /** An event that a listener could not handle goes, as it came, to another type: also while the target closes. */
    Future<Void> publishDeadLetter(
            TypedEvent<?> event,
            EventType<?> deadLetter,
            @Nullable String group,
            int attempts,
            EventTargetException error) {
        Throwable cause = error instanceof DeliveryException ? Objects.requireNonNull(error.getCause()) : error;
        String message =
                Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getName());
        Map<String, String> headers = new LinkedHashMap<>(event.headers());
        headers.put(DeadLetter.TYPE, event.type().topic());
        headers.put(DeadLetter.REASON, error.reason().name().toLowerCase(Locale.ROOT));
        headers.put(DeadLetter.MESSAGE, message.length() > 1000 ? message.substring(0, 1000) : message);
        headers.put(DeadLetter.ATTEMPTS, Integer.toString(attempts));
        if (group != null) {
            headers.put(DeadLetter.GROUP, group);
        }
        return intercept(retyped(event, deadLetter.topic()).withHeaders(headers), deadLetters);
    }

    private static <T extends @Nullable Object> TypedEvent<T> retyped(TypedEvent<T> event, String topic) {
        return event.with(event.type().withTopic(topic), event.detail());
    }

    // ---- listening

    @Override
    @SuppressWarnings("unchecked") // a subscription makes every event fit its listener's type
    public final <T extends @Nullable Object> Subscription addEventListener(
            EventType<T> type, EventListener<T> listener, ListenerOptions options) {
        EventListener<Object> untyped = (EventListener<Object>) Objects.requireNonNull(listener, "listener");
        ContextInternal context = currentContext();
        boolean direct = context == null
                && callsDirectly()
                && interceptors.isEmpty()
                && options.group() == null
                && options.from() == StartFrom.latest()
                && options.retry().attempts() == 1;
        return add(
                type, listener, options, context, ListenerCall.of(untyped, options, context), direct ? untyped : null);
    }

    @Override
    @SuppressWarnings("unchecked") // a subscription makes every event fit its listener's type
    public final <T extends @Nullable Object> Subscription addAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
        AsyncEventListener<Object> untyped = (AsyncEventListener<Object>) Objects.requireNonNull(listener, "listener");
        return add(type, listener, options, currentContext(), ListenerCall.of(untyped), null);
    }

    private Subscription add(
            EventType<?> type,
            Object listener,
            ListenerOptions options,
            @Nullable ContextInternal context,
            ListenerCall call,
            @Nullable EventListener<Object> direct) {
        check(type, options);
        ListenerSubscription added;
        synchronized (subscriptions) {
            if (closing) {
                throw closedException();
            }
            Listener key = new Listener(type, listener);
            for (ListenerSubscription known : subscriptions.getOrDefault(key, List.of())) {
                if (known.context() == context && Objects.equals(known.options().group(), options.group())) {
                    return known;
                }
            }
            added = new ListenerSubscription(this, type, listener, options, context, buffer(type, options), call);
            if (direct != null) {
                added.callDirectly(direct);
            }
            try {
                added.ready(subscribe(added));
            } catch (RuntimeException e) {
                unsubscribe(added);
                throw e;
            }
            subscriptions.computeIfAbsent(key, first -> new ArrayList<>(1)).add(added);
            live.add(added);
        }
        added.ended().onComplete(ended -> live.remove(added));
        if (context != null) {
            endWith(context, added);
        }
        if (!added.buffer().isEmpty()) {
            added.wake();
        }
        return added;
    }

    private static @Nullable ContextInternal currentContext() {
        ContextInternal context = ContextInternal.current();
        return context == null ? null : context.unwrap();
    }

    /** Ends a subscription with its verticle, whose undeployment waits for what is being handled, but not for ever. */
    private void endWith(ContextInternal context, ListenerSubscription subscription) {
        Closeable hook = completion -> withinCloseTimeout(subscription.close(), () -> timeout(subscription.unsettled()))
                .onFailure(late -> LOG.warn("{}: {}", subscription, late.getMessage()))
                .onComplete(completion);
        if (context.closeFuture().add(hook)) {
            subscription.ended().onComplete(ended -> context.closeFuture().remove(hook));
        }
    }

    private void check(EventType<?> type, ListenerOptions options) {
        if (type.isPattern()) {
            require(Capability.WILDCARDS, "The pattern " + type.topic());
        }
        if (options.group() != null) {
            require(Capability.GROUPS, "The group " + options.group());
        }
        if (options.from() != StartFrom.latest()) {
            require(Capability.REPLAY, "To start from " + options.from());
        }
        if (options.retry().attempts() > 1) {
            require(Capability.ACKNOWLEDGED, "A retry");
        }
    }

    private void require(Capability capability, String what) {
        if (!capabilities.contains(capability)) {
            throw new UnsupportedCapabilityException(what + " needs the capability " + capability + ", and " + this
                    + " has only " + capabilities + ": configure it, or choose another transport");
        }
    }

    @Override
    public final <T extends @Nullable Object> boolean removeEventListener(
            EventType<T> type, EventListener<T> listener) {
        return remove(new Listener(type, listener));
    }

    @Override
    public final <T extends @Nullable Object> boolean removeAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener) {
        return remove(new Listener(type, listener));
    }

    private boolean remove(Listener listener) {
        ContextInternal context = currentContext();
        List<ListenerSubscription> all;
        synchronized (subscriptions) {
            all = List.copyOf(subscriptions.getOrDefault(listener, List.of()));
        }
        List<ListenerSubscription> here =
                all.stream().filter(one -> one.context() == context).toList();
        boolean removed = false;
        for (ListenerSubscription subscription : context == null || here.isEmpty() ? all : here) {
            removed |= subscription.end();
        }
        return removed;
    }

    /** Forgets a subscription that takes no more events. */
    void retired(ListenerSubscription subscription) {
        synchronized (subscriptions) {
            subscriptions.computeIfPresent(
                    new Listener(subscription.type(), subscription.listener()),
                    (key, same) -> same.remove(subscription) && same.isEmpty() ? null : same);
            unsubscribe(subscription);
        }
    }

    // ---- closing

    @Override
    public final Future<Void> close() {
        Promise<Void> promise = Promise.promise();
        synchronized (subscriptions) {
            if (closed != null) {
                return closed;
            }
            closing = true;
            closed = promise.future();
        }
        Promise<Void> drained = Promise.promise();
        catchUp(closedException()).onComplete(done -> drain(drained));
        withinCloseTimeout(drained.future(), () -> timeout(unsettled()))
                .andThen(outcome -> live.forEach(ListenerSubscription::end))
                .eventually(this::disconnect)
                .andThen(outcome -> tell(interceptor -> interceptor.closed(this)))
                .onComplete(promise);
        return promise.future();
    }

    /** An outcome, or, where it is not there in time, an error. */
    Future<Void> withinCloseTimeout(Future<Void> outcome, Supplier<EventTargetException> error) {
        if (outcome.isComplete()) {
            return outcome;
        }
        Promise<Void> inTime = Promise.promise();
        long deadline = vertx.setTimer(Math.max(1, closeTimeout.toMillis()), id -> inTime.tryFail(error.get()));
        outcome.onComplete(result -> {
            vertx.cancelTimer(deadline);
            if (result.succeeded()) {
                inTime.tryComplete();
            } else {
                inTime.tryFail(result.cause());
            }
        });
        return inTime.future();
    }

    /**
     * Waits until no subscription has anything to do, as what one gives up may be another one's dead letter. Only then they
     * end, each with what publishers who had come in before the closing have put into its buffer meanwhile.
     */
    private void drain(Promise<Void> drained) {
        List<Future<Void>> busy = live.stream()
                .filter(subscription -> !subscription.isIdle())
                .map(ListenerSubscription::whenIdle)
                .toList();
        if (busy.isEmpty()) {
            refuse(closedException());
            Future.join(live.stream().map(one -> one.finish(closedException())).toList())
                    .<Void>mapEmpty()
                    .onComplete(outcome -> drained.tryComplete());
        } else {
            Future.join(busy).onComplete(idle -> drain(drained));
        }
    }

    EventTargetException timeout(long events) {
        return new EventTargetException(
                Reason.TIMEOUT,
                false,
                "After " + closeTimeout + " " + events + " events that " + this
                        + " had accepted are not handled: they are "
                        + "given up. Give it a longer closeTimeout, or look for a listener that hangs or is paused",
                null);
    }

    private long unsettled() {
        return live.stream().mapToLong(ListenerSubscription::unsettled).sum()
                + live.stream()
                        .filter(subscription -> subscription.options().group() != null)
                        .map(ListenerSubscription::buffer)
                        .distinct()
                        .mapToLong(EventBuffer::size)
                        .sum();
    }

    private ClosedException closedException() {
        return new ClosedException(this + " is closed: open a target anew to go on");
    }

    // ---- what others want to know

    @Override
    public final Future<TargetStatus> status() {
        if (closing) {
            return Future.succeededFuture(status(Map.of()));
        }
        return behind().otherwise(Map.of())
                .timeout(STATUS_SECONDS, TimeUnit.SECONDS)
                .otherwise(Map.of())
                .map(this::status);
    }

    private TargetStatus status(Map<ListenerSubscription, Long> behind) {
        return new TargetStatus(
                closing ? Health.down(String.valueOf(closedException().getMessage())) : health(),
                live.stream()
                        .map(subscription -> subscription.status(behind.getOrDefault(subscription, -1L)))
                        .toList());
    }

    /** Tells interceptors something, if there are any. */
    final void tell(Consumer<Interceptor> news) {
        for (Interceptor interceptor : interceptors) {
            try {
                news.accept(interceptor);
            } catch (RuntimeException e) {
                if (defective.add(interceptor)) {
                    LOG.warn(
                            "{}: the interceptor {} has thrown an exception; later ones are not logged",
                            this,
                            interceptor,
                            e);
                }
            }
        }
    }

    /** Is called by an adapter when it is ready to be used. */
    protected final void opened() {
        tell(interceptor -> interceptor.opened(this));
    }

    /**
     * Is called by an adapter that leaves an event out, as it knows its id.
     *
     * @param event the repetition
     */
    protected final void duplicate(TypedEvent<?> event) {
        tell(interceptor -> interceptor.duplicate(event));
    }

    /**
     * Is called by an adapter that has a connection, for the first time or again.
     *
     * @param address where to
     */
    protected final void connected(String address) {
        tell(interceptor -> interceptor.connected(address));
    }

    /**
     * Is called by an adapter that has lost a connection, or can't make it: once, however many attempts fail.
     *
     * @param address where to
     * @param error why
     */
    protected final void disconnected(String address, Throwable error) {
        tell(interceptor -> interceptor.disconnected(address, error));
    }

    // ---- what subscriptions need

    @Override
    public final Set<Capability> capabilities() {
        return capabilities;
    }

    /** {@return what it runs on} */
    protected final Vertx vertx() {
        return vertx;
    }

    /** {@return what converts details} */
    protected final EventCodec codec() {
        return codec;
    }

    final List<Interceptor> interceptors() {
        return interceptors;
    }
}
