package dev.eventtarget.benchmarks;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Consumers on threads of their own that count what they get. */
@State(Scope.Benchmark)
public abstract class HandOver {
    /** Events of one invocation. */
    static final int EVENTS = 200_000;

    /** Events that a library may buffer for a consumer where it lets one choose. */
    static final int BUFFER = 1024;

    private static final int CACHE_LINES = 16; // two lines of longs, so that consumers don't share any
    private static final long STALL_NANOS = 1_000_000_000L;
    private static final long TIMEOUT_NANOS = 60_000_000_000L;

    /** How many. */
    @Param({"1", "4"})
    public int consumers;

    private AtomicLongArray heard = new AtomicLongArray(0);
    private long published;

    /** How many consumers are to get each event. */
    int copies() {
        return consumers;
    }

    abstract void start() throws Exception;

    abstract void publish(int events) throws Exception;

    abstract void stop() throws Exception;

    @Setup
    public void setUp() throws Exception {
        heard = new AtomicLongArray(consumers * CACHE_LINES);
        published = 0;
        start();
    }

    @TearDown
    public void tearDown() throws Exception {
        stop();
    }

    /** To be called by the consumer with that number, for every event. */
    final void count(int consumer) {
        int index = consumer * CACHE_LINES;
        heard.setOpaque(index, heard.getPlain(index) + 1);
    }

    /** Publishes {@link #EVENTS} events and waits until all are heard. */
    final void run() throws Exception {
        publish(EVENTS);
        published += EVENTS;
        if (!isHeard(published * copies(), STALL_NANOS)) {
            published += restart();
            awaitHeard(published * copies());
        }
        if (heard() > published * copies()) {
            throw new IllegalStateException("Consumers heard " + heard() + " events, more than were published");
        }
    }

    /** Is called when the consumers seem to have stopped; gives how many events it published to get them going again. */
    int restart() {
        return 0;
    }

    /** Waits until consumers have heard as many events, all taken together, since the beginning. */
    final void awaitHeard(long events) {
        if (!isHeard(events, TIMEOUT_NANOS)) {
            throw new IllegalStateException("Of " + events + " events, consumers heard " + heard());
        }
    }

    private boolean isHeard(long events, long nanos) {
        long start = System.nanoTime();
        while (heard() < events) {
            if (System.nanoTime() - start > nanos) {
                return false;
            }
            LockSupport.parkNanos(10_000);
        }
        return true;
    }

    private long heard() {
        long sum = 0;
        for (int i = 0; i < heard.length(); i += CACHE_LINES) {
            sum += heard.getOpaque(i);
        }
        return sum;
    }
}
