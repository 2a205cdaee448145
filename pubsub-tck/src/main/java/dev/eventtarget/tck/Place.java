package dev.eventtarget.tck;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A verticle to call things in, or the test's own thread. */
final class Place {
    private final Vertx vertx;
    private final Duration patience;
    private final @Nullable Context context;

    private Place(Vertx vertx, Duration patience, @Nullable Context context) {
        this.vertx = vertx;
        this.patience = patience;
        this.context = context;
    }

    static Place of(Vertx vertx, Where where, Duration patience) {
        ThreadingModel model = where.threadingModel();
        if (model == null) {
            return new Place(vertx, patience, null);
        }
        CompletableFuture<Context> deployed = new CompletableFuture<>();
        vertx.deployVerticle(
                        context -> {
                            deployed.complete(context);
                            return Future.succeededFuture();
                        },
                        new DeploymentOptions().setThreadingModel(model))
                .onFailure(deployed::completeExceptionally);
        return new Place(vertx, patience, Outcome.of(deployed, patience));
    }

    /** Calls it there and waits for the result. */
    <R> R call(Callable<R> action) throws Exception {
        Context target = context;
        if (target == null) {
            return action.call();
        }
        CompletableFuture<R> result = new CompletableFuture<>();
        target.runOnContext(now -> {
            try {
                result.complete(action.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return Outcome.of(result, patience);
    }

    /** The verticle's context. */
    Context context() {
        Context known = context;
        if (known == null) {
            throw new IllegalStateException("Outside a context there is none");
        }
        return known;
    }

    Future<Void> undeploy() {
        return vertx.undeploy(context().deploymentID());
    }
}
