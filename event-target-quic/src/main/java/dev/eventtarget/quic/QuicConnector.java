package dev.eventtarget.quic;

import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;

/** Opens links to a hub at {@code quic://NODEID@host:port}. */
final class QuicConnector implements Connector {
    static final String WHERE_TO_FIND_IT =
            "a hub prints its own as it begins to listen, and pubsub identity show tells it";

    private final QuicNode node;
    private final NodeAddress hub;
    private final Duration connectTimeout;
    private final QuicLink.Settings settings;

    QuicConnector(Vertx vertx, EventTargetConfig config) {
        hub = NodeAddress.of(config, WHERE_TO_FIND_IT);
        connectTimeout = Options.connectTimeout(config);
        node = QuicNode.spoke(vertx, config);
        settings = node.settings(Options.maxMessage(config));
    }

    /** {@return the hub, for logs and errors} */
    String address() {
        return hub.toString();
    }

    @Override
    public Future<Link> connect(Context context) {
        return node.connect((ContextInternal) context, hub, connectTimeout)
                .compose(connection -> QuicLink.open(connection, settings, connectTimeout));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
