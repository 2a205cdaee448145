package dev.eventtarget.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.fixtures.Ports;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Peer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The hub's page, and its client, in a browser. */
class BrowserClientTest {
    private static final Path SHOTS = Path.of("target", "screenshots");
    private static final EventType<Object> PLACED = EventType.of("order.placed", Object.class);
    private static final EventType<Object> SENT = EventType.of("invoice.sent", Object.class);

    private static Vertx vertx;
    private static Chromium chromium;
    private static final AtomicInteger lastSite = new AtomicInteger();

    private record Site(String url, TypedEventTarget target, Hub hub, HttpServer server) {}

    @BeforeAll
    static void start() throws Exception {
        chromium = Chromium.start();
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() throws Exception {
        if (chromium != null) {
            chromium.close();
        }
        if (vertx != null) {
            join(vertx.close());
        }
    }

    private static <T> T join(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** A server of the user's own with a hub and its page, and the tests' scripts beside. */
    private static Site site(HubOptions options) throws Exception {
        return site(options, 0);
    }

    private static Site site(HubOptions options, int port) throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?name=site" + lastSite.incrementAndGet());
        Hub hub = Hub.create(vertx, target, options);
        WebSocketHub hubHandler = WebSocketHub.handler(hub, "/events");
        HttpServer server = join(vertx.createHttpServer()
                .requestHandler(request -> {
                    if (request.path().equals("/semantics.js")) {
                        request.response()
                                .putHeader("Content-Type", "text/javascript")
                                .sendFile("src/test/js/semantics.js");
                    } else {
                        hubHandler.handle(request);
                    }
                })
                .listen(port, "127.0.0.1"));
        return new Site("http://127.0.0.1:" + server.actualPort() + "/", target, hub, server);
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(60));
    }

    private static void awaitTrue(Chromium.Page page, String expression) {
        await(expression).until(() -> page.holds(expression));
    }

    private static String text(String id) {
        return "document.getElementById('" + id + "').textContent";
    }

    private static String rows() {
        return "[...document.querySelectorAll('#events > li')].map(row => row.textContent)";
    }

    private static void fill(Chromium.Page page, String id, String value) {
        page.evaluate("document.getElementById('" + id + "').focus(), document.getElementById('" + id + "').select()");
        page.type(value);
    }

    @Test
    void showsEventsAndPublishes() throws Exception {
        Site site = site(HubOptions.defaults());
        Queue<TypedEvent<Object>> heard = new ConcurrentLinkedQueue<>();
        site.target().addEventListener(PLACED, heard::add);
        Chromium.Page page = chromium.open(site.url(), 1360, 980, "light");
        awaitTrue(page, text("state") + " === 'Live' && " + text("figure-links") + " === '1'");
        awaitTrue(page, "document.querySelectorAll('#spokes tbody tr td')[4]?.textContent === '1'");

        for (int i = 0; i < 40; i++) {
            JsonObject order = JsonObject.of("id", i, "total", i + ".50", "city", i % 2 == 0 ? "Oslo" : "Lima");
            join(site.target().dispatchEvent(TypedEvent.of(i % 4 == 0 ? SENT : PLACED, order)));
        }
        awaitTrue(page, rows() + ".length === 40");
        assertTrue(page.holds(rows() + "[0].includes('\"id\":39')"), "newest first");

        fill(page, "filter", "lima");
        awaitTrue(page, rows() + ".length === 20 && " + rows() + ".every(row => row.includes('Lima'))");
        fill(page, "filter", "invoice.*");
        awaitTrue(page, rows() + ".length === 10 && " + rows() + ".every(row => row.includes('invoice.sent'))");
        fill(page, "filter", "nothing has this");
        awaitTrue(page, rows() + ".length === 0 && " + text("empty") + ".includes('filter')");
        page.evaluate("document.querySelector('#types button[title=\"order.placed\"]').click()");
        awaitTrue(page, rows() + ".length === 30 && document.getElementById('filter').value === 'order.placed'");
        page.evaluate("document.querySelector('#types button[title=\"order.placed\"]').click()");
        awaitTrue(page, rows() + ".length === 40");

        fill(page, "type", "order.placed");
        fill(page, "detail", "{\"id\": ");
        awaitTrue(page, text("detail-error") + ".startsWith('Not JSON')");
        page.press("Tab", 9);
        page.press("Enter", 13);
        awaitTrue(page, "document.activeElement.id === 'detail'");
        fill(page, "detail", "{\"id\": 99, \"city\": \"<b>Pisa</b>\"}");
        page.press("Tab", 9);
        page.press("Enter", 13);
        awaitTrue(page, text("outcome") + ".includes('order.placed was accepted')");
        await("heard")
                .until(() -> heard.stream()
                        .anyMatch(event -> event.detail().toString().contains("Pisa")));
        awaitTrue(page, rows() + "[0].includes('<b>Pisa</b>') && !document.querySelector('#events b')");
        awaitTrue(
                page,
                "document.querySelector('#types button[title=\"order.placed\"]').closest('tr').cells[3].textContent === '31'");

        page.evaluate("document.querySelector('#events summary').click()");
        awaitTrue(page, "document.querySelector('#events pre').textContent.includes('\"id\": 99')");
        page.evaluate("document.getElementById('pause').click()");
        join(site.target().dispatchEvent(TypedEvent.of(PLACED, JsonObject.of("id", 100))));
        awaitTrue(page, text("shown") + " === 'paused, 1 new'");
        assertEquals(41, page.evaluate(rows() + ".length"));
        page.screenshot(SHOTS.resolve("page-light.png"));
        page.evaluate("document.getElementById('pause').click()");
        awaitTrue(page, rows() + ".length === 42");

        page.evaluate("document.getElementById('clear').click()");
        fill(page, "pattern", "invoice.*");
        page.press("Enter", 13);
        awaitTrue(page, "document.getElementById('pattern').value === 'invoice.*'");
        await("heard").untilAsserted(() -> {
            join(site.target().dispatchEvent(TypedEvent.of(PLACED, "not heard")));
            join(site.target().dispatchEvent(TypedEvent.of(SENT, "heard")));
            assertTrue(page.holds(
                    rows() + "[0]?.includes('heard') && !" + rows() + ".some(row => row.includes('not heard'))"));
        });
        fill(page, "pattern", "not a type");
        page.press("Enter", 13);
        awaitTrue(page, text("listen-error") + ".includes('not a type')");
        assertEquals(List.of(), page.complaints());
    }

    @Test
    void staysQuickAndBoundedInAFlood() throws Exception {
        Site site = site(HubOptions.defaults());
        Chromium.Page page = chromium.open(site.url(), 1360, 980, "dark");
        awaitTrue(page, text("state") + " === 'Live'");
        awaitTrue(page, text("figure-links") + " === '1'");
        for (int i = 0; i < 20_000; i++) {
            EventType<Object> type = EventType.of("flood.t" + i % 150, Object.class);
            Future<Void> sent = site.target().dispatchEvent(TypedEvent.of(type, i));
            if (i % 1000 == 999) {
                join(sent);
            }
        }
        awaitTrue(page, rows() + "[0]?.includes('19999')");
        assertEquals(200, page.evaluate(rows() + ".length"));
        assertEquals(100, page.evaluate("document.querySelectorAll('#types tbody tr').length"));
        page.screenshot(SHOTS.resolve("page-dark.png"));
        assertEquals(List.of(), page.complaints());
    }

    @Test
    void asksForATokenWhereTheHubDoes() throws Exception {
        Site site = site(HubOptions.defaults()
                .authenticator(handshake -> "let me in".equals(handshake.token())
                        ? Future.succeededFuture(Peer.named("operator"))
                        : Future.failedFuture(new UnauthorizedException("This hub asks for another token"))));
        Chromium.Page page = chromium.open(site.url(), 420, 900, "light");
        awaitTrue(page, "document.getElementById('login').open");
        page.screenshot(SHOTS.resolve("page-token.png"));
        fill(page, "token", "wrong");
        page.press("Enter", 13);
        awaitTrue(page, "document.getElementById('login').open && " + text("login-why") + ".includes('another token')");
        fill(page, "token", "let me in");
        page.press("Enter", 13);
        awaitTrue(page, "!document.getElementById('login').open && " + text("state") + " === 'Live'");
        awaitTrue(page, "document.querySelector('#spokes tbody td')?.textContent === 'operator'");
        assertTrue(
                page.holds("!document.documentElement.outerHTML.includes('let me in')"),
                "the token is nowhere to be seen");
        page.screenshot(SHOTS.resolve("page-narrow.png"));
        assertEquals(List.of(), page.complaints());
    }

    @Test
    void comesBackWhenTheServerDoes() throws Exception {
        // that nobody else gets meanwhile
        int port = Ports.free();
        Site site = site(HubOptions.defaults(), port);
        Chromium.Page page = chromium.open(site.url(), 1360, 980, "light");
        awaitTrue(page, text("state") + " === 'Live'");
        join(site.server().close());
        awaitTrue(page, text("state") + ".startsWith('Connecting again')");
        Hub hub = Hub.create(vertx, site.target());
        join(vertx.createHttpServer()
                .requestHandler(WebSocketHub.handler(hub, "/events"))
                .listen(port, "127.0.0.1"));
        awaitTrue(page, text("state") + " === 'Live'");
        await("heard").untilAsserted(() -> {
            join(site.target().dispatchEvent(TypedEvent.of(PLACED, "again")));
            assertTrue(page.holds(rows() + "[0]?.includes('again')"));
        });
    }

    @Test
    void clientDoesWhatTheBrowsersEventTargetDoes() throws Exception {
        Site site = site(HubOptions.defaults());
        Chromium.Page page = chromium.open(site.url(), 800, 600, "light");
        awaitTrue(page, text("state") + " === 'Live'");
        Object stories = page.evaluate("""
                (async () => {
                  const { connect } = await import('/eventtarget.js');
                  const { ownStory, remoteStory } = await import('/semantics.js');
                  const target = connect('/events');
                  const stories = [await ownStory(), await remoteStory(target)];
                  await target.close();
                  return JSON.stringify(stories);
                })()""");
        JsonArray both = new JsonArray((String) stories);
        assertEquals(both.getJsonArray(0), both.getJsonArray(1));
        assertTrue(both.getJsonArray(0).size() > 40, both.encode());
        assertEquals(List.of(), page.complaints());
    }

    @Test
    void errorsOfListenersAreReportedAsTheBrowserDoes() throws Exception {
        Site site = site(HubOptions.defaults());
        Chromium.Page page = chromium.open(site.url(), 800, 600, "light");
        awaitTrue(page, text("state") + " === 'Live'");
        Object reported = page.evaluate("""
                (async () => {
                  const { connect } = await import('/eventtarget.js');
                  const reported = [];
                  addEventListener('error', event => { reported.push(event.error.message); event.preventDefault(); });
                  const target = connect(new URL('/events', location.href).href);
                  target.addEventListener('job', () => { throw new Error('no'); });
                  const heard = new Promise(resolve => target.addEventListener('job', resolve));
                  await target.publish('job', 1);
                  await heard;
                  await target.close();
                  return reported.join();
                })()""");
        assertEquals("no", reported);
    }
}
