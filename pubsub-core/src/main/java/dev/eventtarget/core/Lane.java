package dev.eventtarget.core;

import io.vertx.core.Handler;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.jspecify.annotations.Nullable;

/** Gives subscriptions their turns, where they are to be called. */
interface Lane {
    /**
     * Gives a subscription turns until it wants no more.
     *
     * @param subscription is in no lane
     */
    void schedule(ListenerSubscription subscription);

    /**
     * The lane of a context, which all subscriptions of an event loop or worker share. Without a context it is the caller's
     * thread; on virtual threads each subscription is on its own, so that one that awaits does not hold up others.
     */
    static Lane of(@Nullable ContextInternal context) {
        if (context == null) {
            return Lane::runToEnd;
        }
        if (context.threadingModel() == ThreadingModel.VIRTUAL_THREAD) {
            return subscription -> context.runOnContext(now -> runToEnd(subscription));
        }
        return (Lane) context.contextData().computeIfAbsent(Shared.class, key -> new Shared(context));
    }

    /** On any of the threads that may block. */
    static Lane onWorkers(Vertx vertx) {
        return subscription -> vertx.executeBlocking(
                () -> {
                    runToEnd(subscription);
                    return null;
                },
                false);
    }

    private static void runToEnd(ListenerSubscription subscription) {
        boolean more = true;
        while (more) {
            more = subscription.turn();
        }
    }

    /** One task on the context for a burst of events, however many they are and however many subscriptions get them. */
    final class Shared implements Lane, Handler<Void> {
        private static final long SLICE_NANOS = 2_000_000;

        private final ContextInternal context;
        private final Queue<ListenerSubscription> ready = new MpscLinkedAtomicQueue<>();
        private final AtomicBoolean running = new AtomicBoolean();

        private Shared(ContextInternal context) {
            this.context = context;
        }

        @Override
        public void schedule(ListenerSubscription subscription) {
            ready.add(subscription);
            if (!running.get() && running.compareAndSet(false, true)) {
                context.runOnContext(this);
            }
        }

        /** Turns for all, round robin; then, so that the context gets to its other work, the rest as a task of its own. */
        @Override
        public void handle(Void now) {
            long begun = System.nanoTime();
            do {
                ListenerSubscription next = ready.poll();
                if (next == null) {
                    running.set(false);
                    if (ready.isEmpty() || !running.compareAndSet(false, true)) {
                        return;
                    }
                } else if (next.turn()) {
                    ready.add(next);
                }
            } while (System.nanoTime() - begun < SLICE_NANOS);
            context.runOnContext(this);
        }
    }
}
