package dev.eventtarget.benchmarks;

import io.vertx.core.Context;
import io.vertx.core.streams.WriteStream;

/** Writes to a stream on its event loop, as much as it takes. */
final class Pump {
    private final WriteStream<?> stream;
    private final Context context;
    private final int step;
    private final Runnable write;
    private int left;

    /**
     * @param step how many messages are written at once
     * @param write writes so many
     */
    Pump(WriteStream<?> stream, Context context, int step, Runnable write) {
        this.stream = stream;
        this.context = context;
        this.step = step;
        this.write = write;
        stream.drainHandler(drained -> write());
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
        while (left > 0 && !stream.writeQueueFull()) {
            write.run();
            left -= step;
        }
    }
}
