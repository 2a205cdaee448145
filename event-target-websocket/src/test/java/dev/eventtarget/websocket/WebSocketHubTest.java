package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub on a server of the test's. */
class WebSocketHubTest {
    private static final EventType<String> GREETING = EventType.of("greeting", String.class);
    private static final String SAME_ORIGIN = "Origin: http://hub.example";

    private final Vertx vertx = Vertx.vertx();
    private final TypedEventTarget target = EventTargets.open(vertx, "memory:" + hashCode());
    private Hub hub = Hub.create(vertx, target);

    @AfterEach
    void close() throws Exception {
        LinkTest.result(hub.close());
        LinkTest.result(vertx.close());
    }

    private int serve(WebSocketHub handler) throws Exception {
        HttpServer server = vertx.createHttpServer().requestHandler(handler);
        return LinkTest.result(server.listen(0, "localhost")).actualPort();
    }

    private int serve() throws Exception {
        return serve(WebSocketHub.handler(hub, "/events"));
    }

    private void onlyWithToken() {
        hub = Hub.create(
                vertx,
                target,
                HubOptions.defaults()
                        .authenticator(handshake -> "secret".equals(handshake.token())
                                ? Future.succeededFuture(Peer.named("shop"))
                                : Future.failedFuture(new UnauthorizedException("No such token"))));
    }

    /** Not with HTTP/2, to which the JDK's client would go over: now and then it then waits for ever for a longer answer. */
    private static HttpResponse<String> request(String method, int port, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(LinkTest.PATIENCE)
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(int port, String path, String... headers) throws Exception {
        return request("GET", port, path, headers);
    }

    private static HttpResponse<String> get(HttpClient.Version version, int port, String path) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(version).build();
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(LinkTest.PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void assertRefused(int status, String message, int port, String path, String... headers)
            throws Exception {
        try (RawWebSocket peer = new RawWebSocket(port, path, headers)) {
            assertEquals(status, peer.status());
            assertEquals(message + "\n", peer.body());
        }
    }

    private static void assertWelcome(int port, String... headers) throws Exception {
        try (RawWebSocket peer = new RawWebSocket(port, "/events", headers)) {
            assertEquals(101, peer.status());
            peer.text("{\"type\":\"$hello\",\"detail\":{\"version\":1}}");
            assertEquals("$welcome", new JsonObject(peer.read().text()).getString("type"));
        }
    }

    @Test
    void standsBesideOtherRoutes() throws Exception {
        WebSocketHub events = WebSocketHub.handler(hub, "/shop/events");
        HttpServer server = vertx.createHttpServer().requestHandler(request -> {
            if (events.serves(request)) {
                events.handle(request);
            } else {
                request.response().end("mine");
            }
        });
        int port = LinkTest.result(server.listen(0, "localhost")).actualPort();
        assertEquals("mine", get(port, "/").body());
        assertEquals("mine", get(port, "/events").body());
        assertEquals("mine", get(port, "/shop/other").body());
        assertEquals(200, get(port, "/shop/events/status").statusCode());

        TypedEventTarget spoke = EventTargets.open(vertx, "ws://localhost:" + port + "/shop/events");
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        LinkTest.result(spoke.addEventListener(GREETING, event -> heard.add(event.detail()))
                .ready());
        LinkTest.result(target.dispatchEvent(TypedEvent.of(GREETING, "hello")));
        LinkTest.eventually(() -> assertEquals(List.of("hello"), List.copyOf(heard)));
        LinkTest.result(spoke.close());
    }

    @Test
    void aClosingServerSendsSpokesElsewhere() throws Exception {
        HttpServer server = vertx.createHttpServer().requestHandler(WebSocketHub.handler(hub, "/events"));
        int port = LinkTest.result(server.listen(0, "localhost")).actualPort();
        try (RawWebSocket peer = new RawWebSocket(port, "/events")) {
            Future<Void> closed = server.close();
            RawWebSocket.Frame close = peer.read();
            assertEquals(1001, close.closeCode());
            assertEquals("going_away: The server closes", close.closeText());
            peer.send(RawWebSocket.CLOSE, true, close.payload());
            assertTrue(peer.ends());
            LinkTest.result(closed);
        }
    }

    @Test
    void whoSpeaksTheProtocolIsToldSo() throws Exception {
        int port = serve();
        try (RawWebSocket peer = new RawWebSocket(port, "/events", "Sec-WebSocket-Protocol: chat, eventtarget.v1")) {
            assertEquals(101, peer.status());
            assertEquals("eventtarget.v1", peer.header("Sec-WebSocket-Protocol"));
        }
        try (RawWebSocket peer = new RawWebSocket(port, "/events")) {
            assertEquals(101, peer.status());
            assertEquals(null, peer.header("Sec-WebSocket-Protocol"));
        }
        assertRefused(
                400,
                "The subprotocol is eventtarget.v1; or ask for none",
                port,
                "/events",
                "Sec-WebSocket-Protocol: chat, eventtarget.v2");
    }

    @Test
    void pagesOfTheSameHostAreLetIn() throws Exception {
        int port = serve();
        assertWelcome(port);
        assertWelcome(port, SAME_ORIGIN);
        assertWelcome(port, "Origin: https://HUB.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://shop.example",
                "http://hub.example:8080",
                "http://hub.example.evil.example",
                "http://evil.example/hub.example",
                "null",
                ""
            })
    void pagesOfOtherHostsAreNot(String origin) throws Exception {
        assertRefused(
                403,
                "Pages of " + origin + " are not let in: the hub's option 'origins' names those that are",
                serve(),
                "/events",
                "Origin: " + origin);
    }

    @Test
    void pagesOfOriginsThatAreNamedAreLetIn() throws Exception {
        int port = serve(
                WebSocketHub.handler(hub, "/events").origins(List.of("https://shop.example", "http://LOCALHOST:3000")));
        assertWelcome(port, "Origin: https://shop.example");
        assertWelcome(port, "Origin: http://localhost:3000");
        assertWelcome(port, SAME_ORIGIN);
        assertEquals(403, status(port, "Origin: http://shop.example"));
        assertEquals(403, status(port, "Origin: http://localhost:3001"));
        int open = serve(WebSocketHub.handler(hub, "/events").origins(List.of("*")));
        assertWelcome(open, "Origin: https://any.example");
        assertWelcome(open, "Origin: null");
    }

    private static int status(int port, String... headers) throws Exception {
        try (RawWebSocket peer = new RawWebSocket(port, "/events", headers)) {
            return peer.status();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "https://shop.example/", "https://shop.example/page", "", "https://"})
    void whatIsNoOriginIsRefused(String origin) {
        WebSocketHub handler = WebSocketHub.handler(hub, "/events");
        assertThrows(IllegalArgumentException.class, () -> handler.origins(List.of(origin)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "events", "/events/", "/<script>", "/a//b", "/a?b"})
    void whatIsNoPathIsRefused(String path) {
        assertThrows(IllegalArgumentException.class, () -> WebSocketHub.handler(hub, path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"token=secret", "a=1&token=secret", "access_token=secret", "Token=secret"})
    void aTokenInTheUrlIsRefused(String query) throws Exception {
        assertRefused(
                400,
                "A token in a URL ends up in logs: send it as Authorization: Bearer, or in $hello",
                serve(),
                "/events?" + query);
    }

    @Test
    void aTokenIsShownInTheHandshake() throws Exception {
        onlyWithToken();
        int port = serve();
        assertWelcome(port, "Authorization: Bearer secret");
        assertWelcome(port, "Authorization: bearer  secret");
        try (RawWebSocket peer = new RawWebSocket(port, "/events", "Authorization: Bearer wrong")) {
            assertEquals(101, peer.status());
            JsonObject error = new JsonObject(peer.read().text());
            assertEquals("$error", error.getString("type"));
            assertEquals("unauthorized", error.getJsonObject("detail").getString("reason"));
            assertEquals(1008, peer.read().closeCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic c2hvcDpzZWNyZXQ=", "Bearer", "Bearer ", "secret"})
    void otherThanABearerTokenIsRefused(String authorization) throws Exception {
        try (RawWebSocket peer = new RawWebSocket(serve(), "/events", "Authorization: " + authorization)) {
            assertEquals(401, peer.status());
            assertEquals("Bearer", peer.header("WWW-Authenticate"));
        }
    }

    @Test
    void whatIsNoHandshakeIsToldWhatToDo() throws Exception {
        int port = serve();
        HttpResponse<String> plain = get(HttpClient.Version.HTTP_1_1, port, "/events");
        assertEquals(426, plain.statusCode());
        assertEquals("websocket", plain.headers().firstValue("Upgrade").orElseThrow());
        HttpResponse<String> http2 = get(HttpClient.Version.HTTP_2, port, "/events");
        assertEquals(HttpClient.Version.HTTP_2, http2.version());
        assertEquals(426, http2.statusCode());
        assertEquals(Optional.empty(), http2.headers().firstValue("Upgrade"));
        assertEquals(405, request("POST", port, "/events").statusCode());
        assertEquals(404, get(port, "/other").statusCode());
        assertEquals(404, get(port, "/events/").statusCode());
        try (RawWebSocket peer = new RawWebSocket(port, "/events", "Sec-WebSocket-Version: 8")) {
            assertEquals(426, peer.status());
            assertEquals("13", peer.header("Sec-WebSocket-Version"));
        }
    }

    // ---- what stands beside

    @Test
    void framesThatAreInflatedWithoutABoundAreNotAgreedOn() throws Exception {
        int port = serve();
        assertEquals(400, status(port, "Sec-WebSocket-Extensions: x-webkit-deflate-frame"));
        assertEquals(101, status(port, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22ff22", // no UTF-8 at all
                "22c022", // a beginning without its end
                "22c0af22", // longer than need be
                "22eda08022", // half of a surrogate pair
                "22f490808022", // beyond the last character
                "7b22ff223a317d", // in a name
            })
    void aTextThatIsNoUtf8ReachesNobody(String detail) throws Exception {
        int port = serve();
        try (RawWebSocket listener = new RawWebSocket(port, "/events");
                RawWebSocket peer = new RawWebSocket(port, "/events")) {
            listener.text("{\"type\":\"$subscribe\",\"detail\":{\"types\":[\"greeting\"]}}");
            listener.send(RawWebSocket.PING, true, new byte[0]);
            assertEquals(RawWebSocket.PONG, listener.read().opcode());
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            text.writeBytes("{\"type\":\"greeting\",\"detail\":".getBytes(StandardCharsets.UTF_8));
            text.writeBytes(HexFormat.of().parseHex(detail));
            text.write('}');
            peer.send(RawWebSocket.TEXT, true, text.toByteArray());
            JsonObject error = new JsonObject(peer.read().text());
            assertEquals("malformed", error.getJsonObject("detail").getString("reason"));
            assertEquals(1007, peer.read().closeCode());
            LinkTest.result(target.dispatchEvent(TypedEvent.of(GREETING, "hello")));
            assertEquals("hello", new JsonObject(listener.read().text()).getString("detail"));
        }
    }

    @Test
    void statusTellsOfLinks() throws Exception {
        int port = serve();
        try (RawWebSocket peer = new RawWebSocket(port, "/events")) {
            peer.text("{\"type\":\"$subscribe\",\"detail\":{\"types\":[\"greeting\"]}}");
            peer.text("{\"type\":\"greeting\",\"detail\":\"hello\"}");
            assertEquals("hello", new JsonObject(peer.read().text()).getString("detail"));
            HttpResponse<String> response = get(port, "/events/status");
            assertEquals(
                    "application/json",
                    response.headers().firstValue("Content-Type").orElseThrow());
            JsonObject status = new JsonObject(response.body());
            assertEquals(1, status.getLong("published"));
            assertEquals(1, status.getJsonArray("links").size());
            JsonObject link = status.getJsonArray("links").getJsonObject(0);
            assertEquals("ws", link.getString("transport"));
            assertEquals(1, link.getInteger("subscriptions"));
            assertTrue(link.getString("remoteAddress").matches("127\\.0\\.0\\.1:\\d+"));
        }
    }

    @Test
    void statusNeedsTheTokenThatLinksNeed() throws Exception {
        onlyWithToken();
        int port = serve();
        assertEquals(
                200,
                get(port, "/events/status", "Authorization", "Bearer secret").statusCode());
        HttpResponse<String> refused = get(port, "/events/status", "Authorization", "Bearer wrong");
        assertEquals(401, refused.statusCode());
        assertEquals("No such token\n", refused.body());
        assertEquals("Bearer", refused.headers().firstValue("WWW-Authenticate").orElseThrow());
        assertEquals(401, get(port, "/events/status").statusCode());
    }

    @Test
    void whoAsksForTheStatusDoesNotFillTheLog() throws Exception {
        String mark = UUID.randomUUID().toString();
        hub = Hub.create(
                vertx,
                target,
                HubOptions.defaults().authenticator(handshake -> Future.failedFuture(new IllegalStateException(mark))));
        int port = serve();
        Queue<String> logged = new ConcurrentLinkedQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                String message = new SimpleFormatter().format(entry);
                if (entry.getLevel().intValue() >= Level.INFO.intValue() && message.contains(mark)) {
                    logged.add(message);
                }
            }

            @Override
            public void flush() {
                // it keeps what it gets
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        Logger.getLogger("").addHandler(handler);
        try {
            assertEquals(500, get(port, "/events/status").statusCode());
        } finally {
            Logger.getLogger("").removeHandler(handler);
        }
        assertEquals(List.of(), List.copyOf(logged));
    }

    @ParameterizedTest
    @CsvSource({"/, text/html", "/eventtarget.js, text/javascript", "/eventtarget.d.ts, text/plain"})
    void pageAndModuleAreServed(String path, String contentType) throws Exception {
        int port = serve();
        HttpResponse<String> response = get(port, path);
        assertEquals(200, response.statusCode());
        assertEquals(
                contentType + "; charset=utf-8",
                response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("no-cache", response.headers().firstValue("Cache-Control").orElseThrow());
        assertEquals(
                "nosniff",
                response.headers().firstValue("X-Content-Type-Options").orElseThrow());
        String policy = response.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"));
        assertFalse(policy.contains("unsafe"));
        assertFalse(response.body().contains("{{path}}"));
        HttpResponse<String> head = request("HEAD", port, path);
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
        assertEquals(
                response.headers().firstValue("Content-Length"), head.headers().firstValue("Content-Length"));
    }

    @Test
    void thePageSaysWhereTheHubIs() throws Exception {
        int port = serve(WebSocketHub.handler(hub, "/shop/live"));
        assertTrue(get(port, "/shop/").body().contains("\"/shop/live\""));
        assertEquals(404, get(port, "/").statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/WebFile.class", "/../WebFile.class", "/web/index.html", "/%2e%2e/x.js", "/no.js", "/.js", "/x"
            })
    void nothingElseIsServed(String path) throws Exception {
        assertEquals(404, get(serve(), path).statusCode());
    }

    @Test
    void pageAndStatusCanBeLeftOut() throws Exception {
        int port = serve(WebSocketHub.handler(hub, "/events").page(false));
        assertEquals(404, get(port, "/").statusCode());
        assertEquals(404, get(port, "/eventtarget.js").statusCode());
        assertEquals(404, get(port, "/events/status").statusCode());
        assertWelcome(port);
    }
}
