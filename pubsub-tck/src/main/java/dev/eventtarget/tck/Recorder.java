package dev.eventtarget.tck;

import dev.eventtarget.EventListener;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listener that keeps what it hears. */
final class Recorder<T extends @Nullable Object> implements EventListener<T> {
    private final List<TypedEvent<T>> events = new ArrayList<>();

    @Override
    public synchronized void handle(TypedEvent<T> event) {
        events.add(event);
    }

    /** As an asynchronous listener, which acknowledges at once. */
    Future<?> handleAsync(TypedEvent<T> event) {
        handle(event);
        return Future.succeededFuture();
    }

    synchronized List<TypedEvent<T>> events() {
        return new ArrayList<>(events);
    }

    List<T> details() {
        List<T> details = new ArrayList<>();
        events().forEach(event -> details.add(event.detail()));
        return details;
    }

    synchronized int count() {
        return events.size();
    }
}
