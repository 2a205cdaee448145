package dev.eventtarget.websocket;

import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Handshake;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubStatus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a hub on one's own {@link io.vertx.core.http.HttpServer}, alone or beside other routes:
 *
 * <pre>{@code
 * WebSocketHub events = WebSocketHub.handler(hub, "/events");
 * server.requestHandler(request -> {
 *     if (events.serves(request)) {
 *         events.handle(request);
 *     } else {
 *         router.handle(request);
 *     }
 * });
 * }</pre>
 *
 * <p>Spokes connect to the path. Beside it are a page that shows what goes through the hub, and the client for browsers:
 * for {@code /events} they are {@code /} and {@code /eventtarget.js} ({@code /eventtarget.d.ts} has its types). {@code
 * /events/status} is what {@link Hub#status} says, as JSON, for who gives a token that the hub's authenticator accepts.
 *
 * <p>The server has to run on an event loop. Nothing has to be set in its options: limits of frames and messages are the
 * hub's. Messages are compressed for spokes that ask for it, unless {@link
 * io.vertx.core.http.HttpServerOptions#setPerMessageWebSocketCompressionSupported} forbids it. Close the hub before the
 * server: spokes are then said goodbye.
 *
 * <p>A browser is let in only if its page comes from the same host, or from one of {@link #origins}; programs that are no
 * browsers send no {@code Origin}. Immutable.
 */
public final class WebSocketHub implements Handler<HttpServerRequest> {
    /** What a WebSocket handshake calls the protocol. */
    static final String SUBPROTOCOL = "eventtarget.v1";

    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");
    private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/?#@,\\s]+");
    private static final Pattern TOKEN_IN_QUERY = Pattern.compile("(?i)(^|&)(access_)?token=.*");
    private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";
    private static final String BEARER = "Bearer ";

    private final Hub hub;
    private final String path;
    private final String directory;
    private final Set<String> origins;
    private final boolean page;
    private final Handler<ServerWebSocket> opened;

    private WebSocketHub(Hub hub, String path, Set<String> origins, boolean page, Handler<ServerWebSocket> opened) {
        this.hub = hub;
        this.path = path;
        this.directory = path.substring(0, path.lastIndexOf('/') + 1);
        this.origins = origins;
        this.page = page;
        this.opened = opened;
    }

    /**
     * Makes a handler that lets browsers in from the same host alone, and serves the page.
     *
     * @param hub takes the links
     * @param path where spokes connect to, such as {@code /events}
     * @return the handler
     * @throws IllegalArgumentException if the path is not made of a slash and {@code [A-Za-z0-9._~-]}, once or more
     */
    public static WebSocketHub handler(Hub hub, String path) {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("The path '" + path
                    + "' must be one such as /events, of letters, digits and ._~- behind each slash");
        }
        return new WebSocketHub(hub, path, Set.of(), true, socket -> {});
    }

    /**
     * Lets browsers in from pages of other hosts too.
     *
     * @param allowed origins such as {@code https://shop.example} or {@code http://localhost:3000}; {@code *} for all
     * @return a copy
     * @throws IllegalArgumentException if one is no origin
     */
    public WebSocketHub origins(Collection<String> allowed) {
        for (String origin : allowed) {
            if (!origin.equals("*")
                    && !ORIGIN.matcher(origin.toLowerCase(Locale.ROOT)).matches()) {
                throw new IllegalArgumentException("'" + origin
                        + "' is no origin: write scheme, host and perhaps port, such as https://shop.example, or *");
            }
        }
        Set<String> lower =
                allowed.stream().map(one -> one.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        return new WebSocketHub(hub, path, lower, page, opened);
    }

    /**
     * Whether to serve the page, the client for browsers and the status; otherwise links are all that is served.
     *
     * @param served whether
     * @return a copy
     */
    public WebSocketHub page(boolean served) {
        return new WebSocketHub(hub, path, origins, served, opened);
    }

    /** With something to do for each WebSocket before its link is the hub's. */
    WebSocketHub opened(Handler<ServerWebSocket> then) {
        return new WebSocketHub(hub, path, origins, page, then);
    }

    /**
     * Whether a request is for this handler. {@link #handle} answers those for which it is not with 404.
     *
     * @param request any request
     * @return whether its path is that of the links, or of something that stands beside it
     */
    public boolean serves(HttpServerRequest request) {
        String asked = request.path();
        return asked != null && (asked.equals(path) || page && (asked.equals(path + "/status") || file(asked) != null));
    }

    @Override
    public void handle(HttpServerRequest request) {
        String asked = request.path();
        if (asked == null || !serves(request)) {
            refuse(request, 404, "There is nothing here; spokes connect to " + path);
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            if (isHttp1(request)) {
                request.response().putHeader(HttpHeaders.CONNECTION, "close");
            }
            refuse(request, 405, "GET is what is possible here");
        } else if (asked.equals(path)) {
            upgrade(request);
        } else if (asked.equals(path + "/status")) {
            status(request);
        } else {
            WebFile file = file(asked);
            if (file != null) {
                file.send(request, path);
            }
        }
    }

    private @Nullable WebFile file(String asked) {
        return asked.startsWith(directory) ? WebFile.named(asked.substring(directory.length())) : null;
    }

    /** Later versions forbid the headers of a connection: RFC 9113, section 8.2.2. */
    private static boolean isHttp1(HttpServerRequest request) {
        return request.version().compareTo(HttpVersion.HTTP_2) < 0;
    }

    private static void refuse(HttpServerRequest request, int status, String message) {
        HttpServerResponse response = request.response().setStatusCode(status);
        answer(request, response, "text/plain; charset=utf-8", Buffer.buffer(message + "\n"));
    }

    static void answer(HttpServerRequest request, HttpServerResponse response, String contentType, Buffer body) {
        response.putHeader(
                        HttpHeaders.DATE,
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (request.method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(body);
        }
    }

    // ---- links

    private void upgrade(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        Context context = Vertx.currentContext();
        if (request.query() != null && TOKEN_IN_QUERY.matcher(request.query()).find()) {
            refuse(request, 400, "A token in a URL ends up in logs: send it as Authorization: Bearer, or in $hello");
        } else if (!request.headers().contains(HttpHeaders.UPGRADE, "websocket", true)) {
            if (isHttp1(request)) {
                response.putHeader(HttpHeaders.UPGRADE, "websocket").putHeader(HttpHeaders.CONNECTION, "Upgrade");
            }
            refuse(request, 426, "Spokes connect here with WebSocket over HTTP/1.1");
        } else if (!"13".equals(request.getHeader("Sec-WebSocket-Version"))) {
            response.putHeader("Sec-WebSocket-Version", "13");
            refuse(request, 426, "WebSocket version 13 is what is possible here");
        } else if (asksForFrameCompression(request)) {
            refuse(request, 400, "Of compressions, permessage-deflate is what is possible here");
        } else if (!isAllowed(request)) {
            refuse(
                    request,
                    403,
                    "Pages of " + request.getHeader(HttpHeaders.ORIGIN)
                            + " are not let in: the hub's option 'origins' names those that are");
        } else if (!speaksProtocol(request)) {
            refuse(request, 400, "The subprotocol is " + SUBPROTOCOL + "; or ask for none");
        } else if (!hasNoOrBearerToken(request)) {
            unauthorized(request, "The header Authorization must be: Bearer, a space, and a token");
        } else if (context == null || !context.isEventLoopContext()) {
            refuse(request, 500, "The server must run on an event loop");
        } else {
            if (request.headers().contains(PROTOCOL_HEADER)) {
                response.putHeader(PROTOCOL_HEADER, SUBPROTOCOL);
            }
            Handshake handshake = handshake(request);
            request.toWebSocket()
                    .onSuccess(socket -> {
                        WebSocketLink link = WebSocketLink.of(
                                socket, context, true, hub.options().maxMessage(), ended -> {});
                        opened.handle(socket);
                        hub.accept(link, handshake);
                    })
                    .onFailure(error -> LOG.debug("No handshake with {}: {}", handshake, error.getMessage()));
        }
    }

    /** An older kind, which Vert.x agrees on unless its options forbid it. */
    private static boolean asksForFrameCompression(HttpServerRequest request) {
        return request.headers().getAll("Sec-WebSocket-Extensions").stream()
                .anyMatch(line -> line.contains("deflate-frame"));
    }

    private boolean isAllowed(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null || origins.contains("*")) {
            return true;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        String host = request.getHeader(HttpHeaders.HOST);
        // a proxy may have taken TLS off: of the scheme nothing is known here
        return origins.contains(lower)
                || host != null && lower.replaceFirst("^https?://", "").equals(host.toLowerCase(Locale.ROOT));
    }

    private static boolean speaksProtocol(HttpServerRequest request) {
        Collection<String> offered = request.headers().getAll(PROTOCOL_HEADER);
        return offered.isEmpty()
                || offered.stream()
                        .flatMap(line -> Pattern.compile(",").splitAsStream(line))
                        .anyMatch(one -> one.strip().equals(SUBPROTOCOL));
    }

    private static boolean hasNoOrBearerToken(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization == null
                || authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                        && !authorization.substring(BEARER.length()).isBlank();
    }

    private static Handshake handshake(HttpServerRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return new Handshake(
                request.isSSL() ? "wss" : "ws",
                request.remoteAddress().hostAddress() + ":"
                        + request.remoteAddress().port(),
                request.getHeader(HttpHeaders.ORIGIN),
                authorization == null
                        ? null
                        : authorization.substring(BEARER.length()).strip(),
                identity(request));
    }

    /** The common name in the certificate that the client has shown, if it has. */
    private static @Nullable String identity(HttpServerRequest request) {
        if (!request.isSSL()) {
            return null;
        }
        try {
            X509Certificate certificate = (X509Certificate) request.sslSession().getPeerCertificates()[0];
            String subject = certificate.getSubjectX500Principal().getName();
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue().toString();
                }
            }
            return subject;
        } catch (SSLPeerUnverifiedException | InvalidNameException e) {
            return null;
        }
    }

    // ---- status

    private static void unauthorized(HttpServerRequest request, String message) {
        request.response().putHeader("WWW-Authenticate", "Bearer");
        refuse(request, 401, message);
    }

    private void status(HttpServerRequest request) {
        if (!hasNoOrBearerToken(request)) {
            unauthorized(request, "The header Authorization must be: Bearer, a space, and a token");
            return;
        }
        Future.succeededFuture()
                .compose(any -> hub.options().authenticator().authenticate(handshake(request)))
                .onSuccess(peer -> answer(
                        request,
                        request.response(),
                        "application/json",
                        json(hub.status()).toBuffer()))
                .onFailure(error -> {
                    if (error instanceof UnauthorizedException) {
                        unauthorized(request, String.valueOf(error.getMessage()));
                    } else {
                        // of links the hub says it, once: requests come as often as somebody wants
                        LOG.debug("The hub's authenticator fails", error);
                        refuse(request, 500, "It can't be found out who you are");
                    }
                });
    }

    private static JsonObject json(HubStatus status) {
        JsonArray links = new JsonArray();
        for (HubStatus.LinkStatus link : status.links()) {
            links.add(new JsonObject()
                    .put("peer", link.peer())
                    .put("transport", link.transport())
                    .put("remoteAddress", link.remoteAddress())
                    .put("since", link.since().toString())
                    .put("subscriptions", link.subscriptions())
                    .put("published", link.published())
                    .put("delivered", link.delivered())
                    .put("queued", link.queued()));
        }
        return new JsonObject()
                .put("links", links)
                .put("sessions", status.sessions())
                .put("opened", status.opened())
                .put("resumed", status.resumed())
                .put("published", status.published())
                .put("delivered", status.delivered())
                .put("dropped", status.dropped())
                .put("duplicates", status.duplicates())
                .put("refused", status.refused())
                .put("slow", status.slow());
    }
}
