package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.Health;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubStatus;
import dev.eventtarget.micrometer.HubMetrics;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows a hub's metrics and health over HTTP, to those who watch over it. */
final class StatusServer {
    private static final long PATIENCE_SECONDS = 2;
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]/\\s]*):(\\d{1,5})");

    private final TypedEventTarget target;
    private final Hub hub;
    private final Vertx vertx;
    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics collector = new JvmGcMetrics();
    private final SocketAddress address;
    private final HttpServer server;
    private volatile boolean ready;

    /**
     * Makes one that does not listen yet.
     *
     * @param vertx runs it
     * @param address {@code host:port}, or {@code :port} for all addresses of the machine
     * @param target whose health it shows
     * @param hub of which it tells how many links it has
     * @param registry has the target's metrics; those of the hub and of the JVM are added
     */
    StatusServer(Vertx vertx, String address, TypedEventTarget target, Hub hub, PrometheusMeterRegistry registry) {
        this.address = address(address);
        this.target = target;
        this.hub = hub;
        this.vertx = vertx;
        this.registry = registry;
        List<MeterBinder> more = List.of(
                new HubMetrics(hub),
                new JvmMemoryMetrics(),
                collector,
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        more.forEach(one -> one.bindTo(registry));
        this.server = vertx.createHttpServer().requestHandler(this::answer);
    }

    /**
     * Reads an address.
     *
     * @throws ConfigurationException if it is none
     */
    static SocketAddress address(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            throw new ConfigurationException(
                    "metrics",
                    "The address for metrics '" + text
                            + "' must be a host and a port such as 127.0.0.1:9090, or :9090 for all addresses of this machine");
        }
        String host = matcher.group(1).replaceAll("[\\[\\]]", "");
        return SocketAddress.inetSocketAddress(Integer.parseInt(matcher.group(2)), host.isEmpty() ? "0.0.0.0" : host);
    }

    /** Listens, and says where the metrics are. */
    String listen() {
        try {
            server.listen(address).await();
        } catch (Exception e) {
            throw new ConfigurationException(
                    "metrics",
                    "Metrics can't be shown at " + address + " (" + e.getMessage() + "): choose another address",
                    e);
        }
        return "http://" + SocketAddress.inetSocketAddress(server.actualPort(), address.host()) + "/metrics";
    }

    /** Whether the hub takes links. */
    void ready(boolean now) {
        ready = now;
    }

    void close() {
        server.close().await();
        collector.close();
    }

    private void answer(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            answer(request, 405, "text/plain; charset=utf-8", "GET is what is possible here\n");
            return;
        }
        switch (request.path() == null ? "" : request.path()) {
            case "/metrics" ->
                vertx.executeBlocking(() -> registry.scrape(), false)
                        .onSuccess(text -> answer(request, 200, "text/plain; version=0.0.4; charset=utf-8", text))
                        .onFailure(e -> answer(request, 500, "text/plain; charset=utf-8", Main.describe(e) + "\n"));
            case "/health/live" -> answer(request, 200, "application/json", "{\"status\":\"up\"}\n");
            case "/health/ready" -> ready(request);
            default ->
                answer(
                        request,
                        404,
                        "text/plain; charset=utf-8",
                        "There are /metrics, /health/live and /health/ready\n");
        }
    }

    private void ready(HttpServerRequest request) {
        if (!ready) {
            answer(request, Health.down("the hub takes no links now"));
            return;
        }
        target.status()
                .map(TargetStatus::health)
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .otherwise(e -> Health.degraded("it is not known how the backend is: " + e.getMessage()))
                .onSuccess(health -> answer(request, health));
    }

    private void answer(HttpServerRequest request, Health health) {
        HubStatus status = hub.status();
        JsonObject body = new JsonObject()
                .put("status", health.state().name().toLowerCase(Locale.ROOT))
                .put("reason", health.reason())
                .put("links", status.links().size())
                .put("sessions", status.sessions());
        // where events wait, no other hub is better off; where none are accepted, one may be
        int code = health.state() == Health.State.DOWN ? 503 : 200;
        answer(request, code, "application/json", body.encode() + "\n");
    }

    private static void answer(HttpServerRequest request, int status, String contentType, String body) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }
}
