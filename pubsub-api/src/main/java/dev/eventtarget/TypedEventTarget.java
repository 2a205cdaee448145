package dev.eventtarget;

import io.vertx.core.Future;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where events are dispatched and listened to, whatever carries them. {@link EventTargets#open} makes one.
 *
 * <p>The rules of the <a href="https://dom.spec.whatwg.org/#interface-eventtarget">DOM's EventTarget</a> hold where they
 * make sense: a listener added twice to a type is registered once; listeners are called in the order they were added; one
 * added during a dispatch does not see that event, one removed during it is not called; one that throws does not stop the
 * others. {@code docs/architecture/contract.md} has every rule, and the conformance suite proves each for each transport.
 *
 * <p><b>Threads.</b> Every method may be called from any thread. A listener added on a Vert.x context (in a verticle) is
 * called on that context. One added elsewhere is called on a thread of the transport; in memory, on the publisher's own
 * before {@link #dispatchEvent} returns. A subscription handles one event at a time, in each publisher's order, unless
 * {@link ListenerOptions#concurrency} says otherwise; only in memory, a plain listener added outside a context is called
 * by every thread that publishes, by several at once when several do.
 */
public interface TypedEventTarget {
    /**
     * Calls a listener for each event of a type, with {@link ListenerOptions#defaults()}.
     *
     * @param type the type, scoped topic, or pattern to listen to
     * @param listener what to call
     * @return the subscription; if the listener was registered already, the one that it has
     * @throws ClosedException if the target is closed
     * @throws UnsupportedCapabilityException if the type is a pattern and the target has no {@link Capability#WILDCARDS}
     */
    default <T extends @Nullable Object> Subscription addEventListener(EventType<T> type, EventListener<T> listener) {
        return addEventListener(type, listener, ListenerOptions.defaults());
    }

    /**
     * Calls a listener for each event of a type. The same listener added again to the same type, in the same group and on
     * the same Vert.x context, is one registration. A subscription made in a verticle {@linkplain Subscription#close() ends at
     * once} when the verticle is undeployed, after its {@code stop}: to handle what waits, {@linkplain Subscription#drain()
     * drain} it there.
     *
     * @param type the type, scoped topic, or pattern to listen to
     * @param listener what to call
     * @param options how
     * @return the subscription; if the listener was registered already, the one that it has
     * @throws ClosedException if the target is closed
     * @throws UnsupportedCapabilityException if the options or a pattern ask for what the target does not have
     */
    <T extends @Nullable Object> Subscription addEventListener(
            EventType<T> type, EventListener<T> listener, ListenerOptions options);

    /**
     * Calls an asynchronous listener for each event of a type, with {@link ListenerOptions#defaults()}.
     *
     * @param type the type, scoped topic, or pattern to listen to
     * @param listener what to call
     * @return the subscription
     * @see #addEventListener(EventType, EventListener)
     */
    default <T extends @Nullable Object> Subscription addAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener) {
        return addAsyncEventListener(type, listener, ListenerOptions.defaults());
    }

    /**
     * Calls an asynchronous listener for each event of a type: its future acknowledges.
     *
     * @param type the type, scoped topic, or pattern to listen to
     * @param listener what to call
     * @param options how
     * @return the subscription
     * @see #addEventListener(EventType, EventListener, ListenerOptions)
     */
    <T extends @Nullable Object> Subscription addAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options);

    /**
     * Removes a listener from a type: the registration made on the current Vert.x context if there is one, else every
     * registration of that listener to that type. An event being handled is handled to its end; those that wait for this
     * listener alone are not delivered.
     *
     * @param type as it was added
     * @param listener as it was added
     * @return whether there was one
     */
    <T extends @Nullable Object> boolean removeEventListener(EventType<T> type, EventListener<T> listener);

    /**
     * Removes an asynchronous listener from a type.
     *
     * @param type as it was added
     * @param listener as it was added
     * @return whether there was one
     * @see #removeEventListener(EventType, EventListener)
     */
    <T extends @Nullable Object> boolean removeAsyncEventListener(EventType<T> type, AsyncEventListener<T> listener);

    /**
     * Dispatches an event to everyone who listens to its type.
     *
     * <p>The future completes when the transport has accepted the event: in memory, when it is handled or waits in every
     * listener's buffer; over a network, when the other side has confirmed it. It does not wait for listeners, nor fail
     * when one throws. A caller that waits for each future before it dispatches more is slowed to the speed of the slowest
     * listener whose overflow policy is {@link OverflowPolicy#BLOCK}.
     *
     * @param event the event
     * @return fails with an {@link EventTargetException}: {@link BackpressureException} when a buffer is full, {@link
     *     CodecException} when the detail can't be encoded, {@link NotConnectedException} when the transport can't be
     *     reached in time, {@link ClosedException} when the target is closed
     */
    Future<Void> dispatchEvent(TypedEvent<?> event);

    /** {@return what this target guarantees} */
    Set<Capability> capabilities();

    /**
     * How the target is, and what its listeners have to do: for probes and gauges, not for the way of each event. A transport
     * that has to ask a server for some of it does so in a bounded time.
     *
     * @return does not fail: a target that can't be reached says so in its {@linkplain TargetStatus#health health}
     */
    Future<TargetStatus> status();

    /**
     * Closes: refuses new events and listeners at once, delivers what was accepted, and waits for listeners, at most for
     * the {@code closeTimeout} of the configuration (30 s). Further calls return the same outcome. While others have the
     * target {@linkplain EventTargets open} as well, only the listeners that were added through this handle
     * {@linkplain Subscription#drain() end}.
     *
     * @return completes when everything is delivered; fails with reason {@link EventTargetException.Reason#TIMEOUT} when
     *     the time is up, with the number of events given up
     */
    Future<Void> close();
}
