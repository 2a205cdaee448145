package dev.eventtarget;

import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Handles the events of a type without blocking. Completing the future acknowledges the event; failing it, or throwing,
 * refuses it.
 *
 * @param <T> the detail's Java type
 */
@FunctionalInterface
public interface AsyncEventListener<T extends @Nullable Object> {
    /**
     * Begins to handle one event.
     *
     * @param event the event
     * @return completes when the event is handled; its result is not looked at
     * @throws Exception to refuse the event
     */
    Future<?> handle(TypedEvent<T> event) throws Exception;
}
