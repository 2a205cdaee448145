package dev.eventtarget;

import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.CloseFuture;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.Shareable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A target that several openers on one Vert.x instance share, each through a handle; it closes with the last handle. */
final class SharedTarget {
    private final EventTargetConfig config;
    private final List<Interceptor> interceptors;
    private final TypedEventTarget target;
    private int handles;

    private SharedTarget(EventTargetConfig config, List<Interceptor> interceptors, TypedEventTarget target) {
        this.config = config;
        this.interceptors = interceptors;
        this.target = target;
    }

    /** The open targets of one Vert.x instance, by name or, where they have none, by configuration. */
    private static final class Directory implements Shareable {
        private final Map<Object, SharedTarget> open = new HashMap<>();
    }

    static TypedEventTarget open(
            Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors, EventTargetProvider provider) {
        Directory directory = vertx.sharedData()
                .<String, Directory>getLocalMap("dev.eventtarget")
                .computeIfAbsent("targets", key -> new Directory());
        String name = config.string("name");
        Object key = name == null ? config : config.transport() + ":" + name;
        Handle handle;
        synchronized (directory) {
            SharedTarget shared = directory.open.get(key);
            if (shared == null) {
                shared = new SharedTarget(config, interceptors, provider.open(vertx, config, interceptors));
                directory.open.put(key, shared);
            } else if (!shared.config.equals(config) || !shared.interceptors.equals(interceptors)) {
                throw new ConfigurationException("The target '" + (name == null ? config.transport() : name)
                        + "' is open already with other "
                        + (shared.config.equals(config)
                                ? "interceptors"
                                : "settings: " + shared.config + ", not " + config)
                        + ". Open it with the same ones, or give this one a name of its own");
            }
            shared.handles++;
            handle = new Handle(shared, directory, key);
        }
        handle.closeWith(vertx);
        return handle;
    }

    private boolean release(Directory directory, Object key) {
        synchronized (directory) {
            if (--handles > 0) {
                return false;
            }
            directory.open.remove(key);
            return true;
        }
    }

    private static final class Handle implements TypedEventTarget, Closeable {
        private final SharedTarget shared;
        private final TypedEventTarget target;
        private final Directory directory;
        private final Object key;
        private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
        private @Nullable CloseFuture owner;
        private volatile @Nullable Future<Void> closed;

        Handle(SharedTarget shared, Directory directory, Object key) {
            this.shared = shared;
            this.target = shared.target;
            this.directory = directory;
            this.key = key;
        }

        /** Closes with the verticle that opens it, or else with Vert.x. */
        void closeWith(Vertx vertx) {
            ContextInternal context = ContextInternal.current();
            CloseFuture future = context != null && context.isDeployment()
                    ? context.unwrap().closeFuture()
                    : ((VertxInternal) vertx).closeFuture();
            if (future.add(this)) {
                owner = future;
            }
        }

        @Override
        public <T extends @Nullable Object> Subscription addEventListener(
                EventType<T> type, EventListener<T> listener, ListenerOptions options) {
            checkOpen();
            return track(target.addEventListener(type, listener, options));
        }

        @Override
        public <T extends @Nullable Object> Subscription addAsyncEventListener(
                EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
            checkOpen();
            return track(target.addAsyncEventListener(type, listener, options));
        }

        private Subscription track(Subscription subscription) {
            if (subscriptions.add(subscription)) {
                subscription.ended().onComplete(ended -> subscriptions.remove(subscription));
            }
            if (closed != null) {
                subscription.close();
                throw closedException();
            }
            return subscription;
        }

        @Override
        public <T extends @Nullable Object> boolean removeEventListener(EventType<T> type, EventListener<T> listener) {
            return target.removeEventListener(type, listener);
        }

        @Override
        public <T extends @Nullable Object> boolean removeAsyncEventListener(
                EventType<T> type, AsyncEventListener<T> listener) {
            return target.removeAsyncEventListener(type, listener);
        }

        @Override
        public Future<Void> dispatchEvent(TypedEvent<?> event) {
            return closed == null ? target.dispatchEvent(event) : Future.failedFuture(closedException());
        }

        @Override
        public Set<Capability> capabilities() {
            return target.capabilities();
        }

        @Override
        public Future<TargetStatus> status() {
            return closed == null
                    ? target.status()
                    : Future.succeededFuture(new TargetStatus(
                            Health.down(String.valueOf(closedException().getMessage())), List.of()));
        }

        @Override
        public Future<Void> close() {
            return close(Subscription::drain);
        }

        /** With its verticle, which has stopped by now: its listeners must not be called any more. */
        @Override
        public void close(Completable<Void> completion) {
            close(Subscription::close).onComplete(completion);
        }

        private Future<Void> close(Function<Subscription, Future<Void>> end) {
            Promise<Void> promise = Promise.promise();
            synchronized (this) {
                Future<Void> before = closed;
                if (before != null) {
                    return before;
                }
                closed = promise.future();
            }
            if (owner != null) {
                owner.remove(this);
            }
            if (shared.release(directory, key)) {
                target.close().onComplete(promise);
            } else {
                Future.join(subscriptions.stream().map(end).toList())
                        .<Void>mapEmpty()
                        .onComplete(promise);
            }
            return promise.future();
        }

        private void checkOpen() {
            if (closed != null) {
                throw closedException();
            }
        }

        private static ClosedException closedException() {
            return new ClosedException("The target is closed: open it again to go on");
        }

        @Override
        public String toString() {
            return target.toString();
        }
    }
}
