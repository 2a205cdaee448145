package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.Signals;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Hubs and those who connect to them, each a process of its own. */
class HubIT extends ChildProcesses {
    private static final Duration LONG = Duration.ofSeconds(120);

    private Running hub(String... args) throws IOException {
        return start(jar(Stream.concat(Stream.of("hub"), Stream.of(args)).toArray(String[]::new)));
    }

    private static boolean hasSpoken(Running hub) throws IOException {
        return hub.stdout().contains("\n") || !hub.process().isAlive();
    }

    /** Waits until a hub listens, and gives the address. */
    private static String address(Running hub) throws IOException {
        await().atMost(LONG).until(() -> hasSpoken(hub));
        String out = hub.stdout();
        assertTrue(out.startsWith("listening "), hub.stderr());
        return out.substring("listening ".length(), out.indexOf('\n'));
    }

    /**
     * Starts a hub at a port below those that systems choose for connections: who tries again and again to connect to one
     * of these may meet itself.
     */
    private Running hubAtSomePort(String... args) throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            String listen = "--listen=ws://127.0.0.1:" + port + "/events";
            Running hub = hub(Stream.concat(Stream.of(listen), Stream.of(args)).toArray(String[]::new));
            await().atMost(LONG).until(() -> hasSpoken(hub));
            if (!hub.stderr().contains("choose another port")) {
                return hub;
            }
        }
    }

    private Running pub(String url, String type, String json) throws Exception {
        Running pub = start(jar("pub", "--url", url, type, json));
        assertEquals(Main.OK, pub.exit(), pub.stderr());
        return pub;
    }

    @Test
    void everyEventOfARunOverItArrives() throws Exception {
        Running hub = hub("--listen", "ws://127.0.0.1:0/events");
        String url = address(hub);

        Running run = start(jar("run", "--url", url, "--count", "5000"));
        assertEquals(Main.OK, run.exit(), run.stdout() + run.stderr());
        assertTrue(run.stdout().contains("OK: every event arrived once, in order and intact"), run.stdout());
        assertEquals("", run.stderr());
    }

    @Test
    void oneHearsWhatAnotherPublishes() throws Exception {
        String url = address(hub("--listen", "ws://127.0.0.1:0/events", "--backend", "memory:?history=100"));
        pub(url, "order.placed:42", "{\"n\": 1.50}");

        Running sub = start(jar(
                "sub", "--url", url + "?capabilities=replay", "--from", "earliest", "--count", "1", "order.placed"));
        assertEquals(Main.OK, sub.exit(), sub.stderr());
        assertEquals(
                "{\"type\":\"order.placed:42\",\"detail\":{\"n\": 1.50}}",
                sub.stdout().strip());
    }

    @Test
    void hubsOfOneRedisAreOne() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Running one = hub("--listen", "ws://127.0.0.1:0/events", "--backend", redis.url());
            Running other = hub("--listen", "ws://127.0.0.1:0/events", "--backend", redis.url());
            Running sub = start(jar(
                    "sub",
                    "--url",
                    address(other) + "?capabilities=replay",
                    "--from",
                    "earliest",
                    "--count",
                    "2",
                    "order.placed"));
            pub(address(one), "order.placed", "1");
            await().atMost(LONG)
                    .until(() -> sub.stdout().contains("\"detail\":1")
                            || !sub.process().isAlive());
            pub(address(one), "order.placed:42", "2");

            assertEquals(Main.OK, sub.exit(), sub.stderr());
            assertTrue(sub.stdout().contains("\"detail\":2"), sub.stdout());
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void whoIsConnectedIsToldThatTheHubGoesAndConnectsToTheNext() throws Exception {
        Running hub = hubAtSomePort();
        String url = address(hub);
        Running sub = start(jar("sub", "--url", url, "tick"));
        publishUntilHeard(url, 1, sub);

        end(hub);
        awaitText(sub, url);
        address(hub("--listen", url));
        awaitText(sub, "connected again");
        publishUntilHeard(url, 2, sub);
        terminate(sub);
        assertEquals(143, sub.exit(), "it does not know what it has missed: " + sub.stderr());
        assertTrue(sub.stderr().contains("missed"), sub.stderr());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void nothingIsMissedWhileAHubOnRedisIsGone() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Running hub = hubAtSomePort("--backend", redis.url());
            String url = address(hub);
            Running sub = start(jar("sub", "--url", url + "?capabilities=replay", "tick"));
            publishUntilHeard(redis.url(), 1, sub);

            end(hub);
            pub(redis.url(), "tick", "2");
            address(hub("--listen", url, "--backend", redis.url()));
            publishUntilHeard(redis.url(), 3, sub);
            assertTrue(sub.stdout().contains("\"detail\":2"), sub.stdout());
            terminate(sub);
            assertEquals(Main.OK, sub.exit(), sub.stderr());
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void whoKnowsTwoHubsGoesOnAtTheOther() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            Running one = hubAtSomePort("--backend", redis.url());
            Running other = hub("--listen", "ws://127.0.0.1:0/events", "--backend", redis.url());
            String both =
                    address(one).replaceFirst("/events$", "") + address(other).replaceFirst("^ws://", ",");
            Running sub = start(jar("sub", "--url", both + "?capabilities=replay", "tick"));
            publishUntilHeard(redis.url(), 1, sub);

            end(one);
            publishUntilHeard(redis.url(), 2, sub);
            terminate(sub);
            assertEquals(Main.OK, sub.exit(), sub.stderr());
        }
    }

    /** Ends a hub in good order. */
    private static void end(Running hub) throws Exception {
        terminate(hub);
        assertEquals(Main.OK, hub.exit(), hub.stderr());
        assertTrue(hub.stderr().contains("closing, with "), hub.stderr());
        assertTrue(hub.stderr().contains("closed after "), hub.stderr());
        assertEquals(2, hub.stderr().lines().count(), hub.stderr());
    }

    private static void publishUntilHeard(String url, int detail, Running sub) {
        Vertx vertx = Vertx.vertx();
        try {
            TypedEventTarget target = EventTargets.open(vertx, url);
            TypedEvent<Integer> tick = TypedEvent.of(EventType.of("tick", Integer.class), detail);
            await().atMost(LONG).until(() -> {
                target.dispatchEvent(tick).await();
                return sub.stdout().contains("\"detail\":" + detail);
            });
            target.close().await();
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void aCertificateOfItsOwnIsTrustedByWhoNamesIt() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
        Running hub = hub(
                "--listen",
                "wss://localhost:0/events?certFile=" + certificate.toTempCertChainPem() + "&keyFile="
                        + certificate.toTempPrivateKeyPem());
        String url = address(hub);
        assertTrue(url.startsWith("wss://localhost:"), url);
        assertTrue(hub.stdout().contains("page https://localhost:"), hub.stdout());

        Running trusting =
                start(jar("run", "--url", url + "?caFile=" + certificate.toTempCertChainPem(), "--count", "100"));
        assertEquals(Main.OK, trusting.exit(), trusting.stdout() + trusting.stderr());
        Running doubting = start(jar("run", "--url", url, "--count", "100"));
        assertEquals(Main.USAGE, doubting.exit(), doubting.stderr());
        assertTrue(doubting.stderr().contains("caFile"), doubting.stderr());
        assertFalse(doubting.stdout().contains("OK"), doubting.stdout());
    }

    @Test
    @NeedsNativeQuic
    void nodesThatKnowEachOther() throws Exception {
        String hubKey = directory.resolve("hub.pem").toString();
        String spokeKey = directory.resolve("spoke.pem").toString();
        Running made = start(jar("identity", "new", "--file", spokeKey));
        assertEquals(Main.OK, made.exit(), made.stderr());
        String allowed =
                Files.writeString(directory.resolve("allowed"), made.stdout()).toString();

        Running hub = hub("--listen", "quic://127.0.0.1:0", "--identity", hubKey, "--allow", allowed);
        String url = address(hub);
        Running shown = start(jar("identity", "show", "--file", hubKey));
        assertEquals(Main.OK, shown.exit(), shown.stderr());
        assertTrue(url.startsWith("quic://" + shown.stdout().strip() + "@127.0.0.1:"), url);

        Running run = start(jar("run", "--url", url + "?identity=" + spokeKey, "--count", "1000"));
        assertEquals(Main.OK, run.exit(), run.stdout() + run.stderr());
        Running stranger = start(jar("pub", "--url", url, "tick", "1"));
        assertEquals(Main.FAILED, stranger.exit(), stranger.stderr());
        assertTrue(stranger.stderr().contains("not one that the hub lets in"), stranger.stderr());
        Running mistaken = start(jar(
                "pub", "--url", url.replaceFirst("//\\w+@", "//" + made.stdout().strip() + "@"), "tick", "1"));
        assertEquals(Main.FAILED, mistaken.exit(), mistaken.stderr());
        assertTrue(mistaken.stderr().contains("is not the node"), mistaken.stderr());
        assertEquals("", hub.stderr(), "who is refused fills no log");
    }

    @Test
    void aPortThatIsTakenIsToldInOneLine() throws Exception {
        String url = address(hub("--listen", "ws://127.0.0.1:0/events"));

        Running second = hub("--listen", url);
        assertEquals(Main.USAGE, second.exit(), second.stderr());
        assertEquals("", second.stdout());
        assertEquals(1, second.stderr().lines().count(), second.stderr());
        assertTrue(second.stderr().contains("choose another port"), second.stderr());
    }

    private static void hangUp(Running hub) throws Exception {
        Signals.send("HUP", hub.process());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void rulesAndCertificateAreReplacedOnSighupWhileLinksStayOpen() throws Exception {
        X509Bundle first = authority();
        X509Bundle next = authority();
        Path cert = Files.writeString(directory.resolve("cert.pem"), first.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("key.pem"), first.getPrivateKeyPEM());
        String listen =
                "listen:\n  - url: wss://localhost:0/events\n    certFile: " + cert + "\n    keyFile: " + key + "\n";
        Path config = Files.writeString(directory.resolve("hub.yaml"), listen);
        Running hub = hub("--config", config.toString());
        String url = address(hub);
        Running sub = start(jar("sub", "--url", url + "?caFile=" + first.toTempCertChainPem(), "tick", "tock"));
        String trusting = url + "?caFile=" + next.toTempCertChainPem();
        publishUntilHeard(url + "?caFile=" + first.toTempCertChainPem(), 1, sub);

        Files.writeString(cert, next.getCertificatePathPEM());
        Files.writeString(key, next.getPrivateKeyPEM());
        Files.writeString(config, listen + "rules:\n  - {peer: '*', publish: [tick], subscribe: [tick]}\n");
        hangUp(hub);
        awaitText(hub, "reloaded ");
        awaitText(sub, "To listen to tock is not allowed");
        publishUntilHeard(trusting, 2, sub);
        Running refused = start(jar("pub", "--url", trusting, "tock", "3"));
        assertEquals(Main.FAILED, refused.exit());
        assertFalse(sub.stderr().contains("onnected"), sub.stderr());

        Files.writeString(config, listen + "colour: red\n");
        hangUp(hub);
        awaitText(hub, config + ":5:1: There is no option 'colour'");
        publishUntilHeard(trusting, 4, sub);
        terminate(hub);
        assertEquals(Main.OK, hub.exit(), hub.stderr());
    }

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void aHubThatClosesIsNotReadyAnyMore() throws Exception {
        Running hub = hub("--listen", "ws://127.0.0.1:0/events", "--metrics", "127.0.0.1:0");
        await().atMost(LONG).until(() -> hub.stdout().contains("page "));
        String ready = hub.stdout()
                .lines()
                .findFirst()
                .orElseThrow()
                .replaceFirst("^metrics (.*)/metrics$", "$1/health/ready");
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ask = HttpRequest.newBuilder(URI.create(ready))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        await().atMost(LONG)
                .until(() ->
                        client.send(ask, HttpResponse.BodyHandlers.ofString()).statusCode() == 200);

        terminate(hub);
        assertEquals(Main.OK, hub.exit(), hub.stderr());
        HttpClient another = HttpClient.newHttpClient(); // the first one may not know yet that its connection is gone
        assertThrows(ConnectException.class, () -> another.send(ask, HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
    void oneWithARedisOfItsOwnTakesItAlong() throws Exception {
        Running hub = hub("--listen", "ws://127.0.0.1:0/events", "--backend", "redis+embedded:");
        String url = address(hub);
        pub(url, "tick", "1");
        terminate(hub);

        assertEquals(Main.OK, hub.exit(), hub.stderr());
        String redis = hub.stderr().lines().findFirst().orElseThrow();
        assertTrue(redis.startsWith("redis-server listens at "), redis);
        int port = Integer.parseInt(redis.replaceFirst(".*:(\\d+) .*", "$1"));
        assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", port).close());
    }
}
