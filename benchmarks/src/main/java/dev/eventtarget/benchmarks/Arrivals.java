package dev.eventtarget.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts what receivers get, and holds a sender back: messages are sent in windows, and there are never more than two on the
 * way.
 */
final class Arrivals {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final int window;
    private final List<Receiver> receivers;
    /** How many receivers have yet to get the window of this number, modulo the length. */
    private final int[] missing = new int[4];

    private long sent;
    private long arrived;
    private @Nullable Throwable failure;

    /**
     * @param receivers how many there are, each of which is to get every message
     * @param window messages
     */
    Arrivals(int receivers, int window) {
        this.window = window;
        this.receivers =
                IntStream.range(0, receivers).mapToObj(i -> new Receiver()).toList();
    }

    /** What one thread receives. */
    final class Receiver {
        private long count;
        private long windows;

        void received(int messages) {
            count += messages;
            while (count >= (windows + 1) * window) {
                windowArrived(windows++);
            }
        }

        void failed(Throwable error) {
            Arrivals.this.failed(error);
        }
    }

    /** Messages are taken in numbers that divide by this. */
    int window() {
        return window;
    }

    Receiver receiver(int number) {
        return receivers.get(number);
    }

    private synchronized void windowArrived(long number) {
        if (number >= sent) {
            failed(new IllegalStateException("More messages have arrived than were sent"));
        } else if (--missing[(int) (number % missing.length)] == 0) {
            arrived = number + 1;
            notifyAll();
        }
    }

    synchronized void failed(Throwable error) {
        if (failure == null) {
            failure = error;
        }
        notifyAll();
    }

    /**
     * Sends windows and waits until each receiver has all of them.
     *
     * @return how many nanoseconds that took
     */
    long measure(Carrier carrier, int windows) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < windows; i++) {
            begin();
            carrier.send(window);
        }
        await(0);
        return System.nanoTime() - start;
    }

    private synchronized void begin() throws Exception {
        await(1);
        missing[(int) (sent % missing.length)] = receivers.size();
        sent++;
    }

    private synchronized void await(int onTheWay) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (sent - arrived > onTheWay && failure == null) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("Of window " + sent + " only " + arrived
                        + " windows have arrived, by receiver "
                        + receivers.stream().map(receiver -> receiver.count).toList());
            }
            wait(left);
        }
        if (failure != null) {
            throw new IllegalStateException("Messages are lost", failure);
        }
    }
}
