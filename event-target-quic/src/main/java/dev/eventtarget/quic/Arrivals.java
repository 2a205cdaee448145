package dev.eventtarget.quic;

import dev.eventtarget.link.Handshake;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.QuicConnection;
import io.vertx.core.net.QuicStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The connections of a hub's address: lets in who may come, and gives the hub the link of each. Thread-safe; a connection is
 * touched on its event loop.
 */
final class Arrivals {
    private final Hub hub;
    private final QuicLink.Settings settings;
    private final Predicate<NodeId> admits;
    private final Set<NodeConnection> connections = ConcurrentHashMap.newKeySet();

    /** Those whose peer has not opened its stream yet. */
    private final AtomicInteger silent = new AtomicInteger();

    Arrivals(Hub hub, QuicNode node, Predicate<NodeId> admits) {
        this.hub = hub;
        this.settings = node.settings(hub.options().maxMessage());
        this.admits = admits;
    }

    /** Takes a connection that has come about just now. */
    void take(QuicConnection connection) {
        NodeConnection.of(connection).onFailure(Failures::logRefusal).onSuccess(this::take);
    }

    /** {@return completes when the hub has a link of it; fails when there will be none} */
    Future<Void> take(NodeConnection connection) {
        Promise<Void> linked = Promise.promise();
        connection.ended().onComplete(ended -> linked.tryFail("The connection has ended"));
        if (!admits.test(connection.peer())) {
            turnAway(connection);
        } else if (connections.size() >= hub.options().maxLinks()
                || silent.get() >= hub.options().maxHandshakes()) {
            connection.close(CloseReason.OVERLOADED, "The hub has too many connections: come again later");
        } else {
            connections.add(connection);
            if (!admits.test(connection.peer())) {
                // since a moment ago
                turnAway(connection);
            }
            connection.ended().onComplete(ended -> connections.remove(connection));
            await(connection, linked);
        }
        return linked.future();
    }

    private void await(NodeConnection connection, Promise<Void> linked) {
        silent.incrementAndGet();
        long timer = connection
                .context()
                .setTimer(
                        hub.options().handshakeTimeout().toMillis(),
                        late -> connection.close(CloseReason.TIMEOUT, "No stream was opened in time"));
        Stream first = new Stream(connection, linked, timer);
        connection.streams(first::opened);
        connection.ended().onComplete(ended -> first.isThere());
    }

    /** A peer that may come no more is cut off. */
    void check() {
        for (NodeConnection connection : connections) {
            if (!admits.test(connection.peer())) {
                connection.context().runOnContext(now -> turnAway(connection));
            }
        }
    }

    private static void turnAway(NodeConnection connection) {
        connection.close(
                CloseReason.UNAUTHORIZED, "The node " + connection.peer() + " is not one that the hub lets in");
    }

    /** The first stream of a connection, which becomes the link. */
    private final class Stream {
        private final NodeConnection connection;
        private final Promise<Void> linked;
        private final long timer;
        private boolean there;

        Stream(NodeConnection connection, Promise<Void> linked, long timer) {
            this.connection = connection;
            this.linked = linked;
            this.timer = timer;
        }

        void opened(QuicStream stream) {
            if (!stream.isBidirectional()) {
                connection.close(CloseReason.PROTOCOL, "A link begins with a bidirectional stream");
                return;
            }
            isThere();
            QuicLink link = QuicLink.of(connection, stream, settings);
            hub.accept(
                    link,
                    new Handshake(
                            "quic",
                            connection.remoteAddress(),
                            null,
                            null,
                            connection.peer().toString()));
            linked.tryComplete();
        }

        /** {@return whether it was there before} */
        private boolean isThere() {
            if (there) {
                return true;
            }
            there = true;
            silent.decrementAndGet();
            connection.context().owner().cancelTimer(timer);
            return false;
        }
    }
}
