package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.fixtures.Outcomes;
import dev.eventtarget.fixtures.link.LinkRecorder;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.QuicServer;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;

/** A server whose links are for the test to use, and clients. */
@NeedsNativeQuic
abstract class LinkTest {
    static final int MOST = 1 << 20;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Vertx vertx = Vertx.vertx();
    final BlockingQueue<LinkRecorder> accepted = new LinkedBlockingQueue<>();
    final BlockingQueue<NodeConnection> connections = new LinkedBlockingQueue<>();
    private final List<LinkRecorder> all = new ArrayList<>();

    /** Vert.x closes servers that nobody has any more. */
    private final List<QuicServer> servers = new CopyOnWriteArrayList<>();

    @AfterEach
    void everythingWasInOrder() throws Exception {
        for (LinkRecorder recorder : all) {
            assertEquals(List.of(), List.copyOf(recorder.mistakes));
        }
        result(vertx.close());
    }

    static <T> T result(Future<T> future) {
        return Outcomes.result(future, PATIENCE);
    }

    static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, PATIENCE);
    }

    /** A server, and where it is. */
    record Server(QuicServer server, NodeAddress address) {
        String url(String options) {
            return address + "?connectTimeout=20s&maxMessage=" + MOST + options;
        }
    }

    Server serve() throws Exception {
        return serve("");
    }

    Server serve(String options) throws Exception {
        QuicNode node = QuicNode.hub(vertx, EventTargetConfig.of("quic://127.0.0.1" + options), Duration.ofSeconds(15));
        QuicServer server = node.server(RetryTokens.newKey())
                .connectHandler(connection -> NodeConnection.of(connection).onSuccess(known -> {
                    connections.add(known);
                    known.streams(stream -> {
                        QuicLink link = QuicLink.of(known, stream, node.settings(MOST));
                        LinkRecorder recorder = new LinkRecorder(link);
                        link.handler(recorder);
                        accepted.add(recorder);
                    });
                }));
        servers.add(server);
        SocketAddress address = result(server.bind(SocketAddress.inetSocketAddress(0, "127.0.0.1")));
        return new Server(server, new NodeAddress(node.id(), "127.0.0.1", address.port()));
    }

    LinkRecorder accepted() throws Exception {
        LinkRecorder recorder = accepted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        all.add(recorder);
        return recorder;
    }

    /** The client's side of a new link. The server knows of it when something is sent. */
    LinkRecorder connect(String url) throws Exception {
        QuicConnector connector = new QuicConnector(vertx, EventTargetConfig.of(url));
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

    LinkRecorder connect(Server server) throws Exception {
        return connect(server.url(""));
    }

    /** Both sides of a link that was used. */
    record Pair(LinkRecorder client, LinkRecorder hub) {}

    Pair link(Server server) throws Exception {
        LinkRecorder client = connect(server);
        client.send("[]");
        LinkRecorder hub = accepted();
        eventually(() -> assertEquals(1, hub.received.size()));
        hub.received.clear();
        return new Pair(client, hub);
    }

    static void assertClosed(LinkRecorder recorder, CloseReason reason, String message) {
        eventually(() -> assertEquals(List.of(new LinkRecorder.Closed(reason, message)), List.copyOf(recorder.closed)));
    }
}
