package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import dev.eventtarget.link.Rules;
import dev.eventtarget.quic.NodeIdentity;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    private static final Vertx VERTX = Vertx.vertx();

    @TempDir
    Path directory;

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static Cli doctor(String... more) {
        List<String> args = new ArrayList<>(List.of("doctor", "--url"));
        args.addAll(List.of(more));
        if (!args.contains("--timeout")) {
            args.addAll(List.of("--timeout", "60s"));
        }
        return Cli.run(VERTX, "", args.toArray(String[]::new));
    }

    private static void assertHealthy(Cli doctor) {
        assertEquals(Main.OK, doctor.exit(), doctor.out() + doctor.err());
        assertTrue(doctor.out().endsWith("All is well\n"), doctor.out());
        assertSays(doctor, "ok +receive +after ");
    }

    /** Fails where it should, says what to do, and tries nothing that can't go any more. */
    private static void assertFails(Cli doctor, String step, String advice) {
        assertEquals(Main.FAILED, doctor.exit(), doctor.out() + doctor.err());
        assertSays(doctor, "FAIL +" + step + " .*\n +-> .*" + advice);
        assertTrue(!doctor.out().contains("ok    receive"), doctor.out());
    }

    private static void assertSays(Cli doctor, String pattern) {
        assertTrue(doctor.out().matches("(?s).*" + pattern.replace(".*", "[^\n]*") + ".*"), doctor.out());
    }

    @Test
    void inMemoryAllIsWell() {
        assertHealthy(doctor("memory:" + UUID.randomUUID() + "?codec=json"));
    }

    @Test
    void ofRedisItTellsTheVersion() {
        Cli doctor = doctor("redis+embedded:");

        assertHealthy(doctor);
        assertSays(doctor, "ok +server +Redis [7-9]\\.");
        assertSays(doctor, "ok +clock ");
        assertSays(doctor, "warn +server .*appendonly");
    }

    @Test
    void whereNobodyListensItSaysSo() {
        assertFails(doctor("redis://127.0.0.1:1"), "server", "start the server");
        assertFails(doctor("ws://127.0.0.1:1/events"), "server", "start the server");
    }

    @Test
    void aNameWithoutAnAddressIsToldSo() {
        assertFails(doctor("ws://no.such.host.invalid/events"), "host", "correct the name");
    }

    @Test
    void ofAHubItSaysWhatIsAllowed() throws Exception {
        TypedEventTarget target = EventTargets.open(VERTX, "memory:" + UUID.randomUUID());
        Hub hub = Hub.create(
                VERTX,
                target,
                HubOptions.defaults()
                        .authorizer(
                                Rules.of(
                                        new JsonArray(
                                                "[{\"peer\": \"*\", \"publish\": [\"open\", \"heard\"], \"subscribe\": [\"open\", \"told\"]}]"))));
        String url = hub.listen("ws://127.0.0.1:0/events").await();

        Cli healthy = doctor(url, "--type", "open");
        assertHealthy(healthy);
        assertSays(healthy, "ok +server +a hub, at http://127");
        assertSays(healthy, "ok +clock ");
        assertSays(healthy, "- +token ");
        assertFails(doctor(url, "--type", "heard"), "subscribe", "allow this peer to subscribe heard");
        assertFails(doctor(url, "--type", "told"), "publish", "allow this peer to publish told");
        assertSays(
                doctor(url.replace("/events", "/other"), "--type", "open", "--timeout", "10s"), "warn +server .*path");
        hub.close().await();
        target.close().await();
    }

    @Test
    @NeedsNativeQuic
    void ofANodeItTellsWhoItIs() throws Exception {
        TypedEventTarget target = EventTargets.open(VERTX, "memory:" + UUID.randomUUID());
        Hub hub = Hub.create(VERTX, target);
        String key = directory.resolve("node.pem").toString();
        NodeIdentity identity = NodeIdentity.create(Path.of(key));
        Path allowed = Files.writeString(
                directory.resolve("allowed"), identity.nodeId().toString());
        String url = hub.listen("quic://127.0.0.1:0?allow=" + allowed).await();

        Cli healthy = doctor(url + "?identity=" + key);
        assertHealthy(healthy);
        assertSays(healthy, "ok +target +quic: with ");
        assertSays(healthy, "ok +node +" + identity.nodeId());
        Cli unknown = doctor(url);
        assertSays(unknown, "- +node +another one each time");
        assertFails(unknown, "subscribe", "have the hub's list name this node");
        hub.close().await();
        target.close().await();
        assertFails(doctor(url, "--timeout", "2s"), "subscribe", "start the server");
    }

    @Test
    void aTokenThatIsOverIsToldSo() throws Exception {
        TypedEventTarget target = EventTargets.open(VERTX, "memory:" + UUID.randomUUID());
        Hub hub = Hub.create(VERTX, target);
        String url = hub.listen("ws://127.0.0.1:0/events").await() + "?tokenFile=" + directory.resolve("token");

        token(Instant.now().minusSeconds(3600));
        assertSays(doctor(url), "FAIL +token +of 'shop', expired at ");
        token(Instant.now().plusSeconds(3600));
        assertSays(doctor(url), "ok +token +of 'shop', valid until ");
        Files.writeString(directory.resolve("token"), "opaque");
        assertSays(doctor(url), "ok +token +of a kind that only the hub can read");
        hub.close().await();
        target.close().await();
    }

    private void token(Instant expires) throws Exception {
        Base64.Encoder base64 = Base64.getUrlEncoder();
        String claims = "{\"sub\":\"shop\",\"exp\":" + expires.getEpochSecond() + "}";
        Files.writeString(
                directory.resolve("token"),
                base64.encodeToString("{}".getBytes(StandardCharsets.UTF_8)) + "."
                        + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".");
    }

    @Test
    void aClockThatIsWrongIsToldSo() throws Exception {
        HttpServer server = VERTX.createHttpServer()
                .requestHandler(request -> request.response()
                        .setStatusCode(503)
                        .putHeader("Date", "Thu, 01 Jan 2026 00:00:00 GMT")
                        .end())
                .listen(0, "127.0.0.1")
                .await();

        Cli doctor = doctor("ws://127.0.0.1:" + server.actualPort() + "/events", "--timeout", "10s");
        assertFails(doctor, "clock", "set both by NTP");
        assertFails(doctor, "subscribe", "");
        server.close().await();
    }
}
