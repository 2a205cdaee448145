package dev.eventtarget.websocket;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.core.Unowned;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.spi.EventTargetConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.http.ClientWebSocketInternal;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens links to a hub at {@code ws://…} or {@code wss://…}. */
final class WebSocketConnector implements Connector {
    private static final int MOST_MESSAGE = 64 << 20;
    private static final int MOST_REASON = 200;

    private final Vertx vertx;
    private final String address;
    private final boolean tls;
    private final List<HostAndPort> hubs;
    private final String path;
    private final @Nullable String token;
    private final @Nullable String tokenFile;
    private final long connectTimeout;
    private final int maxMessage;
    private final WebSocketClient client;

    /** The hub to try next: another one only where this one does not take links, as it keeps the session. */
    private final AtomicInteger next;

    WebSocketConnector(Vertx vertx, EventTargetConfig config) {
        this.vertx = vertx;
        tls = config.transport().equals("wss");
        hubs = hubs(config, tls ? 443 : 80);
        next = new AtomicInteger(ThreadLocalRandom.current().nextInt(hubs.size()));
        path = config.string("path", "/events");
        address = config.transport() + "://"
                + hubs.stream().map(HostAndPort::toString).collect(Collectors.joining(",")) + path;
        token = config.string("token");
        tokenFile = config.string("tokenFile");
        if (token != null && tokenFile != null) {
            throw new ConfigurationException("Of the options token and tokenFile only one may be set");
        }
        connectTimeout =
                config.duration("connectTimeout", Duration.ofSeconds(5)).toMillis();
        if (connectTimeout < 1 || connectTimeout > Integer.MAX_VALUE) {
            throw new ConfigurationException("The option connectTimeout must be from 1ms to 24d");
        }
        maxMessage = config.integer("maxMessage", MOST_MESSAGE, 1024, MOST_MESSAGE);
        client = Unowned.make(vertx, () -> vertx.createWebSocketClient(options(config)));
    }

    /** As {@code host} and {@code port}, or as {@code host:port,host:port}. */
    private static List<HostAndPort> hubs(EventTargetConfig config, int usualPort) {
        int port = config.integer("port", usualPort, 1, 65_535);
        List<HostAndPort> hubs = new ArrayList<>();
        for (String one : config.string("host", "localhost").split(",", -1)) {
            HostAndPort hub = HostAndPort.parseAuthority(one.strip(), port);
            if (hub == null || hub.host().isEmpty() || hub.port() < 1) {
                throw new ConfigurationException("The option host=" + config.string("host")
                        + " must be a host, or several as host:port,host:port");
            }
            hubs.add(hub);
        }
        return List.copyOf(hubs);
    }

    private WebSocketClientOptions options(EventTargetConfig config) {
        WebSocketClientOptions options = new WebSocketClientOptions()
                .setConnectTimeout((int) connectTimeout)
                .setTryUsePerMessageCompression(config.bool("compression", false))
                .setSsl(tls);
        String caFile = config.string("caFile");
        String certFile = config.string("certFile");
        String keyFile = config.string("keyFile");
        boolean verifyHost = config.bool("verifyHost", true);
        if ((certFile == null) != (keyFile == null)) {
            throw new ConfigurationException("The options certFile and keyFile belong together");
        }
        if (!tls && (caFile != null || certFile != null || config.string("verifyHost") != null)) {
            throw new ConfigurationException("The options caFile, verifyHost, certFile and keyFile are for wss:");
        }
        options.setVerifyHost(verifyHost);
        if (caFile != null) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(caFile));
        }
        if (certFile != null) {
            options.setKeyCertOptions(
                    new PemKeyCertOptions().setCertPath(certFile).setKeyPath(keyFile));
        }
        return options;
    }

    /** {@return the hub, for logs and errors} */
    String address() {
        return address;
    }

    @Override
    public Future<Link> connect(Context context) {
        HostAndPort hub = hubs.get(Math.floorMod(next.get(), hubs.size()));
        String host =
                hub.host().startsWith("[") ? hub.host().substring(1, hub.host().length() - 1) : hub.host();
        return token().compose(shown -> {
                    WebSocketConnectOptions options = new WebSocketConnectOptions()
                            .setHost(host)
                            .setPort(hub.port())
                            .setSsl(tls)
                            .setURI(path)
                            .setTimeout(connectTimeout)
                            .setSubProtocols(List.of(WebSocketHub.SUBPROTOCOL))
                            .setAllowOriginHeader(false);
                    if (shown != null) {
                        options.addHeader(HttpHeaders.AUTHORIZATION, "Bearer " + shown);
                    }
                    return ((ClientWebSocketInternal) client.webSocket()).connect(context, options);
                })
                .<Link>map(socket -> WebSocketLink.of(socket, context, false, maxMessage, this::ended))
                .onFailure(error -> next.incrementAndGet())
                .recover(error -> Future.failedFuture(failure(error, (tls ? "wss://" : "ws://") + hub + path)));
    }

    private void ended(@Nullable CloseReason reason) {
        if (reason == CloseReason.GOING_AWAY || reason == CloseReason.OVERLOADED) {
            next.incrementAndGet();
        }
    }

    private Future<@Nullable String> token() {
        if (tokenFile == null) {
            return Future.succeededFuture(token);
        }
        return vertx.fileSystem()
                .readFile(tokenFile)
                .map(content -> content.toString().strip())
                .recover(error -> Future.failedFuture(new ConfigurationException(
                        "The token for " + address + " can't be read: " + error.getMessage(), error)));
    }

    private EventTargetException failure(Throwable error, String address) {
        EventTargetException known = explain(error, address);
        // of several hubs another one may be as it should
        return known instanceof ConfigurationException && hubs.size() > 1
                ? new NotConnectedException(String.valueOf(known.getMessage()), known)
                : known;
    }

    private static EventTargetException explain(Throwable error, String address) {
        if (error instanceof EventTargetException known) {
            return known;
        }
        if (error instanceof UpgradeRejectedException rejected) {
            return rejected(rejected, address);
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return new ConfigurationException(
                        "The certificate of " + address + " is not trusted (" + cause.getMessage()
                                + "): set caFile, or for a certificate with another name verifyHost=false",
                        error);
            }
            if (cause instanceof NotSslRecordException) {
                return new ConfigurationException(address + " does not speak TLS: begin it with ws:", error);
            }
            if (cause instanceof WebSocketClientHandshakeException) {
                return new ConfigurationException(
                        "There is no hub at " + address + " (" + cause.getMessage() + "): check host, port and path",
                        error);
            }
        }
        return new NotConnectedException("No connection to " + address + ": " + error.getMessage(), error);
    }

    private static EventTargetException rejected(UpgradeRejectedException error, String address) {
        int status = error.getStatus();
        String body = error.getBody() == null ? "" : error.getBody().toString().strip();
        String said = body.isEmpty() || body.startsWith("<")
                ? ""
                : ": " + body.substring(0, Math.min(body.length(), MOST_REASON));
        if (status == 401 || status == 403) {
            return new UnauthorizedException(address + " refuses with HTTP " + status + said, error);
        }
        if (status == 408 || status == 429 || status >= 500) {
            return new NotConnectedException(address + " is not ready, HTTP " + status + said, error);
        }
        return new ConfigurationException(
                "There is no hub at " + address + ", HTTP " + status + said + ": check host, port and path", error);
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }
}
