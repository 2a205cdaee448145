package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.HubTransport.Listening;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.QuicServer;
import io.vertx.core.net.SocketAddress;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A hub's address: nodes connect to it. */
final class HubListening implements Listening {
    private final VertxInternal vertx;
    private final String host;
    private final int askedPort;
    private final QuicNode node;
    private final NodeLists lists;
    private final Arrivals arrivals;
    private final QuicServer server;
    private int port;

    private HubListening(Vertx vertx, Hub hub, EventTargetConfig config) {
        this.vertx = (VertxInternal) vertx;
        host = host(config);
        askedPort = port(config);
        Path allow = allow(config);
        node = QuicNode.hub(vertx, config, hub.options().heartbeat());
        lists = NodeLists.open(vertx, allow, Options.file(config, "deny"));
        arrivals = new Arrivals(hub, node, lists::admits);
        lists.onChange(arrivals::check);
        server = node.server(RetryTokens.newKey()).connectHandler(arrivals::take);
    }

    /** {@return listens; fails with {@link ConfigurationException}} */
    static Future<Listening> open(Vertx vertx, Hub hub, EventTargetConfig config) {
        // reads files
        return vertx.executeBlocking(() -> new HubListening(vertx, hub, config), false)
                .compose(HubListening::listen);
    }

    /** Looks whether an address is right, with its files. Blocks. */
    static void check(Vertx vertx, EventTargetConfig config) {
        int unused = port(config);
        Path allow = allow(config);
        QuicNode.check(config);
        NodeLists.open(vertx, allow, Options.file(config, "deny")).close();
    }

    private static String host(EventTargetConfig config) {
        return config.string("host", "127.0.0.1");
    }

    private static int port(EventTargetConfig config) {
        return config.integer("port", NodeAddress.USUAL_PORT, 0, 65_535);
    }

    private static @Nullable Path allow(EventTargetConfig config) {
        Path allow = Options.file(config, "allow");
        boolean allowAny = config.bool("allowAny", false);
        if (allow != null && allowAny) {
            throw new ConfigurationException("allowAny", "Of the options allow and allowAny only one may be set");
        }
        String host = host(config);
        if (allow == null && !allowAny && !isLoopback(host)) {
            throw new ConfigurationException("A hub that others than this machine can reach, at " + host
                    + ", must be told who may come: set allow to a file with a NodeId a line, or allowAny=true for"
                    + " every node that proves who it is");
        }
        return allow;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private Future<Listening> listen() {
        // on a context of nobody: a hub that a verticle has made closes when it is told to, and not before the
        // verticle's stop
        ContextInternal context = vertx.createEventLoopContext();
        Promise<SocketAddress> bound = Promise.promise();
        context.runOnContext(
                now -> server.bind(NodeAddress.socketAddress(host, askedPort)).onComplete(bound));
        return bound.future()
                .<Listening>map(address -> {
                    port = address.port();
                    return this;
                })
                .onFailure(error -> lists.close())
                .recover(error -> Future.failedFuture(failure(error)));
    }

    private ConfigurationException failure(Throwable error) {
        String advice = error instanceof BindException
                ? ": choose another port, or 0 for a free one, and a host of this machine"
                : "";
        return new ConfigurationException(
                "The hub can't listen at quic://" + host + ":" + askedPort + " (" + error.getMessage() + ")" + advice,
                error);
    }

    @Override
    public String url() {
        return new NodeAddress(node.id(), host, port).toString();
    }

    /** The hub turns new links away by itself. All share one socket, which goes with the last. */
    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        lists.close();
        return server.shutdown(Duration.ZERO);
    }
}
