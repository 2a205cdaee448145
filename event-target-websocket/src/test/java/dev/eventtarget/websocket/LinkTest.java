package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.fixtures.link.LinkRecorder;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;

/** A server whose links are for the test to use, and clients. */
abstract class LinkTest {
    static final int MOST = 1 << 20;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Vertx vertx = Vertx.vertx();
    final BlockingQueue<LinkRecorder> accepted = new LinkedBlockingQueue<>();
    private final List<LinkRecorder> all = new ArrayList<>();
    private final List<WebSocketConnector> connectors = new ArrayList<>();

    @AfterEach
    void everythingWasInOrder() throws Exception {
        for (LinkRecorder recorder : all) {
            assertEquals(List.of(), List.copyOf(recorder.mistakes));
        }
        for (WebSocketConnector connector : connectors) {
            result(connector.close());
        }
        result(vertx.close());
    }

    static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }

    HttpServer serve(HttpServerOptions options) throws Exception {
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            request.response().putHeader("Sec-WebSocket-Protocol", WebSocketHub.SUBPROTOCOL);
            request.toWebSocket().onSuccess(socket -> {
                WebSocketLink link = WebSocketLink.of(socket, Vertx.currentContext(), true, MOST, ended -> {});
                LinkRecorder recorder = new LinkRecorder(link);
                link.handler(recorder);
                accepted.add(recorder);
            });
        });
        return result(server.listen(0, "localhost"));
    }

    HttpServer serve() throws Exception {
        return serve(new HttpServerOptions());
    }

    LinkRecorder accepted() throws Exception {
        LinkRecorder recorder = accepted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        all.add(recorder);
        return recorder;
    }

    /** The client's side of a new link. */
    LinkRecorder connect(HttpServer server, String options) throws Exception {
        return connect(server.actualPort(), options);
    }

    LinkRecorder connect(int port, String options) throws Exception {
        WebSocketConnector connector = new WebSocketConnector(
                vertx,
                EventTargetConfig.of(
                        "ws://localhost:" + port + "/events?connectTimeout=" + PATIENCE.toSeconds() + "s" + options));
        connectors.add(connector);
        LinkRecorder recorder = result(connector
                .connect(((VertxInternal) vertx).createEventLoopContext())
                .map(link -> {
                    LinkRecorder made = new LinkRecorder(link);
                    link.handler(made);
                    return made;
                }));
        all.add(recorder);
        return recorder;
    }

    LinkRecorder connect(HttpServer server) throws Exception {
        return connect(server, "&maxMessage=" + MOST);
    }

    static void assertClosed(LinkRecorder recorder, CloseReason reason, String message) {
        eventually(() -> assertEquals(List.of(new LinkRecorder.Closed(reason, message)), List.copyOf(recorder.closed)));
    }
}
