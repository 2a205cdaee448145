package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.Authenticator;
import dev.eventtarget.link.Authorizer;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Peer;
import dev.eventtarget.link.SlowSpokePolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the tests of the JavaScript client in Node.js. They make hubs of this process over HTTP, and have their links cut.
 */
class NodeClientTest {
    private static final Path TESTS = Path.of("src", "test", "js");
    private static final Path CLIENT = Path.of("src", "main", "js");

    private static Vertx vertx;
    private static HttpServer control;
    private static final Map<String, HubBehindProxy> hubs = new ConcurrentHashMap<>();
    private static final AtomicInteger lastHub = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        control = vertx.createHttpServer()
                .requestHandler(request -> request.body()
                        .compose(body -> answer(request, body.length() == 0 ? new JsonObject() : body.toJsonObject()))
                        .onSuccess(answer -> request.response().end(Json.encode(answer)))
                        .onFailure(
                                error -> request.response().setStatusCode(500).end(error.toString())))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    static Stream<Path> tests() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".test.js")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("tests")
    void passesInNode(Path file) throws Exception {
        List<String> command = new ArrayList<>(Programs.node());
        command.addAll(List.of("--test", "--test-reporter=spec", "--test-timeout=300000", file.toString()));
        Programs.Outcome outcome = Programs.run(
                Path.of("."),
                Map.of("CONTROL_URL", "http://127.0.0.1:" + control.actualPort()),
                Duration.ofMinutes(8),
                command);
        System.out.println(outcome.output());
        assertEquals(0, outcome.status(), outcome.output());
    }

    @Test
    void packageHasWhatIsNeededAndNoMore() throws Exception {
        Programs.Outcome outcome = Programs.run(
                CLIENT,
                Map.of(),
                Duration.ofMinutes(3),
                List.of(Programs.npm(), "pack", "--dry-run", "--json", "--offline"));
        assertEquals(0, outcome.status(), outcome.output());
        JsonObject packed = new JsonArray(outcome.out()).getJsonObject(0);
        List<String> files = packed.getJsonArray("files").stream()
                .map(file -> ((JsonObject) file).getString("path"))
                .sorted()
                .toList();
        assertEquals(List.of("README.md", "eventtarget.d.ts", "eventtarget.js", "package.json"), files);
        String pom = Files.readString(Path.of("pom.xml"));
        assertTrue(pom.contains("<version>" + packed.getString("version") + "</version>"), packed.getString("version"));
    }

    // The control: POST /hubs makes a hub; POST /hubs/<id>/<what> does something to it.

    private static Future<Object> answer(HttpServerRequest request, JsonObject body) {
        String[] path = request.path().split("/");
        if (request.method() != HttpMethod.POST || path.length < 2) {
            return Future.failedFuture("There is nothing at " + request.path());
        }
        if (path.length == 2) {
            String id = String.valueOf(lastHub.incrementAndGet());
            String target = "memory:?name=hub" + id + body.getString("memory", "");
            return HubBehindProxy.start(vertx, target, options(body)).map(hub -> {
                hubs.put(id, hub);
                return new JsonObject().put("id", id).put("url", hub.url());
            });
        }
        HubBehindProxy hub = hubs.get(path[2]);
        return switch (path[3]) {
            case "cut" -> done(hub::cut);
            case "refuse" -> done(() -> hub.refuse(body.getBoolean("value")));
            case "silence" -> done(() -> hub.silence(body.getBoolean("value")));
            case "replace" -> hub.replace().mapEmpty();
            case "restart" -> hub.restart().mapEmpty();
            case "dispatch" -> dispatch(hub, body).mapEmpty();
            case "heard" ->
                Future.succeededFuture(new JsonArray(hub.heard().stream()
                        .map(event -> new JsonObject()
                                .put("type", event.type().topic())
                                .put("detail", event.detail())
                                .put("id", event.id())
                                .put("headers", new JsonObject(Map.copyOf(event.headers()))))
                        .toList()));
            case "status" ->
                Future.succeededFuture(JsonObject.of(
                        "links", hub.hub().status().links().size(),
                        "sessions", hub.hub().status().sessions(),
                        "subscriptions",
                                hub.hub().status().links().stream()
                                        .mapToInt(link -> link.subscriptions())
                                        .sum()));
            default -> Future.failedFuture("There is nothing at " + request.path());
        };
    }

    private static Future<Object> done(Runnable action) {
        action.run();
        return Future.succeededFuture();
    }

    private static Future<Void> dispatch(HubBehindProxy hub, JsonObject body) {
        EventType<Object> type = EventType.of(body.getString("type"), Object.class);
        Future<Void> last = Future.succeededFuture();
        for (Object detail : body.getJsonArray("details")) {
            TypedEvent<Object> event = TypedEvent.of(type, detail);
            if (body.containsKey("id")) {
                event = event.withId(body.getString("id"));
            }
            for (Map.Entry<String, Object> header : body.getJsonObject("headers", new JsonObject())) {
                event = event.withHeader(header.getKey(), (String) header.getValue());
            }
            last = hub.target().dispatchEvent(event);
        }
        return last;
    }

    private static HubOptions options(JsonObject body) {
        HubOptions options = HubOptions.defaults();
        if (body.containsKey("token")) {
            options = options.authenticator(token(body.getString("token")));
        }
        if (body.containsKey("forbidden")) {
            options = options.authorizer(forbidding(body.getString("forbidden")));
        }
        if (body.containsKey("heartbeat")) {
            options = options.heartbeat(Duration.ofMillis(body.getInteger("heartbeat")));
        }
        if (body.containsKey("queued")) {
            options = options.maxQueued(body.getInteger("queued"), 32 << 20).slowSpokes(SlowSpokePolicy.DROP_OLDEST);
        }
        if (body.containsKey("maxMessage")) {
            options = options.maxMessage(body.getInteger("maxMessage"));
        }
        return options;
    }

    private static Authenticator token(String token) {
        return handshake -> token.equals(handshake.token())
                ? Future.succeededFuture(Peer.named("tester"))
                : Future.failedFuture(new UnauthorizedException("This hub asks for another token"));
    }

    private static Authorizer forbidding(String topic) {
        return new Authorizer() {
            @Override
            public boolean mayPublish(Peer peer, EventType<?> type) {
                return !type.topic().equals(topic);
            }

            @Override
            public boolean maySubscribe(Peer peer, EventType<?> type) {
                return !type.topic().equals(topic);
            }
        };
    }
}
