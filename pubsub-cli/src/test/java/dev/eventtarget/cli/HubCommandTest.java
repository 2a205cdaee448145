package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.fixtures.Ports;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in this process; what signals do to it is in {@link HubIT}. */
class HubCommandTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String ANY_PORT = "ws://127.0.0.1:0/events";

    @TempDir
    Path directory;

    private Cli.Running hub;

    @AfterEach
    void stop() throws Exception {
        if (hub != null) {
            end();
        }
    }

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static Cli cli(String... args) {
        return Cli.run(VERTX, "", args);
    }

    /** Starts a hub, and waits until it has printed so many lines. */
    private List<String> start(int lines, String... args) {
        hub = Cli.Running.start(
                VERTX, Stream.concat(Stream.of("hub"), Stream.of(args)).toArray(String[]::new));
        await().atMost(Cli.LONG)
                .until(() ->
                        hub.result().isDone() || hub.out().toString().lines().count() >= lines);
        return hub.out().toString().lines().toList();
    }

    private String start(String... args) {
        return address(start(2, args).get(0));
    }

    private static String address(String line) {
        assertTrue(line.startsWith("listening "), line);
        return line.substring("listening ".length());
    }

    private Cli end() throws Exception {
        hub.thread().interrupt();
        return hub.result().get(60, TimeUnit.SECONDS);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static void assertRefused(Cli hub, String why) {
        assertEquals(Main.USAGE, hub.exit(), hub.err());
        assertEquals("", hub.out());
        assertEquals(1, hub.err().lines().count(), hub.err());
        assertTrue(hub.err().contains(why), hub.err());
    }

    @Test
    void saysWhereItListensAndWhatItHasDone() throws Exception {
        List<String> lines = start(
                3, "--listen", ANY_PORT, "--listen", "ws://127.0.0.1:0/other/links?page=false", "--backend", "memory:");

        String one = address(lines.get(0));
        assertTrue(one.matches("ws://127\\.0\\.0\\.1:[1-9]\\d*/events"), one);
        assertEquals("page http" + one.substring(2, one.length() - "events".length()), lines.get(1));
        String other = address(lines.get(2));
        assertTrue(other.matches("ws://127\\.0\\.0\\.1:[1-9]\\d*/other/links"), other);
        assertEquals(3, lines.size());

        assertEquals(Main.OK, cli("pub", "--url", one, "tick", "1").exit());
        assertEquals(Main.OK, cli("pub", "--url", other, "tick", "2").exit());
        Cli ended = end();
        assertEquals(Main.OK, ended.exit(), ended.err());
        assertEquals(
                List.of("closing, with 0 links", "closed after 2 events in and 0 out"),
                ended.err().lines().toList());
        assertEquals(
                Main.FAILED,
                cli("run", "--url", one, "--count", "1", "--timeout", "1s").exit());
    }

    @Test
    void pagesAreBesideTheLinks() {
        List<String> lines = start(2, "--listen", "ws://127.0.0.1:0/shop/events");

        assertTrue(lines.get(1).matches("page http://127\\.0\\.0\\.1:\\d+/shop/"), lines.get(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?codec=cbor"})
    void everyEventOfARunArrivesInOrder(String options) {
        String url = start("--listen", ANY_PORT) + options;

        Cli run = cli("run", "--url", url, "--count", "5000");
        assertEquals(Main.OK, run.exit(), run.out() + run.err());
        assertTrue(run.out().contains("OK: every event arrived once, in order and intact at each listener"), run.out());
    }

    @Test
    void keepsWhatItsBackendKeeps() {
        String url = start("--listen", ANY_PORT, "--backend", "memory:?history=100");
        assertEquals(
                Main.OK,
                cli("pub", "--url", url, "order.placed:7", "{\"n\": 1.50}").exit());

        Cli sub = cli(
                "sub",
                "--url",
                url + "?capabilities=replay",
                "--from",
                "earliest",
                "--count",
                "1",
                "--timeout",
                "60s",
                "order.*");
        assertEquals(Main.OK, sub.exit(), sub.err());
        assertEquals(
                "{\"type\":\"order.placed:7\",\"detail\":{\"n\": 1.50}}",
                sub.out().strip());
    }

    @Test
    void letsInWhomItsConfigurationLetsIn() throws Exception {
        byte[] secret = "a secret of more than 32 bytes, for tests".getBytes(StandardCharsets.UTF_8);
        Path secretFile = Files.write(directory.resolve("secret"), secret);
        Path config = file(
                "hub.json",
                "{\"auth\": {\"jwt\": {\"algorithm\": \"HS256\", \"secretFile\": \"" + secretFile
                        + "\"}}, \"rules\": [{\"peer\": \"shop\", \"publish\": [\"order.>\"]}]}");
        String url = start("--listen", ANY_PORT, "--config", config.toString());
        Path token = file("token", token(secret, "shop"));
        String known = url + "?tokenFile=" + token;

        assertEquals(Main.OK, cli("pub", "--url", known, "order.placed", "1").exit());
        Cli notAllowed = cli("pub", "--url", known, "invoice.sent", "1");
        assertEquals(Main.FAILED, notAllowed.exit());
        assertTrue(notAllowed.err().contains("invoice.sent"), notAllowed.err());
        Cli unknown = cli("pub", "--url", url, "order.placed", "1");
        assertEquals(Main.FAILED, unknown.exit());
        assertTrue(unknown.err().contains("token"), unknown.err());
    }

    private static String token(byte[] secret, String subject) throws GeneralSecurityException {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String header = "{\"alg\":\"HS256\"}";
        String claims = "{\"sub\":\"" + subject + "\",\"exp\":"
                + Instant.now().plusSeconds(3600).getEpochSecond() + "}";
        String signed = base64.encodeToString(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return signed + "." + base64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"disconnect", "drop-oldest", "pause"})
    void aPolicyForSlowOnesMayBeChosen(String policy) throws Exception {
        start("--listen", ANY_PORT, "--slow", policy);

        assertEquals(Main.OK, end().exit());
    }

    @Test
    void aPolicyMustBeOneThatThereIs() {
        assertRefused(cli("hub", "--slow", "wait"), "disconnect, drop-oldest or pause");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"maxLinks\": 0} | maxLinks",
                "{\"colour\": \"red\"} | colour",
                "{\"slowSpokes\": \"wait\"} | drop-oldest",
                "{\"maxLinks\": | is no JSON",
                "[] | must be an object"
            })
    void aConfigurationThatIsWrongIsRefused(String content, String why) throws IOException {
        Path config = file("wrong.json", content);

        Cli refused = cli("hub", "--listen", ANY_PORT, "--config", config.toString());
        assertRefused(refused, why);
        assertTrue(refused.err().contains("wrong.json"), refused.err());
    }

    private String startWith(Path config) {
        return address(start(2, "--config", config.toString()).get(0));
    }

    /** Waits until the hub has said something on its standard error. */
    private void awaitSaid(String text) {
        await().atMost(Cli.LONG).until(() -> hub.err().toString().contains(text));
    }

    @Test
    void allIsInOneFileAndIsReadAgainWhenItChanges() throws Exception {
        Path config = file("hub.yaml", "listen: [\"" + ANY_PORT + "\"]\nbackend: {url: 'memory:', history: 10}\n");
        String url = startWith(config);
        assertEquals(Main.OK, cli("pub", "--url", url, "invoice.sent", "1").exit());

        file("hub.yaml", "listen: [\"" + ANY_PORT + "\"]\nrules:\n  - {peer: '*', publish: [order.>]}\n");
        awaitSaid("reloaded " + config);
        assertTrue(hub.err().toString().contains("hub.yaml:1:1: 'backend' has changed"), hub.err()::toString);
        assertFalse(hub.err().toString().contains("'listen' has changed"), hub.err()::toString);
        Cli notAllowed = cli("pub", "--url", url, "invoice.sent", "1");
        assertEquals(Main.FAILED, notAllowed.exit());
        assertEquals(Main.OK, cli("pub", "--url", url, "order.placed", "1").exit());
        assertEquals(Main.OK, end().exit());
    }

    @Test
    void aFileThatIsWrongChangesNothingAndIsToldOnce() throws Exception {
        String listen = "listen: [\"" + ANY_PORT + "\"]\n";
        Path config = file("hub.yaml", listen + "rules: [{peer: '*', publish: [order.>]}]\n");
        String url = startWith(config);

        file("hub.yaml", listen + "rules: [{peer: '*', publish: [a..b]}]\ncolour: red\n");
        awaitSaid("is not taken: the hub goes on as it was");
        assertEquals(Main.OK, cli("pub", "--url", url, "order.placed", "1").exit());
        assertEquals(Main.FAILED, cli("pub", "--url", url, "invoice.sent", "1").exit());

        file("hub.yaml", listen + "rules: [{peer: '*', publish: [invoice.>]}]\n");
        awaitSaid("reloaded " + config);
        assertEquals(Main.OK, cli("pub", "--url", url, "invoice.sent", "1").exit());
        List<String> said = end().err().lines().toList();
        assertTrue(said.get(0).startsWith(config + ":2:31: rules[0].publish[0]"), said.get(0));
        assertTrue(said.get(1).startsWith(config + ":3:1: There is no option 'colour'"), said.get(1));
        assertEquals(config + " is not taken: the hub goes on as it was", said.get(2));
        assertEquals("reloaded " + config, said.get(3));
    }

    @Test
    void aKeyOfTokensIsReplaced() throws Exception {
        byte[] secret = "a secret of more than 32 bytes, for tests".getBytes(StandardCharsets.UTF_8);
        byte[] next = "the secret that comes after the first one".getBytes(StandardCharsets.UTF_8);
        Path secretFile = Files.write(directory.resolve("secret"), secret);
        Path config = file(
                "hub.yaml",
                "listen: [\"" + ANY_PORT + "\"]\nauth: {jwt: {algorithm: HS256, secretFile: " + secretFile + "}}\n");
        String url = startWith(config) + "?tokenFile=" + directory.resolve("token");
        file("token", token(next, "shop"));
        assertEquals(Main.FAILED, cli("pub", "--url", url, "order.placed", "1").exit());

        Files.write(secretFile, next);
        awaitSaid("reloaded " + config);
        assertEquals(Main.OK, cli("pub", "--url", url, "order.placed", "1").exit());
    }

    @Test
    void whatIsOnTheCommandLineComesBeforeTheFile() throws Exception {
        Path config = file("hub.yaml", "listen: ['ws://127.0.0.1:1']\nbackend: 'nowhere:'\nslowSpokes: pause\n");

        start("--config", config.toString(), "--listen", ANY_PORT, "--backend", "memory:", "--slow", "drop-oldest");
        assertEquals(Main.OK, end().exit());
    }

    @Test
    void aPlaceIsToldOfWhatOnlyShowsWhenItStarts() throws Exception {
        Path config = file("hub.yaml", "listen:\n  - " + ANY_PORT + "\n  - url: " + ANY_PORT + "\n    colour: red\n");
        assertRefused(cli("hub", "--config", config.toString()), "hub.yaml:4:5: ");
        file("hub.yaml", "listen: ['" + ANY_PORT + "']\nbackend:\n  url: 'memory:'\n  colour: red\n");
        assertRefused(cli("hub", "--config", config.toString()), "hub.yaml:4:3: ");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            file("hub.yaml", "listen: ['" + ANY_PORT + "']\nmetrics: 127.0.0.1:" + taken.getLocalPort() + "\n");
            assertRefused(cli("hub", "--config", config.toString()), "hub.yaml:2:1: ");
        }
    }

    @Test
    void aBackendMayHaveSeveralOfSomething() throws Exception {
        Path config = file("hub.yaml", """
                listen: ['%s']
                backend:
                  url: ws://127.0.0.1:1/events
                  capabilities: [replay, persistent]
                  closeTimeout: 100ms
                """.formatted(ANY_PORT));
        Cli checked = cli("hub", "--config", config.toString(), "--check");
        assertEquals(Main.OK, checked.exit(), checked.err());

        startWith(config);
        assertEquals(Main.OK, end().exit());
    }

    @Test
    void aFileIsCheckedWithoutBeingUsed() throws Exception {
        Path config = file("hub.yaml", "listen: ['ws://127.0.0.1:1']\nbackend: 'redis://127.0.0.1:1'\n");
        Cli right = cli("hub", "--config", config.toString(), "--check");
        assertEquals(Main.OK, right.exit(), right.err());
        assertEquals(config + " can be used", right.out().strip());

        file("hub.yaml", """
                listen:
                  - ws://127.0.0.1:1?instances=0
                  - url: wss://127.0.0.1:1
                    certFile: /no/file
                    keyFile: /no/file
                backend:
                  url: redis://127.0.0.1:1
                  prefix: ""
                """);
        Cli wrong = cli("hub", "--config", config.toString(), "--check");
        assertEquals(Main.USAGE, wrong.exit());
        assertEquals("", wrong.out());
        List<String> said = wrong.err().lines().toList();
        assertEquals(3, said.size(), wrong.err());
        assertTrue(said.get(0).startsWith(config + ":2:5: The option instances=0"), said.get(0));
        assertTrue(said.get(1).startsWith(config + ":4:5: certFile: /no/file can't be read"), said.get(1));
        assertTrue(said.get(2).startsWith(config + ":6:1: "), said.get(2));
    }

    @Test
    void healthAndMetricsAreShown() throws Exception {
        List<String> lines = start(3, "--listen", ANY_PORT, "--metrics", "127.0.0.1:0");
        String metrics = lines.get(0).replaceFirst("^metrics ", "");
        assertTrue(metrics.matches("http://127\\.0\\.0\\.1:[1-9]\\d*/metrics"), metrics);
        String base = metrics.replaceFirst("/metrics$", "");
        await().atMost(Cli.LONG).until(() -> get(base + "/health/ready").statusCode() == 200);
        assertEquals(
                "{\"status\":\"up\",\"reason\":\"\",\"links\":0,\"sessions\":0}\n",
                get(base + "/health/ready").body());
        assertEquals(200, get(base + "/health/live").statusCode());
        assertEquals(404, get(base + "/other").statusCode());

        String url = lines.get(1).replaceFirst("^listening ", "");
        assertEquals(Main.OK, cli("pub", "--url", url, "order.placed", "1").exit());
        String shown = get(metrics).body();
        for (String line : List.of(
                "eventtarget_hub_published_events_total 1.0",
                "eventtarget_hub_links ",
                "eventtarget_published_",
                "jvm_memory_used")) {
            assertTrue(shown.contains("\n" + line), shown);
        }
        assertTrue(
                get(metrics).headers().firstValue("Content-Type").orElse("").startsWith("text/plain; version=0.0.4"));

        assertEquals(Main.OK, end().exit());
        assertThrows(ConnectException.class, () -> get(base + "/health/live"));
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .version(HttpClient.Version.HTTP_1_1)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void anAddressForMetricsThatIsNoneIsRefused() {
        assertRefused(cli("hub", "--listen", ANY_PORT, "--metrics", "9090"), "such as 127.0.0.1:9090");
        assertRefused(cli("hub", "--listen", ANY_PORT, "--metrics", ":65536"), ":65536");
    }

    @Test
    void aConfigurationThatIsNotThereIsRefused() {
        assertRefused(cli("hub", "--config", directory.resolve("none.json").toString()), "can't be read");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:0/events, 'ws, wss'",
        "ws://127.0.0.1:0/events?colour=red, colour",
        "ws://127.0.0.1:0/events?page=maybe, page=maybe",
        "ws://127.0.0.1:65536/events, 65535",
        "wss://127.0.0.1:0/events, certFile",
        "events, names no transport"
    })
    void anAddressThatIsWrongIsRefused(String address, String why) {
        assertRefused(cli("hub", "--listen", address), why);
    }

    @Test
    void aPortThatIsTakenIsRefusedAndNothingStaysOpen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            Cli refused = cli("hub", "--listen", ANY_PORT, "--listen", "ws://127.0.0.1:" + port + "/events");
            assertRefused(refused, "127.0.0.1:" + port);
            assertTrue(refused.err().contains("choose another port"), refused.err());
        }
    }

    @Test
    void twoAddressesNeedTwoPorts() {
        String url = start("--listen", ANY_PORT);

        Cli other = cli("hub", "--listen", url.replace("/events", "/other"));
        assertRefused(other, url.replace("/events", ""));
        assertEquals(Main.OK, cli("pub", "--url", url, "tick", "1").exit());
    }

    @Test
    void aBackendThatIsWrongIsRefused() {
        assertRefused(cli("hub", "--backend", "memory:?colour=red"), "colour");
        assertRefused(cli("hub", "--backend", "nowhere://host"), "nowhere");
    }

    @Test
    void theBackendIsNotTakenFromWhereOthersConnectTo() {
        Cli help = cli("hub", "--help");

        assertEquals(Main.OK, help.exit(), help.err());
        assertFalse(help.out().contains("EVENT_TARGET_URL"), help.out());
        assertFalse(help.out().contains("--url=URL"), help.out());
        assertTrue(help.out().contains("Examples"), help.out());
    }

    private static final String ANY_NODE = "quic://127.0.0.1:0";

    private String fileOfNew(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    @NeedsNativeQuic
    void saysWhichNodeItIs() {
        String identity = fileOfNew("hub.pem");
        String url =
                address(start(1, "--listen", ANY_NODE, "--identity", identity).get(0));

        String node = cli("identity", "show", "--file", identity).out().strip();
        assertTrue(url.matches("quic://" + node + "@127\\.0\\.0\\.1:[1-9]\\d*"), url);
        assertEquals(1, hub.out().toString().lines().count(), "it has no page");
        Cli run = cli("run", "--url", url, "--count", "2000");
        assertEquals(Main.OK, run.exit(), run.out() + run.err());
    }

    @Test
    @NeedsNativeQuic
    void spokesOfOneTransportHearThoseOfAnother() {
        List<String> lines = start(3, "--listen", ANY_NODE, "--listen", ANY_PORT, "--backend", "memory:?history=100");
        String quic = address(lines.get(0));
        String ws = address(lines.get(1));
        String spoke = fileOfNew("spoke.pem");
        String node = cli("identity", "new", "--file", spoke).out().strip();
        assertEquals(
                Main.OK,
                cli("pub", "--url", quic + "?identity=" + spoke, "order.placed", "1")
                        .exit());
        assertEquals(Main.OK, cli("pub", "--url", ws, "order.placed", "2").exit());

        for (String url : List.of(quic, ws)) {
            Cli sub = cli(
                    "sub",
                    "--url",
                    url + "?capabilities=replay",
                    "--from",
                    "earliest",
                    "--count",
                    "2",
                    "--timeout",
                    "60s",
                    "order.>");
            assertEquals(Main.OK, sub.exit(), sub.err());
            assertEquals(
                    List.of(
                            "{\"type\":\"order.placed\",\"source\":\"" + node + "\",\"detail\":1}",
                            "{\"type\":\"order.placed\",\"detail\":2}"),
                    sub.lines());
        }
    }

    @Test
    @NeedsNativeQuic
    void letsInWhomItsListNames() throws Exception {
        String spoke = fileOfNew("spoke.pem");
        String node = cli("identity", "new", "--file", spoke).out();
        Path allow = file("allow list", "# the spoke\n" + node);
        Path deny = file("deny+list", "");
        String url = address(start(1, "--listen", ANY_NODE, "--allow", allow.toString(), "--deny", deny.toString())
                .get(0));

        assertEquals(
                Main.OK,
                cli("pub", "--url", url + "?identity=" + spoke, "tick", "1").exit());
        Cli unknown = cli("pub", "--url", url, "tick", "1");
        assertEquals(Main.FAILED, unknown.exit());
        assertTrue(unknown.err().contains("not one that the hub lets in"), unknown.err());
        Files.writeString(deny, node);
        await().atMost(Cli.LONG)
                .until(() -> cli("pub", "--url", url + "?identity=" + spoke, "tick", "1")
                                .exit()
                        == Main.FAILED);
    }

    @Test
    @NeedsNativeQuic
    void nodesComeInByTheirKeyAndOthersByAToken() throws Exception {
        byte[] secret = "a secret of more than 32 bytes, for tests".getBytes(StandardCharsets.UTF_8);
        String spoke = fileOfNew("spoke.pem");
        String node = cli("identity", "new", "--file", spoke).out().strip();
        Path config = file(
                "hub.yaml", """
                listen: [%s, %s]
                auth: {jwt: {algorithm: HS256, secretFile: %s, identities: true}}
                rules:
                  - {peer: shop, publish: [order.>]}
                  - {peer: %s, publish: [stock.>]}
                """.formatted(ANY_NODE, ANY_PORT, Files.write(directory.resolve("secret"), secret), node));
        List<String> lines = start(3, "--config", config.toString());
        String quic = address(lines.get(0)) + "?identity=" + spoke;
        String ws = address(lines.get(1));
        String shop = ws + "?tokenFile=" + file("token", token(secret, "shop"));

        assertEquals(Main.OK, cli("pub", "--url", quic, "stock.low", "1").exit());
        assertEquals(Main.FAILED, cli("pub", "--url", quic, "order.placed", "1").exit());
        assertEquals(Main.OK, cli("pub", "--url", shop, "order.placed", "1").exit());
        assertEquals(Main.FAILED, cli("pub", "--url", shop, "stock.low", "1").exit());
        Cli nobody = cli("pub", "--url", ws, "order.placed", "1");
        assertEquals(Main.FAILED, nobody.exit());
        assertTrue(nobody.err().contains("asks for a token"), nobody.err());
    }

    @Test
    @NeedsNativeQuic
    void addressesOfNodesMayStandInTheFile() throws Exception {
        String hubKey = fileOfNew("hub.pem");
        String spokeKey = fileOfNew("spoke.pem");
        String node = cli("identity", "new", "--file", spokeKey).out().strip();
        Path allowed = file("allowed", node);
        Path config = file("hub.yaml", """
                listen:
                  - {url: "%s", identity: %s, allow: %s}
                dial:
                  - {url: "quic://%s@127.0.0.1:%d", identity: %s}
                """.formatted(ANY_NODE, hubKey, allowed, node, Ports.free(), hubKey));
        Cli check = cli("hub", "--config", config.toString(), "--check");
        assertEquals(Main.OK, check.exit(), check.err());
        assertFalse(Files.exists(Path.of(hubKey)), "a look makes no key");

        String url = address(start(1, "--config", config.toString()).get(0));
        Cli pub = cli("pub", "--url", url + "?identity=" + spokeKey, "tick", "1");
        assertEquals(Main.OK, pub.exit(), pub.err());
        assertEquals(Main.OK, end().exit());
    }

    @Test
    @NeedsNativeQuic
    void whatIsWrongWithNodesInTheFileIsToldWithItsPlace() throws Exception {
        Path allowed = file("allowed", "nobody");
        Path config = file("hub.yaml", """
                listen:
                  - url: quic://0.0.0.0:0
                  - url: quic://127.0.0.1:0
                    idleTimeout: 1ms
                  - url: quic://127.0.0.1:0
                    allow: %s
                  - url: quic://127.0.0.1:0
                    identity: /no/directory/hub.pem
                dial:
                  - quic://nobody@127.0.0.1:4433
                  - ws://127.0.0.1:8080
                """.formatted(allowed));

        Cli check = cli("hub", "--config", config.toString(), "--check");

        assertEquals(Main.USAGE, check.exit());
        List<String> said = check.err()
                .lines()
                .map(line -> line.replace(config.toString(), "hub.yaml"))
                .toList();
        assertEquals(6, said.size(), check.err());
        assertTrue(said.get(0).startsWith("hub.yaml:2:5: A hub that others than this machine can reach"), said.get(0));
        assertTrue(said.get(1).startsWith("hub.yaml:4:5: The option idleTimeout=1ms"), said.get(1));
        assertTrue(said.get(2).startsWith("hub.yaml:5:5: "), said.get(2));
        assertTrue(said.get(2).contains(allowed + ", line 1"), said.get(2));
        assertTrue(said.get(3).startsWith("hub.yaml:7:5: The identity can't be written"), said.get(3));
        assertTrue(said.get(4).startsWith("hub.yaml:10:5: "), said.get(4));
        assertTrue(said.get(5).startsWith("hub.yaml:11:5: A hub can't connect to spokes over ws:"), said.get(5));
    }

    @Test
    @NeedsNativeQuic
    void anyNodeMayComeFromElsewhereOnlyIfItIsSaid() throws Exception {
        assertRefused(cli("hub", "--listen", "quic://0.0.0.0:0"), "allow");

        String url = address(
                start(1, "--listen", "quic://0.0.0.0:0", "--allow", "any").get(0));
        Cli pub = cli("pub", "--url", url.replace("0.0.0.0", "127.0.0.1"), "tick", "1");
        assertEquals(Main.OK, pub.exit(), pub.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--identity", "--allow", "--deny"})
    void whatIsOfNodesNeedsAnAddressOfANode(String option) {
        assertRefused(cli("hub", "--listen", ANY_PORT, option, fileOfNew("file")), "quic:");
    }

    @Test
    @NeedsNativeQuic
    void aListThatIsWrongIsRefused() throws IOException {
        Path list = file("list", "\n\nnobody\n");

        for (String option : List.of("--allow", "--deny")) {
            assertRefused(cli("hub", "--listen", ANY_NODE, option, list.toString()), list + ", line 3");
        }
        assertRefused(cli("hub", "--listen", ANY_NODE, "--allow", fileOfNew("none")), "There is no list");
    }

    @Test
    @NeedsNativeQuic
    void anOptionIsSaidOnce() {
        assertRefused(
                cli("hub", "--listen", ANY_NODE + "?deny=one", "--deny", fileOfNew("other")), "'deny' is given twice");
    }

    @Test
    @NeedsNativeQuic
    void connectsToASpokeThatListens() throws Exception {
        String hubKey = fileOfNew("hub.pem");
        String spokeKey = fileOfNew("spoke.pem");
        String hubNode = cli("identity", "new", "--file", hubKey).out().strip();
        String spokeNode = cli("identity", "new", "--file", spokeKey).out().strip();
        int port = Ports.free();
        Cli.Running sub = Cli.Running.start(
                VERTX,
                "sub",
                "--url",
                "quic://" + hubNode + "@127.0.0.1:" + port + "?listen=true&identity=" + spokeKey,
                "--count",
                "1",
                "tick");
        String url = start(
                "--listen", ANY_PORT, "--dial", "quic://" + spokeNode + "@127.0.0.1:" + port, "--identity", hubKey);

        await().atMost(Cli.LONG).until(() -> {
            assertEquals(Main.OK, cli("pub", "--url", url, "tick", "7").exit());
            return sub.result().isDone();
        });
        assertEquals(Main.OK, sub.result().get().exit(), sub.result().get().err());
        assertTrue(sub.out().toString().contains("\"detail\":7"), sub.out().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "quic://127.0.0.1:4433, names the node",
        "quic://nobody@127.0.0.1:4433, NodeId",
        "ws://127.0.0.1:8080/events, can't connect to spokes",
        "nowhere://host, nowhere"
    })
    void aSpokeThatCanNotBeDialledIsRefused(String address, String why) {
        assertRefused(cli("hub", "--listen", ANY_PORT, "--dial", address), why);
    }

    @Test
    void listsAreOfNoUseToWhoOnlyDials() {
        assertRefused(
                cli("hub", "--listen", ANY_PORT, "--dial", "quic://n@host", "--allow", "any"),
                "that the hub listens at");
    }
}
