package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.vertx.core.Promise;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A hub on a target whose subscriptions become ready on threads of its own, as those to a server do. */
class LateReadyTest extends LinkTest {
    private static final int SUBSCRIPTIONS = 1_000;

    private final ExecutorService threads = Executors.newFixedThreadPool(4);

    @AfterEach
    void stop() {
        threads.shutdown();
    }

    @Test
    void eachMemberOfAGroupIsToldThatItIsReady() {
        TypedEventTarget spoke = spoke(hub(new Late(memory()), options()));

        List<Future<Void>> ready = IntStream.range(0, SUBSCRIPTIONS)
                .mapToObj(i -> spoke.addAsyncEventListener(
                                EventType.of("order", Integer.class),
                                event -> Future.succeededFuture(),
                                ListenerOptions.defaults().group("stock" + i))
                        .ready())
                .toList();

        eventually(() -> assertTrue(
                ready.stream().allMatch(Future::succeeded),
                () -> ready.stream().filter(one -> !one.isComplete()).count() + " are not ready"));
    }

    /** A target that tells on another thread when a listener is ready. */
    private final class Late implements TypedEventTarget {
        private final TypedEventTarget target;

        Late(TypedEventTarget target) {
            this.target = target;
        }

        private Subscription late(Subscription subscription) {
            Promise<Void> ready = Promise.promise();
            subscription.ready().onSuccess(done -> threads.execute(ready::complete));
            return (Subscription) Proxy.newProxyInstance(
                    Subscription.class.getClassLoader(),
                    new Class<?>[] {Subscription.class},
                    (proxy, method, arguments) ->
                            method.getName().equals("ready") ? ready.future() : method.invoke(subscription, arguments));
        }

        @Override
        public <T extends @Nullable Object> Subscription addEventListener(
                EventType<T> type, EventListener<T> listener, ListenerOptions options) {
            return late(target.addEventListener(type, listener, options));
        }

        @Override
        public <T extends @Nullable Object> Subscription addAsyncEventListener(
                EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
            return late(target.addAsyncEventListener(type, listener, options));
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
            return target.dispatchEvent(event);
        }

        @Override
        public Set<Capability> capabilities() {
            return target.capabilities();
        }

        @Override
        public Future<TargetStatus> status() {
            return target.status();
        }

        @Override
        public Future<Void> close() {
            return target.close();
        }
    }
}
