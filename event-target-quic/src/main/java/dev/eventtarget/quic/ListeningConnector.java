package dev.eventtarget.quic;

import dev.eventtarget.ClosedException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.QuicConnection;
import io.vertx.core.net.QuicServer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the hub connect to the spoke, which listens: for a spoke that can be reached where the hub can't. On the spoke's event
 * loop.
 */
final class ListeningConnector implements Connector {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");

    private final NodeId hub;
    private final String host;
    private final int port;
    private final Duration connectTimeout;
    private final QuicLink.Settings settings;
    private final QuicNode node;
    private @Nullable QuicServer server;
    private @Nullable Context context;

    /** What the hub has opened last. */
    private @Nullable NodeConnection latest;

    /** Whether a link is made of that. */
    private boolean used;

    /** Whoever waits for the next. */
    private @Nullable Promise<Link> waiting;

    ListeningConnector(Vertx vertx, EventTargetConfig config) {
        hub = NodeAddress.node(config, QuicConnector.WHERE_TO_FIND_IT);
        host = config.string("host", "127.0.0.1");
        port = config.integer("port", NodeAddress.USUAL_PORT, 0, 65_535);
        connectTimeout = Options.connectTimeout(config);
        node = QuicNode.spoke(vertx, config);
        settings = node.settings(Options.maxMessage(config));
    }

    /** {@return the hub, for logs and errors} */
    String address() {
        return "the hub " + hub;
    }

    @Override
    public Future<Link> connect(Context here) {
        Promise<Link> link = Promise.promise();
        context = here;
        here.runOnContext(now -> {
            waiting = link;
            if (server == null) {
                listen().onFailure(link::tryFail);
            } else {
                use();
            }
        });
        return link.future();
    }

    private Future<Void> listen() {
        QuicServer made = node.server(RetryTokens.newKey()).connectHandler(this::arrived);
        server = made;
        return made.bind(NodeAddress.socketAddress(host, port))
                .<Void>map(address -> {
                    LOG.info("listening {} for the hub {}", new NodeAddress(node.id(), host, address.port()), hub);
                    return null;
                })
                .recover(error -> Future.failedFuture(new ConfigurationException(
                        "The spoke can't listen at quic://" + host + ":" + port + " (" + error.getMessage()
                                + "): choose another port, or 0 for a free one, and a host of this machine",
                        error)));
    }

    private void arrived(QuicConnection connection) {
        NodeConnection.of(connection).onSuccess(this::arrived).onFailure(Failures::logRefusal);
    }

    private void arrived(NodeConnection connection) {
        if (!connection.peer().equals(hub)) {
            connection.close(
                    CloseReason.UNAUTHORIZED,
                    "The node " + connection.peer() + " is not the hub that this spoke listens for");
            return;
        }
        NodeConnection before = latest;
        latest = connection;
        used = false;
        if (before != null) {
            before.lose(CloseReason.GOING_AWAY, "The hub has connected anew");
        }
        use();
    }

    private void use() {
        NodeConnection connection = latest;
        Promise<Link> waiter = waiting;
        if (waiter != null && connection != null && !used && connection.isOpen()) {
            used = true;
            waiting = null;
            QuicLink.open(connection, settings, connectTimeout).onComplete(waiter);
        }
    }

    @Override
    public Future<Void> close() {
        Context here = context;
        if (here == null) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        here.runOnContext(now -> {
            Promise<Link> waiter = waiting;
            if (waiter != null) {
                waiter.tryFail(new ClosedException("The spoke is closed"));
            }
            (server == null ? Future.<Void>succeededFuture() : server.shutdown(Duration.ZERO)).onComplete(closed);
        });
        return closed.future();
    }
}
