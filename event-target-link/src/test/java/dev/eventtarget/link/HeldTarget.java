package dev.eventtarget.link;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Accepts events when it is told to, and delivers none. */
final class HeldTarget implements TypedEventTarget {
    private final Queue<Promise<Void>> held = new ArrayDeque<>();
    private boolean open;
    private int count;
    private int most;

    @Override
    public synchronized Future<Void> dispatchEvent(TypedEvent<?> event) {
        count++;
        if (open) {
            return Future.succeededFuture();
        }
        Promise<Void> outcome = Promise.promise();
        held.add(outcome);
        most = Math.max(most, held.size());
        return outcome.future();
    }

    synchronized int underWay() {
        return held.size();
    }

    /** The most that were under way at a time. */
    synchronized int most() {
        return most;
    }

    /** How many were published. */
    synchronized int count() {
        return count;
    }

    /** Accepts all that are held, and all that come. */
    void open() {
        Queue<Promise<Void>> all;
        synchronized (this) {
            open = true;
            all = new ArrayDeque<>(held);
            held.clear();
        }
        all.forEach(Promise::complete);
    }

    @Override
    public <T extends @Nullable Object> Subscription addEventListener(
            EventType<T> type, EventListener<T> listener, ListenerOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T extends @Nullable Object> Subscription addAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T extends @Nullable Object> boolean removeEventListener(EventType<T> type, EventListener<T> listener) {
        return false;
    }

    @Override
    public <T extends @Nullable Object> boolean removeAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener) {
        return false;
    }

    @Override
    public Set<Capability> capabilities() {
        return EnumSet.of(Capability.ORDERED);
    }

    @Override
    public Future<TargetStatus> status() {
        return Future.succeededFuture(new TargetStatus(Health.up(), List.of()));
    }

    @Override
    public Future<Void> close() {
        open();
        return Future.succeededFuture();
    }
}
