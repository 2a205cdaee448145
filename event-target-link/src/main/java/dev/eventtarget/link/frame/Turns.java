package dev.eventtarget.link.frame;

import io.netty.channel.EventLoop;
import io.vertx.core.internal.ContextInternal;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other threads want done on an event loop, in order, and many in one turn. At the end of each turn, whoever has
 * something to send sends it: so one message carries what a burst of tasks has written.
 */
public final class Turns implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final long SLICE_NANOS = 2_000_000;
    private static final int CHECK_EVERY = 64;

    private final ContextInternal context;
    private final EventLoop loop;
    private final Queue<Runnable> tasks = new MpscLinkedAtomicQueue<>();
    private final Set<Runnable> atEnd = new LinkedHashSet<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /**
     * Makes them for an event loop.
     *
     * @param context on the event loop
     */
    public Turns(ContextInternal context) {
        this.context = context;
        this.loop = context.nettyEventLoop();
    }

    /** {@return the context that tasks run on} */
    public ContextInternal context() {
        return context;
    }

    /** {@return whether this is the event loop's thread} */
    public boolean isHere() {
        return loop.inEventLoop();
    }

    /** {@return whether this is the event loop's thread, and nothing that was given before is still to be done} */
    public boolean isIdleHere() {
        return loop.inEventLoop() && tasks.isEmpty();
    }

    /**
     * Has a task done, behind all that were given before. From any thread.
     *
     * @param task must not block
     */
    public void post(Runnable task) {
        tasks.add(task);
        wake();
    }

    private void wake() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            loop.execute(this);
        }
    }

    /**
     * Has something done once at the end of this turn, or of the next one. On the event loop.
     *
     * @param sends what to do; the same object twice is done once
     */
    public void atEnd(Runnable sends) {
        if (atEnd.add(sends)) {
            wake();
        }
    }

    /** A turn. */
    @Override
    public void run() {
        ContextInternal before = context.beginDispatch();
        try {
            long begun = System.nanoTime();
            int done = 0;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                attempt(task);
                if (++done % CHECK_EVERY == 0 && System.nanoTime() - begun > SLICE_NANOS) {
                    break;
                }
            }
            while (!atEnd.isEmpty()) {
                Runnable[] now = atEnd.toArray(new Runnable[0]);
                atEnd.clear();
                for (Runnable sends : now) {
                    attempt(sends);
                }
            }
        } finally {
            context.endDispatch(before);
        }
        scheduled.set(false);
        if (!tasks.isEmpty()) {
            wake();
        }
    }

    private static void attempt(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("A link's task failed: this is a defect of Event Target, please report it", e);
        }
    }
}
