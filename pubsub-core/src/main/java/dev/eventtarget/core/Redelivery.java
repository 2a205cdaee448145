package dev.eventtarget.core;

import dev.eventtarget.RetryPolicy;
import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicyBuilder;
import dev.failsafe.spi.Scheduler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Tries again what was refused, as a {@link RetryPolicy} says. */
final class Redelivery implements Scheduler {
    private final dev.failsafe.RetryPolicy<Object> policy;
    private final Vertx vertx;
    private final Executor executor;
    private final Set<Timer> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /**
     * Makes one.
     *
     * @param policy attempts and delays
     * @param vertx has the timers
     * @param executor runs the attempts
     */
    Redelivery(RetryPolicy policy, Vertx vertx, Executor executor) {
        RetryPolicyBuilder<Object> builder = dev.failsafe.RetryPolicy.builder()
                .abortOn(Stopped.class)
                .withMaxAttempts(policy.attempts() == Integer.MAX_VALUE ? -1 : policy.attempts());
        Duration initial = policy.initialDelay();
        if (!initial.isZero()) {
            if (policy.maxDelay().compareTo(initial) > 0) {
                builder.withBackoff(initial, policy.maxDelay(), 2);
            } else {
                builder.withDelay(initial);
            }
            builder.withJitter(0.25);
        }
        this.policy = builder.build();
        this.vertx = vertx;
        this.executor = executor;
    }

    /**
     * Goes on after a first attempt that failed.
     *
     * @param refusal why it failed
     * @param attempt is made again
     * @return the outcome of the last attempt; fails with {@link Stopped} if {@link #stop} came first
     */
    CompletableFuture<Object> goOn(Throwable refusal, Supplier<Future<?>> attempt) {
        // what the policy counts as its first attempt is the one that has failed
        return Failsafe.with(policy).with(this).getStageAsync(execution -> {
            Future<?> outcome = execution.isFirstAttempt()
                    ? Future.failedFuture(refusal)
                    : stopped ? Future.failedFuture(new Stopped()) : attempt.get();
            return outcome.<Object>mapEmpty().toCompletionStage();
        });
    }

    /** Makes no more attempts; one that is being made goes to its end. */
    void stop() {
        stopped = true;
        waiting.forEach(Timer::fire);
    }

    @Override
    public ScheduledFuture<?> schedule(Callable<?> callable, long delay, TimeUnit unit) {
        Timer timer = new Timer(callable);
        waiting.add(timer);
        long millis = stopped ? 0 : unit.toMillis(delay);
        if (millis == 0) {
            timer.fire();
        } else {
            timer.id = vertx.setTimer(millis, id -> timer.fire());
            if (stopped) {
                timer.fire();
            }
        }
        return timer;
    }

    /** No more attempts were made. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Stopped() {
            super("Stopped", null, false, false);
        }
    }

    private final class Timer extends CompletableFuture<Object> implements ScheduledFuture<Object> {
        private final Callable<?> callable;
        private volatile long id = -1;

        Timer(Callable<?> callable) {
            this.callable = callable;
        }

        void fire() {
            if (waiting.remove(this)) {
                vertx.cancelTimer(id);
                executor.execute(this::call);
            }
        }

        private void call() {
            try {
                complete(callable.call());
            } catch (Throwable e) {
                completeExceptionally(e);
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }
    }
}
