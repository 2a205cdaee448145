package dev.eventtarget.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** There and back, one after the other. */
final class RoundTrips {
    private static final long PATIENCE_SECONDS = 60;

    /** Sends one message that is answered. */
    interface Ping {
        void send();
    }

    /** Something that answers pings. */
    interface Echo extends AutoCloseable {
        /** Pings, and fills this with how many nanoseconds it took each time. */
        void measure(long[] nanos) throws Exception;

        @Override
        void close() throws Exception;
    }

    private long[] nanos = {};
    private int next;
    private long sent;
    private CountDownLatch running = new CountDownLatch(0);

    /**
     * @param first sends the first ping, on a thread that suits
     */
    void measure(long[] into, Ping first) throws Exception {
        nanos = into;
        next = 0;
        running = new CountDownLatch(1);
        sent = System.nanoTime();
        first.send();
        if (!running.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException("After " + next + " of " + into.length + " round trips there was no answer");
        }
    }

    /** An answer has come; sends the next ping. */
    void returned(Ping ping) {
        long now = System.nanoTime();
        nanos[next++] = now - sent;
        if (next < nanos.length) {
            sent = System.nanoTime();
            ping.send();
        } else {
            running.countDown();
        }
    }
}
