package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.link.spi.Connector;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What tests of hub and spoke have in common: a hub on memory, peers and spokes, which all close behind the test. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
abstract class LinkTest {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    static {
        ErrorLog.install();
    }

    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
    private final List<TypedEventTarget> targets = new CopyOnWriteArrayList<>();
    private final List<Hub> hubs = new CopyOnWriteArrayList<>();

    @AfterEach
    final void closeAll() {
        for (Hub hub : hubs) {
            result(hub.close().otherwiseEmpty());
        }
        for (TypedEventTarget target : targets) {
            result(target.close().otherwiseEmpty());
        }
        result(vertx.close());
        assertEquals(List.of(), ErrorLog.defects());
    }

    /** A hub that closes soon, and gives up no link because the machine is slow. */
    static HubOptions options() {
        return HubOptions.defaults()
                .closeTimeout(Duration.ofMillis(200))
                .heartbeat(Duration.ofMinutes(5))
                .handshakeTimeout(Duration.ofMinutes(1));
    }

    /** A target of its own in memory. */
    final TypedEventTarget memory(String... options) {
        return use(EventTargets.open(
                vertx, "memory:" + UUID.randomUUID() + "?closeTimeout=1s" + String.join("", options)));
    }

    final <T extends TypedEventTarget> T use(T target) {
        targets.add(target);
        return target;
    }

    final Hub hub(TypedEventTarget target, HubOptions options) {
        Hub hub = Hub.create(vertx, target, options);
        hubs.add(0, hub);
        return hub;
    }

    final Hub hub(HubOptions options) {
        return hub(memory(), options);
    }

    final Hub hub() {
        return hub(options());
    }

    /** A peer that says what the test has it say. */
    final RawPeer peer(Hub hub) {
        return peer(new LocalConnector(vertx, hub));
    }

    final RawPeer peer(LocalConnector connector) {
        return new RawPeer(result(connector.open(((VertxInternal) vertx).createEventLoopContext())));
    }

    /** A spoke; options as in a URI. */
    final TypedEventTarget spoke(Connector connector, String... options) {
        return use(EventTargets.open(
                vertx, LocalProvider.uri(connector) + "?closeTimeout=20s" + String.join("", options)));
    }

    /** A spoke that tells an interceptor what becomes of it. */
    final TypedEventTarget spoke(Connector connector, Interceptor interceptor, String... options) {
        return use(EventTargets.open(
                vertx, LocalProvider.uri(connector) + "?closeTimeout=20s" + String.join("", options), interceptor));
    }

    final TypedEventTarget spoke(Hub hub, String... options) {
        return spoke(new LocalConnector(vertx, hub), options);
    }

    static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    /** What became of it; waits for it. */
    static <T> AsyncResult<T> outcome(Future<T> future) {
        result(future.otherwiseEmpty());
        return future;
    }

    static EventTargetException failure(Future<?> future) {
        return assertInstanceOf(EventTargetException.class, Outcomes.failure(future, PATIENCE));
    }

    static Subscription ready(Subscription subscription) {
        result(subscription.ready());
        return subscription;
    }

    /** Has an event loop do nothing until something is over; what is given to it meanwhile is done behind that. */
    static void block(Context context, CountDownLatch until) {
        context.runOnContext(now -> awaitHere(until));
    }

    static void awaitHere(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }
}
