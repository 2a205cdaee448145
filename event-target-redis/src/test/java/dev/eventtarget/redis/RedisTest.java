package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the adapter's own tests have in common: a prefix for each test, and targets that close behind it. */
@Execution(ExecutionMode.CONCURRENT)
abstract class RedisTest {
    static final Duration PATIENCE = Duration.ofSeconds(120);

    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
    final String prefix = "test-" + UUID.randomUUID();
    private final List<TypedEventTarget> targets = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> servers = new CopyOnWriteArrayList<>();

    @AfterEach
    final void closeTargets() throws Exception {
        for (TypedEventTarget target : targets) {
            result(target.close().otherwiseEmpty());
        }
        result(vertx.close());
        for (AutoCloseable server : servers) {
            server.close();
        }
    }

    /** Closes it after the targets. */
    final <S extends AutoCloseable> S use(S server) {
        servers.add(server);
        return server;
    }

    /** A target that shares nothing but the server with the others. */
    final TypedEventTarget open(String url, String... options) {
        return open(url, new Interceptor[0], options);
    }

    final TypedEventTarget open(String url, Interceptor[] interceptors, String... options) {
        String uri = url + (url.contains("?") ? "&" : "?") + "prefix=" + prefix + "&name=" + UUID.randomUUID();
        for (String option : options) {
            uri += "&" + option;
        }
        if (!uri.contains("closeTimeout=")) {
            uri += "&closeTimeout=3s"; // for those that can't close, as their server is gone
        }
        TypedEventTarget target = EventTargets.open(vertx, uri, interceptors);
        targets.add(target);
        return target;
    }

    static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    static EventTargetException failure(Future<?> future) {
        return assertInstanceOf(EventTargetException.class, Outcomes.failure(future, PATIENCE));
    }

    static Subscription ready(Subscription subscription) {
        result(subscription.ready());
        return subscription;
    }

    static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }
}
