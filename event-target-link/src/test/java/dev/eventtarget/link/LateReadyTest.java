package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
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
        TypedEventTarget spoke = spoke(hub(late(memory()), options()));

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
    private TypedEventTarget late(TypedEventTarget target) {
        return proxy(TypedEventTarget.class, (proxy, method, arguments) -> {
            Object given = method.invoke(target, arguments);
            return given instanceof Subscription subscription ? late(subscription) : given;
        });
    }

    private Subscription late(Subscription subscription) {
        Promise<Void> ready = Promise.promise();
        subscription.ready().onSuccess(done -> threads.execute(ready::complete));
        return proxy(
                Subscription.class,
                (proxy, method, arguments) ->
                        method.getName().equals("ready") ? ready.future() : method.invoke(subscription, arguments));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
