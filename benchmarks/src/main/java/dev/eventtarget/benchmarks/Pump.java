package dev.eventtarget.benchmarks;

import io.vertx.core.Context;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes to streams of one event loop, to each in turn, as much as all of them take. */
final class Pump<S extends WriteStream<?>> {
    private final Context context;
    private final int step;
    private final Consumer<S> write;
    private final List<S> streams = new ArrayList<>();
    private int left;

    /**
     * @param step how many messages are written at once
     * @param write writes so many
     */
    Pump(Context context, int step, Consumer<S> write) {
        this.context = context;
        this.step = step;
        this.write = write;
    }

    /** Adds a stream, on the event loop. */
    Pump<S> add(S stream) {
        streams.add(stream);
        stream.drainHandler(drained -> write());
        return this;
    }

    /**
     * @param messages a multiple of the step
     */
    void send(int messages) {
        context.runOnContext(now -> {
            left += messages;
            write();
        });
    }

    private void write() {
        while (left > 0 && !isFull()) {
            streams.forEach(write);
            left -= step;
        }
    }

    private boolean isFull() {
        for (S stream : streams) {
            if (stream.writeQueueFull()) {
                return true;
            }
        }
        return false;
    }
}
