package dev.eventtarget;

import io.vertx.core.Future;
import java.util.function.Function;

/**
 * Stands around every publication and every delivery of a target: to measure, trace, throttle, change or refuse. Given to
 * {@link EventTargets#open}; the first is the outermost. A target without interceptors pays nothing for them.
 *
 * <p>Called on the thread that publishes or delivers, by several at once: be thread-safe, and don't block.
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
}
