package dev.eventtarget.redis;

import dev.eventtarget.ClosedException;
import dev.eventtarget.core.Reconnector;
import dev.eventtarget.core.Unowned;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection for one purpose, made again when it is lost. Belongs to a context: to be used there alone, as the client is
 * several times faster on the connection's own event loop.
 */
final class RedisLine {
    private static final long RECONNECT_MILLIS = 100;

    /** Half of what the client takes, as batches go beside: a pattern over thousands of types asks for each of them. */
    private static final int MOST_UNANSWERED = RedisSettings.MOST_UNANSWERED / 2;

    private final Vertx vertx;
    private final Context context;
    private final RedisSettings settings;
    private final Connections connections;
    private final String purpose;
    private final Reconnector reconnector;
    private @Nullable Redis client;
    private @Nullable Future<RedisConnection> connection;
    private final Promise<Void> tried = Promise.promise();
    private final Queue<Runnable> unsent = new ArrayDeque<>();
    private int unanswered;
    private boolean sendingOn;
    private volatile boolean closed;

    /** An answer that did not come in time. */
    static final class LateException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LateException(String command, long millis) {
            super(command + " had no answer within " + millis + " ms", null, false, false);
        }
    }

    RedisLine(Vertx vertx, Context context, RedisSettings settings, Connections connections, String purpose) {
        this.vertx = vertx;
        this.context = context;
        this.settings = settings;
        this.connections = connections;
        this.purpose = purpose;
        this.reconnector = new Reconnector(vertx, error -> RedisErrors.isNotAllowed(error) || isClosed());
    }

    boolean isClosed() {
        return closed;
    }

    /** The connection, once there is one; fails where there can be none, as Redis refuses or the line is closed. */
    Future<RedisConnection> connection() {
        if (closed) {
            return Future.failedFuture(new ClosedException("The connection is closed"));
        }
        Future<RedisConnection> current = connection;
        if (current == null) {
            Promise<RedisConnection> promise = Promise.promise();
            current = promise.future();
            connection = current;
            reconnector
                    .connect(this::connectOnce)
                    .onComplete(outcome -> context.runOnContext(now -> {
                        if (outcome.failed()) {
                            connection = null;
                            promise.fail(outcome.cause());
                        } else {
                            connections.made(this);
                            promise.complete(outcome.result());
                            tried.tryComplete();
                        }
                    }));
        }
        return current;
    }

    private Future<RedisConnection> connectOnce() {
        Promise<RedisConnection> promise = Promise.promise();
        context.runOnContext(now -> {
            if (closed) {
                promise.fail(new ClosedException("The connection is closed"));
                return;
            }
            Redis attempt = Unowned.make(vertx, () -> Redis.createClient(vertx, settings.client()));
            long limit = settings.commandTimeout().toMillis();
            long timer = vertx.setTimer(limit, id -> promise.tryFail(new LateException("Connecting", limit)));
            attempt.connect().onComplete(promise::tryComplete, promise::tryFail);
            promise.future().onComplete(outcome -> {
                vertx.cancelTimer(timer);
                if (outcome.failed() || closed) {
                    attempt.close();
                    noteLost(outcome.cause());
                    return;
                }
                client = attempt;
                RedisConnection made = outcome.result();
                made.exceptionHandler(error -> lost(made, error));
                made.endHandler(ended -> lost(made, null));
            });
        });
        return promise.future();
    }

    /** Sends a command; a connection that gives no answer in time counts as lost. */
    Future<Response> send(RedisConnection on, Request request, long timeoutMillis) {
        if (unanswered == MOST_UNANSWERED) {
            Promise<Response> promise = Promise.promise();
            unsent.add(() -> send(on, request, timeoutMillis).onComplete(promise));
            return promise.future();
        }
        unanswered++;
        return timed(on, on.send(request), request.command().toString(), timeoutMillis)
                .onComplete(answered -> {
                    unanswered--;
                    sendOn();
                });
    }

    /** In a loop, as each may fail at once where the connection is gone. */
    private void sendOn() {
        if (sendingOn) {
            return;
        }
        sendingOn = true;
        while (unanswered < MOST_UNANSWERED && !unsent.isEmpty()) {
            unsent.remove().run();
        }
        sendingOn = false;
    }

    Future<Response> send(RedisConnection on, Request request) {
        return send(on, request, settings.commandTimeout().toMillis());
    }

    /** Sends on the connection that there is, or comes to be. */
    Future<Response> send(Request request) {
        return connection().compose(on -> send(on, request));
    }

    /** Completes when it is known whether the server is there: {@link Connections} know the outcome. */
    Future<Void> check() {
        return onContext(
                () -> sendIfReached(Request.cmd(Command.PING)).<Void>mapEmpty().otherwiseEmpty());
    }

    /** Sends when the first attempt to connect has an outcome, if that or a later one has led to a connection. */
    Future<Response> sendIfReached(Request request) {
        Future<RedisConnection> current = connection();
        return tried.future().compose(known -> {
            RedisConnection on = current.result();
            return on == null ? Future.failedFuture("There is no connection") : send(on, request);
        });
    }

    /** Sends what is not worth waiting for a connection. */
    Future<Response> sendIfConnected(Request request) {
        Future<RedisConnection> current = connection;
        RedisConnection on = current == null ? null : current.result();
        return on == null ? Future.failedFuture("There is no connection") : send(on, request);
    }

    Future<List<Response>> batch(RedisConnection on, List<Request> requests) {
        return timed(
                on, on.batch(requests), "A batch", settings.commandTimeout().toMillis());
    }

    private <T extends @Nullable Object> Future<T> timed(
            RedisConnection on, Future<T> answer, String what, long timeoutMillis) {
        Promise<T> promise = Promise.promise();
        long timer = vertx.setTimer(timeoutMillis, id -> {
            LateException late = new LateException(what, timeoutMillis);
            if (promise.tryFail(late)) {
                lost(on, late);
            }
        });
        answer.onComplete(outcome -> {
            vertx.cancelTimer(timer);
            if (outcome.succeeded()) {
                promise.tryComplete(outcome.result());
                return;
            }
            Throwable error = outcome.cause();
            if (!RedisErrors.isReply(error) || RedisErrors.isElsewhere(error)) {
                lost(on, error);
            }
            promise.tryFail(error);
        });
        return promise.future();
    }

    /** Gives a connection up, if it is still the one in use. */
    void lost(RedisConnection which, @Nullable Throwable why) {
        Future<RedisConnection> current = connection;
        if (current == null || current.result() != which) {
            return;
        }
        connection = null;
        noteLost(why);
        Redis gone = client;
        client = null;
        if (gone != null) {
            gone.close();
        }
        // also where nobody has a use for it yet, so that it is known whether there is one
        after(RECONNECT_MILLIS, () -> {
            if (!closed) {
                connection();
            }
        });
    }

    private void noteLost(@Nullable Throwable why) {
        if (closed) {
            return;
        }
        connections.lost(this, why);
        tried.tryComplete();
    }

    @Override
    public String toString() {
        return purpose;
    }

    /** Runs a task on the context. */
    <T extends @Nullable Object> Future<T> onContext(Supplier<Future<T>> task) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> task.get().onComplete(promise));
        return promise.future();
    }

    /** Runs a task on the context, after a while. */
    void after(long millis, Runnable task) {
        if (millis < 1) {
            context.runOnContext(now -> task.run());
        } else {
            vertx.setTimer(millis, id -> context.runOnContext(now -> task.run()));
        }
    }

    Future<Void> close() {
        closed = true;
        return onContext(() -> {
            connections.closed(this);
            tried.tryComplete();
            connection = null;
            Redis gone = client;
            client = null;
            return gone == null ? Future.succeededFuture() : gone.close();
        });
    }
}
