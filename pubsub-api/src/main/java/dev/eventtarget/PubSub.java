package dev.eventtarget;

import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe in one line each, over any target.
 *
 * <pre>{@code
 * PubSub pubSub = PubSub.over(EventTargets.open(vertx, "memory:"));
 * pubSub.subscribe(PLACED).map(TypedEvent::detail).batch(100, Duration.ofSeconds(1)).handler(this::store);
 * pubSub.publish(PLACED, new Order("42", 3));
 * }</pre>
 *
 * <p>Thread-safe; keeps nothing of its own, so that it need not be closed.
 */
public final class PubSub {
    private final TypedEventTarget target;

    private PubSub(TypedEventTarget target) {
        this.target = target;
    }

    /**
     * Publishes to and subscribes at a target.
     *
     * @param target carries the events
     * @return a view of it
     */
    public static PubSub over(TypedEventTarget target) {
        return new PubSub(Objects.requireNonNull(target, "target"));
    }

    /**
     * Publishes an event.
     *
     * @param type its type
     * @param detail its detail
     * @return as {@link TypedEventTarget#dispatchEvent}
     */
    public <T extends @Nullable Object> Future<Void> publish(EventType<T> type, T detail) {
        return target.dispatchEvent(TypedEvent.of(type, detail));
    }

    /**
     * Publishes an event about one thing, under the scoped topic {@code type:id}.
     *
     * @param type its type
     * @param id which one
     * @param detail its detail
     * @return as {@link TypedEventTarget#dispatchEvent}
     */
    public <T extends @Nullable Object> Future<Void> publish(EventType<T> type, String id, T detail) {
        return publish(type.withId(id), detail);
    }

    /**
     * Publishes events in their order, without waiting between them.
     *
     * @param events the events
     * @return completes when every one is accepted; fails with the first failure, after all have an outcome
     */
    public Future<Void> publishAll(List<? extends TypedEvent<?>> events) {
        List<Future<Void>> open = new java.util.ArrayList<>();
        for (TypedEvent<?> event : events) {
            Future<Void> outcome = target.dispatchEvent(event);
            if (!outcome.succeeded()) {
                open.add(outcome);
            }
        }
        return open.isEmpty() ? Future.succeededFuture() : Future.join(open).mapEmpty();
    }

    /**
     * A stream of a type's events, with {@link ListenerOptions#defaults()}.
     *
     * @param type the type, scoped topic, or pattern
     * @return the stream, which begins to listen once it has a handler
     */
    public <T extends @Nullable Object> EventStream<TypedEvent<T>> subscribe(EventType<T> type) {
        return subscribe(type, ListenerOptions.defaults());
    }

    /**
     * A stream of a type's events.
     *
     * @param type the type, scoped topic, or pattern
     * @param options how to listen
     * @return the stream, which begins to listen once it has a handler
     */
    public <T extends @Nullable Object> EventStream<TypedEvent<T>> subscribe(
            EventType<T> type, ListenerOptions options) {
        return EventStream.of(target, type, options);
    }

    /**
     * A stream of the events about one thing.
     *
     * @param type the type
     * @param id which one
     * @return the stream, which begins to listen once it has a handler
     */
    public <T extends @Nullable Object> EventStream<TypedEvent<T>> subscribe(EventType<T> type, String id) {
        return subscribe(type.withId(id));
    }

    /**
     * A stream of the events of a pattern.
     *
     * @param pattern such as {@code order.*} or {@code order.>}
     * @param detailClass what to read details as
     * @return the stream, which begins to listen once it has a handler
     */
    public <T extends @Nullable Object> EventStream<TypedEvent<T>> subscribe(String pattern, Class<T> detailClass) {
        return subscribe(EventType.of(pattern, detailClass));
    }
}
