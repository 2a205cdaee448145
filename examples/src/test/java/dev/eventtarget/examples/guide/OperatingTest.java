package dev.eventtarget.examples.guide;

import static dev.eventtarget.examples.guide.GettingStartedTest.PLACED;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.Health;
import dev.eventtarget.PubSub;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperatingTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().await(40, SECONDS);
    }

    // snippet: operating-probe
    /** For a readiness probe: 200 while events are accepted, even where they wait; 503 with the reason otherwise. */
    static Future<HttpServer> serveReadiness(Vertx vertx, TypedEventTarget target) {
        return vertx.createHttpServer()
                .requestHandler(request -> target.status().onSuccess(status -> {
                    Health health = status.health();
                    request.response()
                            .setStatusCode(health.state() == Health.State.DOWN ? 503 : 200)
                            .end(health.state() + " " + health.reason());
                }))
                .listen(0, "127.0.0.1");
    }
    // end

    @Test
    void aProbeSaysHowATargetIs() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        HttpServer server = serveReadiness(vertx, target).await(20, SECONDS);
        assertEquals("200 UP ", ask(server));
        target.close().await(20, SECONDS);
        assertTrue(ask(server).startsWith("503 DOWN "), ask(server));
    }

    @Test
    void aHealthCheckOfVertxAsksATarget() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        // snippet: operating-health-check
        HealthChecks checks = HealthChecks.create(vertx);
        checks.register("events", promise -> target.status().onSuccess(status -> promise.complete(toCheck(status))));
        // end
        assertTrue(checks.checkStatus("events").await(20, SECONDS).getUp());
        target.close().await(20, SECONDS);
        assertFalse(checks.checkStatus("events").await(20, SECONDS).getUp());
    }

    // snippet: operating-to-check
    static Status toCheck(TargetStatus status) {
        Health health = status.health();
        JsonObject why = new JsonObject().put("state", health.state().name()).put("reason", health.reason());
        return health.state() == Health.State.DOWN ? Status.KO(why) : Status.OK(why);
    }
    // end

    private String ask(HttpServer server) throws Exception {
        HttpClient client = vertx.createHttpClient();
        return client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                .compose(HttpClientRequest::send)
                .compose(response -> response.body().map(body -> response.statusCode() + " " + body))
                .eventually(client::close) // one that nobody holds closes when its memory is collected
                .await(20, SECONDS);
    }

    @Test
    void aStatusSaysWhoIsBehind() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        Subscription paused = target.addEventListener(PLACED, event -> {});
        paused.pause();
        PubSub.over(target).publish(PLACED, new Order("42", 3)).await(20, SECONDS);
        List<String> slow = new ArrayList<>();
        // snippet: operating-status
        TargetStatus status = target.status().await();
        for (TargetStatus.SubscriptionStatus one : status.subscriptions()) {
            if (one.queued() > 0 || one.dropped() > 0) {
                slow.add(one.topic() + ": " + one.queued() + " wait, " + one.dropped() + " dropped");
            }
        }
        // end
        assertEquals(List.of("order.placed: 1 wait, 0 dropped"), slow);
        paused.close();
    }

    @Test
    void aHubCounts() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        Hub hub = Hub.create(vertx, target);
        String url = hub.listen("ws://127.0.0.1:0/events").await(20, SECONDS);
        TypedEventTarget spoke = EventTargets.open(vertx, url);
        PubSub.over(spoke).publish(PLACED, new Order("42", 3)).await(20, SECONDS);
        // snippet: operating-hub-status
        HubStatus status = hub.status();
        long published = status.published(); // by spokes, since the hub was made
        long lost = status.dropped() + status.slow();
        int waiting =
                status.links().stream().mapToInt(HubStatus.LinkStatus::queued).sum();
        // end
        assertEquals(List.of(1L, 0L, 0), List.of(published, lost, waiting));
        spoke.close().await(40, SECONDS);
        // snippet: operating-close
        hub.close() // says goodbye to the spokes, after they have what waits for them
                .eventually(target::close) // and then the target
                .await();
        // end
    }
}
