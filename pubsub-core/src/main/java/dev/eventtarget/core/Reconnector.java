package dev.eventtarget.core;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Tries until it succeeds, after delays that double from 50 ms to 5 s and vary at random by a quarter. */
public final class Reconnector {
    private final RetryPolicy<Object> policy;

    /** Not the JVM's common pool, which an application may keep busy. */
    private final ScheduledExecutorService executor;

    /**
     * Makes one.
     *
     * @param vertx its event loops make the attempts
     * @param hopeless is true for errors after which there is no use in going on
     */
    public Reconnector(Vertx vertx, Predicate<Throwable> hopeless) {
        executor = ((VertxInternal) vertx).nettyEventLoopGroup();
        policy = RetryPolicy.builder()
                .withMaxAttempts(-1)
                .withBackoff(Duration.ofMillis(50), Duration.ofSeconds(5), 2)
                .withJitter(0.25)
                .abortOn(hopeless::test)
                .build();
    }

    /**
     * Tries.
     *
     * @param attempt is made until its future succeeds; called on an event loop, without a context
     * @return the outcome of the first attempt that succeeds, or that fails in a hopeless way
     */
    public <T> Future<T> connect(Supplier<Future<T>> attempt) {
        return Future.fromCompletionStage(Failsafe.with(policy)
                .with(executor)
                .<T>getStageAsync(() -> attempt.get().toCompletionStage()));
    }
}
