package dev.eventtarget;

import org.jspecify.annotations.Nullable;

/**
 * Handles the events of a type. To return acknowledges the event, to throw refuses it: it is then tried again and at last
 * dead-lettered or reported, as the {@link ListenerOptions} say.
 *
 * @param <T> the detail's Java type
 * @see TypedEventTarget#addEventListener(EventType, EventListener, ListenerOptions) on which thread it is called
 */
@FunctionalInterface
public interface EventListener<T extends @Nullable Object> {
    /**
     * Handles one event.
     *
     * @param event the event
     * @throws Exception to refuse it
     */
    void handle(TypedEvent<T> event) throws Exception;
}
