package dev.eventtarget.benchmarks;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A Vert.x with some event loops, and a context on each. */
final class Loops implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Vertx vertx;
    private final List<Context> contexts = new ArrayList<>();
    private final NetClient netClient;
    private final WebSocketClient webSocketClient;

    Loops(int size) {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(size));
        while (contexts.size() < size) {
            ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
            if (contexts.stream()
                    .noneMatch(other -> ((ContextInternal) other).nettyEventLoop() == context.nettyEventLoop())) {
                contexts.add(context);
            }
        }
        netClient = vertx.createNetClient();
        webSocketClient = vertx.createWebSocketClient();
    }

    Vertx vertx() {
        return vertx;
    }

    /** Its connections live as long as it is referred to. */
    NetClient netClient() {
        return netClient;
    }

    /** As with the other one. */
    WebSocketClient webSocketClient() {
        return webSocketClient;
    }

    int size() {
        return contexts.size();
    }

    /** By turns. */
    Context context(int number) {
        return contexts.get(number % contexts.size());
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Begins something on a context and waits for its end. */
    static <T> T await(Context context, Supplier<Future<T>> work) throws Exception {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> work.get().onComplete(promise));
        return await(promise.future());
    }

    @Override
    public void close() throws Exception {
        await(vertx.close());
    }
}
