package dev.eventtarget;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * A listener's registration. Every method may be called from any thread.
 *
 * <p>It starts flowing. {@link #pause()} and {@link #fetch(long)} control demand as in a Vert.x {@link
 * io.vertx.core.streams.ReadStream ReadStream}; what arrives meanwhile waits in the {@linkplain ListenerOptions#buffer
 * buffer}.
 */
public interface Subscription {
    /** {@return what it listens to} */
    EventType<?> type();

    /** {@return the group that shares its events, or null} */
    @Nullable String group();

    /**
     * {@return completes once the transport has registered the subscription, so that an event dispatched afterwards,
     * wherever, is delivered; fails when the transport refuses it}
     */
    Future<Void> ready();

    /** {@return false once closed, be it by {@link #close()}, by {@code once}, with the verticle, or with the target} */
    boolean isActive();

    /**
     * Stops delivery after the events being handled.
     *
     * @return this
     */
    Subscription pause();

    /**
     * Delivers as fast as the listener takes it.
     *
     * @return this
     */
    Subscription resume();

    /**
     * Delivers so many events more, added to what was asked for before.
     *
     * @param events how many, at least 0
     * @return this
     * @throws IllegalArgumentException if negative
     */
    Subscription fetch(long events);

    /**
     * {@return completes when the subscription has ended, in whichever way, and the events being handled are handled; where
     * the transport ended it, {@link ListenerOptions#onError} was told why before}
     */
    Future<Void> ended();

    /** {@return how many events were dropped as the buffer was full} */
    long dropped();

    /**
     * Ends the subscription at once: the listener is not called again. Events that wait in a group go to its other members,
     * those that wait for this listener alone are not delivered.
     *
     * @return completes when the events being handled are
     */
    Future<Void> close();

    /**
     * Ends the subscription in good order: it takes no more events, and the listener is called for those that wait. In a
     * group with other members, or over a transport that keeps them for others to come, these are left to them, as with
     * {@link #close()}.
     *
     * @return completes when what waited is handled; fails with reason {@link EventTargetException.Reason#TIMEOUT} when that
     *     took longer than the target's {@code closeTimeout} (30 s), what still waits being given up
     */
    Future<Void> drain();
}
