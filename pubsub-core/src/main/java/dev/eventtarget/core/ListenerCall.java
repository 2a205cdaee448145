package dev.eventtarget.core;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.EventListener;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls a listener with an event of its type: completion acknowledges, failing or throwing refuses. */
@FunctionalInterface
interface ListenerCall {
    Future<?> call(TypedEvent<?> event) throws Exception;

    static ListenerCall of(EventListener<Object> listener, ListenerOptions options, @Nullable ContextInternal context) {
        ListenerCall call = event -> {
            listener.handle(typed(event));
            return Registration.ACCEPTED;
        };
        return options.concurrency() > 1 && context != null && context.threadingModel() != ThreadingModel.EVENT_LOOP
                ? new InParallel(call, context)
                : call;
    }

    static ListenerCall of(AsyncEventListener<Object> listener) {
        return event -> {
            Future<?> handled = listener.handle(typed(event));
            if (handled == null) {
                throw new NullPointerException(
                        "An AsyncEventListener gave null: give Future.succeededFuture() when done");
            }
            return handled;
        };
    }

    /** Inside interceptors, the first of them outermost. */
    default ListenerCall inside(List<Interceptor> interceptors, Subscription subscription) {
        if (interceptors.isEmpty()) {
            return this;
        }
        Function<TypedEvent<?>, Future<?>> chain = event -> {
            try {
                return call(event);
            } catch (Throwable e) {
                return Future.failedFuture(e);
            }
        };
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            Interceptor interceptor = interceptors.get(i);
            Function<TypedEvent<?>, Future<?>> next = chain;
            chain = event -> interceptor.deliver(event, subscription, next);
        }
        return chain::apply;
    }

    /** Calls on any thread of the context. Interceptors are called there too: what they set for the thread is the listener's. */
    record InParallel(ListenerCall call, ContextInternal context) implements ListenerCall {
        @Override
        public Future<?> call(TypedEvent<?> event) {
            return context.<Future<?>>executeBlocking(() -> call.call(event), false)
                    .compose(handled -> handled);
        }

        @Override
        public ListenerCall inside(List<Interceptor> interceptors, Subscription subscription) {
            return new InParallel(call.inside(interceptors, subscription), context);
        }
    }

    @SuppressWarnings("unchecked") // a subscription makes every event fit before it calls
    private static TypedEvent<Object> typed(TypedEvent<?> event) {
        return (TypedEvent<Object>) event;
    }
}
