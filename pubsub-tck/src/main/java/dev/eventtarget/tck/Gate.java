package dev.eventtarget.tck;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** An asynchronous listener that holds each event until it is let through. */
final class Gate<T extends @Nullable Object> implements AsyncEventListener<T> {
    private final List<TypedEvent<T>> events = new ArrayList<>();
    private final Queue<Promise<Void>> held = new ArrayDeque<>();
    private boolean open;
    private int most;

    @Override
    public synchronized Future<?> handle(TypedEvent<T> event) {
        events.add(event);
        if (open) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        held.add(promise);
        most = Math.max(most, held.size());
        return promise.future();
    }

    /** Acknowledges the event that is held longest. */
    void release() {
        next().complete();
    }

    /** Refuses the event that is held longest. */
    void refuse() {
        next().fail(new IllegalStateException("refused"));
    }

    private synchronized Promise<Void> next() {
        return Objects.requireNonNull(held.poll(), "no event is held");
    }

    /** Acknowledges all that are held, and all that come. */
    void open() {
        List<Promise<Void>> all;
        synchronized (this) {
            open = true;
            all = new ArrayList<>(held);
            held.clear();
        }
        all.forEach(Promise::complete);
    }

    /** How many events are held now. */
    synchronized int held() {
        return held.size();
    }

    /** The most events that were held at a time. */
    synchronized int most() {
        return most;
    }

    synchronized List<T> details() {
        List<T> details = new ArrayList<>();
        events.forEach(event -> details.add(event.detail()));
        return details;
    }
}
