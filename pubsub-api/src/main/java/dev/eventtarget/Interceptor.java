package dev.eventtarget;

import io.vertx.core.Future;
import java.util.function.Function;

/**
 * Stands around every publication and every delivery of a target, to measure, trace, throttle, change or refuse; and is told
 * of what else becomes of events. Given to {@link EventTargets#open}; the first is the outermost. A target without
 * interceptors pays nothing for them.
 *
 * <p>Called on the thread that publishes or delivers, by several at once: be thread-safe, and don't block. An exception from
 * a method that is only told something is logged, and changes nothing.
 */
public interface Interceptor {
    /**
     * Around {@link TypedEventTarget#dispatchEvent}. The default only calls {@code next}.
     *
     * @param event what is published
     * @param next goes on, with this event or another
     * @return the publisher's outcome; fail it to refuse
     */
    default Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
        return next.apply(event);
    }

    /**
     * Around each call of a listener, each attempt of a retry being one. The default only calls {@code next}.
     *
     * @param event what is delivered, its detail of the listener's type
     * @param subscription to whom
     * @param next goes on, with this event or another whose detail is of the same type
     * @return completion acknowledges the event, failure refuses it
     */
    default Future<?> deliver(TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
        return next.apply(event);
    }

    /**
     * The target is about to be used.
     *
     * @param target {@link TypedEventTarget#status} tells how it is; do nothing else with it
     */
    default void opened(TypedEventTarget target) {}

    /**
     * The target has closed.
     *
     * @param target as it was given to {@link #opened}
     */
    default void closed(TypedEventTarget target) {}

    /**
     * A listener has refused an event, and is about to be called with it again.
     *
     * @param event what is delivered again
     * @param subscription to whom
     */
    default void retrying(TypedEvent<?> event, Subscription subscription) {}

    /**
     * An event was dropped, as the listener's buffer was full and its policy is to drop.
     *
     * @param event is not delivered
     * @param subscription to whom
     */
    default void dropped(TypedEvent<?> event, Subscription subscription) {}

    /**
     * An event was left out, as one with its id was published or handled before.
     *
     * @param event the repetition
     */
    default void duplicate(TypedEvent<?> event) {}

    /**
     * Something was reported to a subscription's error handler, or to the log where it has none: an event that was given up, a
     * {@linkplain GapException gap}, a refusal.
     *
     * @param error what
     * @param subscription whose
     */
    default void failed(EventTargetException error, Subscription subscription) {}

    /**
     * A connection of the target's is there, for the first time or again. A target in memory has none.
     *
     * @param address where to
     */
    default void connected(String address) {}

    /**
     * A connection of the target's is lost, or can't be made. It is tried again, unless the error is final; told once until it
     * is there.
     *
     * @param address where to
     * @param error why
     */
    default void disconnected(String address, Throwable error) {}
}
