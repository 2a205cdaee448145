package dev.eventtarget.core;

import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.CloseFuture;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.function.Supplier;

/**
 * What belongs to nobody but its target. Vert.x closes the clients that are made on a verticle's context with the verticle, and
 * all others when it closes itself: then a target that closes as well could not say goodbye over them.
 */
public final class Unowned {
    private Unowned() {}

    /**
     * Makes something that Vert.x closes for nobody.
     *
     * @param vertx runs it
     * @param making makes it, such as a client
     * @return what was made; whoever has it closes it
     */
    public static <T> T make(Vertx vertx, Supplier<T> making) {
        ContextInternal nobody = ((VertxInternal) vertx)
                .contextBuilder()
                .withThreadingModel(ThreadingModel.EVENT_LOOP)
                .withCloseFuture(new CloseFuture())
                .build();
        ContextInternal previous = nobody.beginDispatch();
        try {
            return making.get();
        } finally {
            nobody.endDispatch(previous);
        }
    }
}
