package dev.eventtarget.memory;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A target that does as another one does; subclasses change a thing. */
class ForwardingTarget implements TypedEventTarget {
    final TypedEventTarget sound;
    private final Map<Object, Object> wrapped = Collections.synchronizedMap(new IdentityHashMap<>());

    ForwardingTarget(TypedEventTarget sound) {
        this.sound = sound;
    }

    // ---- what may be changed

    <T> EventType<T> type(EventType<T> type) {
        return type;
    }

    ListenerOptions options(ListenerOptions options) {
        return options;
    }

    Subscription subscription(Subscription subscription) {
        return subscription;
    }

    <T> void deliver(TypedEvent<T> event, EventListener<T> listener) throws Exception {
        listener.handle(event);
    }

    <T> Future<?> deliverAsync(TypedEvent<T> event, AsyncEventListener<T> listener) throws Exception {
        return listener.handle(event);
    }

    // ---- the rest

    @SuppressWarnings("unchecked")
    private <T> EventListener<T> wrap(EventListener<T> listener) {
        return (EventListener<T>) wrapped.computeIfAbsent(listener, original ->
                (EventListener<T>) event -> deliver(event, (EventListener<T>) original));
    }

    @SuppressWarnings("unchecked")
    private <T> AsyncEventListener<T> wrap(AsyncEventListener<T> listener) {
        return (AsyncEventListener<T>) wrapped.computeIfAbsent(listener, original ->
                (AsyncEventListener<T>) event -> deliverAsync(event, (AsyncEventListener<T>) original));
    }

    private Subscription wrap(Subscription subscription) {
        return (Subscription) wrapped.computeIfAbsent(subscription, original -> subscription((Subscription) original));
    }

    @Override
    public <T> Subscription addEventListener(EventType<T> type, EventListener<T> listener, ListenerOptions options) {
        return wrap(sound.addEventListener(type(type), wrap(listener), options(options)));
    }

    @Override
    public <T> Subscription addAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
        return wrap(sound.addAsyncEventListener(type(type), wrap(listener), options(options)));
    }

    @Override
    public <T> boolean removeEventListener(EventType<T> type, EventListener<T> listener) {
        return sound.removeEventListener(type(type), wrap(listener));
    }

    @Override
    public <T> boolean removeAsyncEventListener(EventType<T> type, AsyncEventListener<T> listener) {
        return sound.removeAsyncEventListener(type(type), wrap(listener));
    }

    @Override
    public Future<Void> dispatchEvent(TypedEvent<?> event) {
        return sound.dispatchEvent(event);
    }

    @Override
    public Set<Capability> capabilities() {
        return sound.capabilities();
    }

    @Override
    public Future<TargetStatus> status() {
        return sound.status();
    }

    @Override
    public Future<Void> close() {
        return sound.close();
    }

    /** A subscription that does as another one does. */
    static class ForwardingSubscription implements Subscription {
        final Subscription sound;

        ForwardingSubscription(Subscription sound) {
            this.sound = sound;
        }

        @Override
        public EventType<?> type() {
            return sound.type();
        }

        @Override
        public @Nullable String group() {
            return sound.group();
        }

        @Override
        public Future<Void> ready() {
            return sound.ready();
        }

        @Override
        public boolean isActive() {
            return sound.isActive();
        }

        @Override
        public Subscription pause() {
            sound.pause();
            return this;
        }

        @Override
        public Subscription resume() {
            sound.resume();
            return this;
        }

        @Override
        public Subscription fetch(long events) {
            sound.fetch(events);
            return this;
        }

        @Override
        public Future<Void> ended() {
            return sound.ended();
        }

        @Override
        public long dropped() {
            return sound.dropped();
        }

        @Override
        public Future<Void> close() {
            return sound.close();
        }

        @Override
        public Future<Void> drain() {
            return sound.drain();
        }
    }
}
