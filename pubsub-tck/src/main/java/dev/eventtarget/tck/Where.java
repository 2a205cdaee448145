package dev.eventtarget.tck;

import io.vertx.core.ThreadingModel;
import org.jspecify.annotations.Nullable;

/** From where a listener is added. */
enum Where {
    OUTSIDE(null),
    EVENT_LOOP(ThreadingModel.EVENT_LOOP),
    WORKER(ThreadingModel.WORKER),
    VIRTUAL_THREAD(ThreadingModel.VIRTUAL_THREAD);

    private final @Nullable ThreadingModel threadingModel;

    Where(@Nullable ThreadingModel threadingModel) {
        this.threadingModel = threadingModel;
    }

    @Nullable ThreadingModel threadingModel() {
        return threadingModel;
    }

    boolean isAvailable() {
        return this != VIRTUAL_THREAD || Runtime.version().feature() >= 21;
    }
}
