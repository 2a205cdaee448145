package dev.eventtarget.websocket;

import dev.eventtarget.EventTargets;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What tests of hubs and spokes over sockets have in common. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
abstract class FaultTest {
    static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Of the spokes. */
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));

    /** Of the hubs. */
    final Vertx hubVertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));

    private final List<AutoCloseable> used = new CopyOnWriteArrayList<>();

    @AfterEach
    final void closeAll() throws Exception {
        for (AutoCloseable one : used) {
            one.close();
        }
        result(vertx.close());
        result(hubVertx.close());
    }

    /** Closes it behind the test, what was used last first. */
    final <C extends AutoCloseable> C use(C one) {
        used.add(0, one);
        return one;
    }

    static HubOptions options() {
        return HubOptions.defaults().closeTimeout(Duration.ofMillis(500));
    }

    final TypedEventTarget memory(String... options) {
        return target(hubVertx, "memory:" + UUID.randomUUID() + "?closeTimeout=1s", options);
    }

    private TypedEventTarget target(Vertx on, String uri, String... options) {
        TypedEventTarget target = EventTargets.open(on, uri + String.join("", options));
        use(() -> result(target.close().otherwiseEmpty()));
        return target;
    }

    final Hub hub(TypedEventTarget target, HubOptions options) {
        Hub hub = Hub.create(hubVertx, target, options);
        use(() -> result(hub.close().otherwiseEmpty()));
        return hub;
    }

    static String listen(Hub hub) {
        return result(hub.listen("ws://127.0.0.1:0/events"));
    }

    /** A spoke of its own, which is as patient as the test. */
    final TypedEventTarget spoke(String url, String... options) {
        return spoke(url, PATIENCE, options);
    }

    final TypedEventTarget spoke(String url, Duration publishTimeout, String... options) {
        return target(
                vertx,
                url + "?closeTimeout=60s&publishTimeout=" + publishTimeout.toSeconds() + "s&name=" + UUID.randomUUID(),
                options);
    }

    final Traffic.Publisher publisher(TypedEventTarget target, String name) {
        return new Traffic.Publisher(vertx, target, name);
    }

    /** Listens to all publishers. */
    final Traffic.Reader reader(TypedEventTarget target) {
        return reader(target, ListenerOptions.defaults());
    }

    final Traffic.Reader reader(TypedEventTarget target, ListenerOptions options) {
        Traffic.Reader reader = new Traffic.Reader();
        ready(target.addEventListener(Traffic.ALL, reader::handle, options.onError(reader::failed)));
        return reader;
    }

    static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    static Subscription ready(Subscription subscription) {
        result(subscription.ready());
        return subscription;
    }

    static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }
}
