package dev.eventtarget.quic;

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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What tests of hubs and spokes over datagrams have in common. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
@NeedsNativeQuic
abstract class FaultTest {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path home;

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

    /** Listens at a free port. */
    final String listen(Hub hub) {
        return listen(hub, 0);
    }

    /** Listens at a port, as the same node each time. */
    final String listen(Hub hub, int port) {
        return result(hub.listen(address(port)));
    }

    /** Where a hub of this test listens. */
    final String address(int port) {
        return "quic://127.0.0.1:" + port + "?identity=" + home.resolve("hub.pem");
    }

    /** A proxy before a hub; the same seed treats the same datagrams alike. */
    final UdpProxy proxy(String url, long seed) throws IOException {
        return use(UdpProxy.start(port(url), seed));
    }

    static int port(String url) {
        return URI.create(url).getPort();
    }

    /** The same hub, at another port. */
    static String at(int port, String url) {
        return url.replaceFirst(":\\d+$", ":" + port);
    }

    /** A spoke of its own. */
    final TypedEventTarget spoke(String url, String... options) {
        return spoke(url, Duration.ofMinutes(5), options);
    }

    /** A spoke of its own, which gives up what was not confirmed in time. */
    final TypedEventTarget spoke(String url, Duration publishTimeout, String... options) {
        String more = "closeTimeout=10s&connectTimeout=20s&publishTimeout=" + publishTimeout.toMillis() + "ms&name="
                + UUID.randomUUID();
        return target(vertx, url + (url.contains("?") ? "&" : "?") + more, options);
    }

    /** Publishes no faster than an audience hears it. */
    final Traffic.Publisher publisher(TypedEventTarget target, String name, Traffic.Reader... audience) {
        return new Traffic.Publisher(vertx, target, name, List.of(audience));
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
