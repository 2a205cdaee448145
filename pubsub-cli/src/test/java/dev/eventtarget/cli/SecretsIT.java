package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A hub's output, its log at the level of debugging, its metrics and its health have no password, key or token. */
class SecretsIT extends ChildProcesses {
    /** Part of nothing else, and long enough for a key. */
    private final String secret = "s3cret" + UUID.randomUUID().toString().replace("-", "");

    private Running start(String... args) throws Exception {
        ProcessBuilder builder = jar(args);
        List<String> command = new ArrayList<>(builder.command());
        command.add(1, "-Dorg.slf4j.simpleLogger.log.dev.eventtarget=trace");
        command.add(1, "-Dorg.slf4j.simpleLogger.log.io.vertx=trace");
        return start(builder.command(command));
    }

    private static String get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .version(HttpClient.Version.HTTP_1_1)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void noneIsShownOrLogged() throws Exception {
        Path key = Files.writeString(directory.resolve("key"), secret);
        Path config = Files.writeString(directory.resolve("hub.yaml"), """
                listen: ["ws://127.0.0.1:0/events"]
                backend: {url: "redis://127.0.0.1:1?commandTimeout=500ms&publishTimeout=500ms", user: shop, password: %s}
                metrics: 127.0.0.1:0
                auth: {jwt: {algorithm: HS256, secretFile: %s}}
                """.formatted(secret, key));
        Running hub = start("hub", "--config", config.toString());
        await().atMost(Duration.ofSeconds(120))
                .until(() -> hub.stdout().lines().count() >= 3 || !hub.process().isAlive());
        assertTrue(hub.process().isAlive(), hub.stderr());
        List<String> lines = hub.stdout().lines().toList();
        String metrics = lines.get(0).replaceFirst("^metrics ", "");
        String url = lines.get(1).replaceFirst("^listening ", "");

        Path token = Files.writeString(directory.resolve("token"), "e30." + secret + ".e30");
        for (String option : List.of("token=e30." + secret + ".e30", "tokenFile=" + token)) {
            Running refused = start("pub", "--verbose", "--url", url + "?" + option, "order.placed", "1");
            assertEquals(Main.FAILED, refused.exit(), refused.stderr());
            assertNothing(refused.stdout() + refused.stderr());
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> get(metrics.replace("/metrics", "/health/ready")).contains("\"down\""));
        for (String page : List.of("/metrics", "/health/ready", "/health/live", "/" + secret)) {
            assertNothing(get(metrics.replace("/metrics", page)));
        }
        // a file that can't be used any more is told, without what is in it
        Files.writeString(config, "backend: {url: \"redis://127.0.0.1:1\", password: *" + secret + "}\n");
        awaitText(hub, "hub.yaml:1:");
        terminate(hub);
        hub.exit();
        assertNothing(hub.stdout() + hub.stderr());
        assertTrue(hub.stderr().contains("DEBUG") || hub.stderr().contains("TRACE"), hub.stderr());
    }

    private void assertNothing(String text) {
        assertFalse(text.contains(secret), text);
    }
}
