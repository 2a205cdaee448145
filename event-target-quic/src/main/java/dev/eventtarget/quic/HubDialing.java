package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.HubTransport.Listening;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A spoke that listens, and that a hub connects to: again and again, for as long as the hub is open. On an event loop. */
final class HubDialing implements Listening {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final long FIRST_DELAY = 50;
    private static final long LONGEST_DELAY = 5000;

    private final ContextInternal context;
    private final NodeAddress spoke;
    private final Duration connectTimeout;
    private final QuicNode node;
    private final Arrivals arrivals;
    private volatile boolean closed;
    private long delay = FIRST_DELAY;
    private boolean lost;

    /**
     * Of a spoke's address.
     *
     * @throws ConfigurationException if an option is not as it must be
     */
    HubDialing(Vertx vertx, Hub hub, EventTargetConfig config) {
        // a context of nobody, as the hub ends this
        context = ((VertxInternal) vertx).createEventLoopContext();
        spoke = spoke(config);
        connectTimeout = Options.connectTimeout(config);
        node = QuicNode.hub(vertx, config, hub.options().heartbeat());
        arrivals = new Arrivals(hub, node, spoke.node()::equals);
    }

    /** Looks whether a spoke's address is right, with its files. Blocks. */
    static void check(EventTargetConfig config) {
        var unused = List.of(spoke(config), Options.connectTimeout(config));
        QuicNode.check(config);
    }

    private static NodeAddress spoke(EventTargetConfig config) {
        return NodeAddress.of(config, "a spoke tells it as it begins to listen, and pubsub identity show does");
    }

    void begin() {
        context.runOnContext(now -> dial());
    }

    private void dial() {
        if (closed) {
            return;
        }
        node.connect(context, spoke, connectTimeout).onComplete(connected -> {
            if (connected.failed()) {
                again(String.valueOf(connected.cause().getMessage()));
            } else {
                taken(connected.result());
            }
        });
    }

    private void taken(NodeConnection connection) {
        long since = System.nanoTime();
        arrivals.take(connection).onSuccess(linked -> {
            if (lost) {
                lost = false;
                LOG.info("{}: connected again", spoke);
            }
        });
        connection.ended().onSuccess(ending -> {
            if (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) > LONGEST_DELAY) {
                delay = FIRST_DELAY;
            }
            again("The link to " + spoke + " is gone: "
                    + (ending.reason() == null ? "" : ending.reason().wireName() + ": ") + ending.message());
        });
    }

    private void again(String why) {
        if (closed) {
            return;
        }
        if (!lost) {
            lost = true;
            LOG.warn("Not connected, trying again: {}", why);
        }
        long now = delay;
        delay = Math.min(LONGEST_DELAY, 2 * delay);
        context.setTimer(now + ThreadLocalRandom.current().nextLong(1 + now / 4), timer -> dial());
    }

    @Override
    public String url() {
        return spoke.toString();
    }

    @Override
    public Future<Void> close() {
        closed = true;
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        return Future.succeededFuture();
    }
}
