package dev.eventtarget.websocket;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.spi.HubTransport;
import dev.eventtarget.spi.EventTargetConfig;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.net.BindException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Lets a hub listen at {@code ws://…} and {@code wss://…}. */
public final class WebSocketHubTransport implements HubTransport {
    private static final int IDLE_SECONDS = 60;

    /** Servers with one number share whatever port they get; each address has its own. */
    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    /** By Vertx, where its hubs listen: Vert.x would have servers at one address share the connections. */
    private static final Map<Vertx, Set<String>> TAKEN = Collections.synchronizedMap(new WeakHashMap<>());

    /** Called by the service loader. */
    public WebSocketHubTransport() {}

    @Override
    public Set<String> schemes() {
        return Set.of("ws", "wss");
    }

    @Override
    public Map<String, String> options() {
        return Map.ofEntries(
                Map.entry("host", "the address to listen at; 127.0.0.1 by default, 0.0.0.0 for all of the machine's"),
                Map.entry("port", "the port; 0 for a free one; by default 80, for wss 443"),
                Map.entry("path", "where spokes connect to; /events by default"),
                Map.entry("certFile", "PEM file with the certificate and those above it, for wss"),
                Map.entry("keyFile", "PEM file with the certificate's private key, for wss"),
                Map.entry("keyStore", "PKCS#12 file with both, in place of certFile and keyFile"),
                Map.entry("keyStorePassword", "the password of keyStore"),
                Map.entry(
                        "caFile", "PEM file with those who may certify clients: a client must then show a certificate"),
                Map.entry(
                        "origins",
                        "the origins of pages that may connect, such as https://shop.example, with commas between; * for"
                                + " all; by default pages of the same host"),
                Map.entry(
                        "page",
                        "whether to serve a page that shows the events, and the client for browsers; true by default"),
                Map.entry("compression", "whether messages may be compressed; false by default"),
                Map.entry("instances", "how many event loops share the links; by default one for each processor"));
    }

    @Override
    public Future<Void> check(Vertx vertx, Hub hub, EventTargetConfig config) {
        try {
            return new Address(vertx, hub, config).certificates().mapEmpty();
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new ConfigurationException(String.valueOf(e.getMessage()), e));
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<Listening> listen(Vertx vertx, Hub hub, EventTargetConfig config) {
        try {
            Address address = new Address(vertx, hub, config);
            return address.listen().map(address);
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new ConfigurationException(String.valueOf(e.getMessage()), e));
        } catch (ConfigurationException e) {
            return Future.failedFuture(e);
        }
    }

    private static final class Address implements Listening {
        private static final long END_SECONDS = 3;

        private final Vertx vertx;
        private final Hub hub;
        private final EventTargetConfig config;
        private final HttpServerOptions options;
        private final SocketAddress local;
        private final WebSocketHub handler;
        private final String scheme;
        private final String host;
        private final int port;
        private final String path;
        private final int count;
        private final List<Instance> instances = new CopyOnWriteArrayList<>();
        private String deployment = "";
        private Future<Void> ended = Future.succeededFuture();

        Address(Vertx vertx, Hub hub, EventTargetConfig config) {
            this.vertx = vertx;
            this.hub = hub;
            this.config = config;
            scheme = config.transport();
            boolean tls = isTls();
            ServerCertificates.check(config);
            host = config.string("host", "127.0.0.1");
            port = config.integer("port", tls ? 443 : 80, 0, 65_535);
            path = config.string("path", "/events");
            int processors = Runtime.getRuntime().availableProcessors();
            count = config.integer("instances", processors, 1, 1024);
            String origins = config.string("origins", "");
            handler = WebSocketHub.handler(hub, path)
                    .origins(Arrays.stream(origins.split(","))
                            .map(String::strip)
                            .filter(one -> !one.isEmpty())
                            .toList())
                    .page(config.bool("page", true));
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            local = port == 0
                    ? SocketAddress.sharedRandomPort(FREE_PORTS.incrementAndGet(), bare)
                    : SocketAddress.inetSocketAddress(port, bare);
            options = new HttpServerOptions()
                    // else a connection is none for Vert.x before its first bytes have shown whether it is HTTP/2
                    .setHttp2ClearTextEnabled(false)
                    .setIdleTimeout(IDLE_SECONDS)
                    .setPerMessageWebSocketCompressionSupported(config.bool("compression", false))
                    .setPerFrameWebSocketCompressionSupported(false)
                    .setSsl(tls);
            options.setSslHandshakeTimeout(hub.options().handshakeTimeout().toMillis())
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        }

        private boolean isTls() {
            return config.transport().equals("wss");
        }

        /** As the files are now; completes with nothing where there is no TLS. */
        private Future<@Nullable ServerCertificates> certificates() {
            return isTls()
                    ? vertx.executeBlocking(() -> ServerCertificates.read(vertx, config), false)
                    : Future.succeededFuture();
        }

        private void show(ServerCertificates certificates) {
            options.setKeyCertOptions(certificates.shown());
            if (certificates.trusted() != null) {
                options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(certificates.trusted());
            }
        }

        @Override
        public Future<Void> reload() {
            return certificates().compose(read -> {
                if (read == null) {
                    return Future.succeededFuture();
                }
                ServerSSLOptions changed = options.getSslOptions().copy().setKeyCertOptions(read.shown());
                if (read.trusted() != null) {
                    changed.setTrustOptions(read.trusted());
                }
                return Future.all(
                                instances.stream().map(one -> one.show(changed)).toList())
                        .mapEmpty();
            });
        }

        /** {@return whether it was free, and is taken now} */
        private boolean take() {
            return port == 0
                    || TAKEN.computeIfAbsent(vertx, any -> ConcurrentHashMap.newKeySet())
                            .add(local.toString());
        }

        private void giveBack() {
            Set<String> taken = TAKEN.get(vertx);
            if (taken != null) {
                taken.remove(local.toString());
            }
        }

        Future<Void> listen() {
            if (!take()) {
                return Future.failedFuture(failure(new BindException("a hub listens there already")));
            }
            return certificates()
                    .compose(read -> {
                        if (read != null) {
                            show(read);
                        }
                        return deploy();
                    })
                    .<Void>map(id -> {
                        deployment = id;
                        return null;
                    })
                    .onFailure(error -> giveBack())
                    .recover(error -> Future.failedFuture(failure(error)));
        }

        /** On a context of nobody: a hub that a verticle has made closes when it is told to, and not before the verticle's stop. */
        private Future<String> deploy() {
            Promise<String> deployed = Promise.promise();
            ((VertxInternal) vertx)
                    .createEventLoopContext()
                    .runOnContext(now -> vertx.deployVerticle(
                                    () -> {
                                        Instance instance = new Instance(hub, options, local, handler);
                                        instances.add(instance);
                                        return instance;
                                    },
                                    new DeploymentOptions().setInstances(count))
                            .onComplete(deployed));
            return deployed.future();
        }

        private ConfigurationException failure(Throwable error) {
            String option = error instanceof ConfigurationException known ? known.option() : "";
            String advice = error instanceof BindException
                    ? ": choose another port, or 0 for a free one, and a host of this machine"
                    : "";
            return new ConfigurationException(
                    option,
                    "The hub can't listen at " + scheme + "://" + host + ":" + port + " (" + error.getMessage() + ")"
                            + advice,
                    error);
        }

        @Override
        public String url() {
            return scheme + "://" + host + ":" + instances.get(0).port() + path;
        }

        @Override
        public Future<Void> close() {
            // the hub closes the links itself, in its own time
            Duration grace = hub.options().closeTimeout().multipliedBy(2);
            List<Future<Void>> shutdowns =
                    instances.stream().map(one -> one.shutdown(grace)).toList();
            ended = Future.join(shutdowns)
                    .<Void>mapEmpty()
                    .eventually(() -> {
                        giveBack();
                        return vertx.undeploy(deployment);
                    })
                    .otherwiseEmpty();
            return Future.join(instances.stream().map(Instance::unbound).toList())
                    .timeout(1, TimeUnit.SECONDS)
                    .otherwiseEmpty()
                    .mapEmpty();
        }

        @Override
        public Future<Void> end() {
            // a connection that has never become a link is not waited for
            return ended.timeout(END_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
        }
    }

    /** One event loop's share of the connections. */
    private static final class Instance extends VerticleBase {
        private final Hub hub;
        private final HttpServerOptions options;
        private final SocketAddress local;
        private final WebSocketHub handler;
        private final Map<HttpConnection, Long> silent = new HashMap<>();
        private final Promise<Void> unbound = Promise.promise();
        private @Nullable HttpServer server;

        /** What comes now would hold up the closing of the server. */
        private boolean stopping;

        Instance(Hub hub, HttpServerOptions options, SocketAddress local, WebSocketHub handler) {
            this.hub = hub;
            this.options = options;
            this.local = local;
            this.handler = handler.opened(this::opened);
        }

        @Override
        public Future<?> start() {
            server = vertx.createHttpServer(options)
                    .connectionHandler(this::connected)
                    .requestHandler(this::requested)
                    .exceptionHandler(error -> {});
            return server.listen(local);
        }

        @Override
        public Future<?> stop() {
            stopping = true;
            return Future.succeededFuture();
        }

        private void connected(HttpConnection connection) {
            if (stopping) {
                connection.close();
                return;
            }
            long most = hub.options().handshakeTimeout().toMillis();
            silent.put(connection, vertx.setTimer(most, id -> connection.close()));
            connection.closeHandler(closed -> heard(connection));
        }

        private void heard(HttpConnection connection) {
            Long timer = silent.remove(connection);
            if (timer != null) {
                vertx.cancelTimer(timer);
            }
        }

        private void requested(HttpServerRequest request) {
            heard(request.connection());
            if (stopping) {
                request.connection().close();
                return;
            }
            handler.handle(request);
        }

        private void opened(ServerWebSocket socket) {
            if (stopping) {
                socket.close();
                return;
            }
            ChannelPipeline pipeline =
                    ((WebSocketInternal) socket).channelHandlerContext().pipeline();
            // links have heartbeats of their own
            if (pipeline.get("idle") != null) {
                pipeline.remove("idle");
            }
            // with a handler, Vert.x leaves it open when the server shuts down
            socket.shutdownHandler(begun -> unbound.tryComplete());
        }

        Future<Boolean> show(ServerSSLOptions changed) {
            return server == null ? Future.succeededFuture(false) : server.updateSSLOptions(changed);
        }

        int port() {
            return server == null ? 0 : server.actualPort();
        }

        Future<Void> shutdown(Duration grace) {
            return (server == null ? Future.<Void>succeededFuture() : server.shutdown(grace))
                    .onComplete(done -> unbound.tryComplete());
        }

        Future<Void> unbound() {
            return unbound.future();
        }
    }
}
