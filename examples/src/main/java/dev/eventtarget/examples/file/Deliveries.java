package dev.eventtarget.examples.file;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.function.Function;

/** An interceptor where events arrive: it has seen their publication where they came from. */
record Deliveries(Interceptor interceptor) implements Interceptor {
    @Override
    public Future<?> deliver(TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
        return interceptor.deliver(event, subscription, next);
    }

    @Override
    public void retrying(TypedEvent<?> event, Subscription subscription) {
        interceptor.retrying(event, subscription);
    }

    @Override
    public void dropped(TypedEvent<?> event, Subscription subscription) {
        interceptor.dropped(event, subscription);
    }

    @Override
    public void failed(EventTargetException error, Subscription subscription) {
        interceptor.failed(error, subscription);
    }
}
