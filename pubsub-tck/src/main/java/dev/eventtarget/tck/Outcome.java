package dev.eventtarget.tck;

import dev.eventtarget.EventTargetException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for futures on a test's thread. */
final class Outcome {
    private Outcome() {}

    static <R extends @Nullable Object> R of(CompletableFuture<R> future, Duration patience) {
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("The future failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("The future is open after " + patience, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted", e);
        }
    }

    static <R extends @Nullable Object> R of(Future<R> future, Duration patience) {
        return of(future.toCompletionStage().toCompletableFuture(), patience);
    }

    static EventTargetException failureOf(Future<?> future, Duration patience) {
        try {
            of(future, patience);
        } catch (AssertionError e) {
            if (e.getCause() instanceof EventTargetException failure) {
                return failure;
            }
            throw e;
        }
        throw new AssertionError("The future should have failed with an EventTargetException");
    }
}
