package dev.eventtarget.websocket;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium, driven by the Chrome DevTools protocol. */
final class Chromium implements AutoCloseable {
    private final Process process;
    private final Path profile;
    private final WebSocket devTools;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    private Chromium(Process process, Path profile, URI address) {
        this.process = process;
        this.profile = profile;
        this.devTools = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(address, new Listener())
                .join();
    }

    static Chromium start() throws IOException {
        Path profile = Files.createTempDirectory("chromium");
        Process process = new ProcessBuilder(
                        Programs.chromium(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-quic",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        // Here it writes its port and path.
        Path address = profile.resolve("DevToolsActivePort");
        await("Chromium listens").atMost(Duration.ofSeconds(60)).until(() -> {
            assertTrue(process.isAlive(), "Chromium has ended");
            return Files.exists(address) && Files.readAllLines(address).size() == 2;
        });
        List<String> lines = Files.readAllLines(address);
        return new Chromium(process, profile, URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)));
    }

    /** Opens a page. */
    Page open(String url, int width, int height, String colorScheme) {
        String target = send(null, "Target.createTarget", JsonObject.of("url", "about:blank"))
                .getString("targetId");
        String session = send(null, "Target.attachToTarget", JsonObject.of("targetId", target, "flatten", true))
                .getString("sessionId");
        Page page = new Page(session);
        pages.put(session, page);
        for (String domain : List.of("Page", "Runtime", "Log")) {
            page.send(domain + ".enable", new JsonObject());
        }
        page.send(
                "Emulation.setDeviceMetricsOverride",
                JsonObject.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        page.send(
                "Emulation.setEmulatedMedia",
                JsonObject.of(
                        "features", JsonArray.of(JsonObject.of("name", "prefers-color-scheme", "value", colorScheme))));
        page.send("Page.navigate", JsonObject.of("url", url));
        return page;
    }

    private JsonObject send(String session, String method, JsonObject parameters) {
        int id = lastId.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        JsonObject message = JsonObject.of("id", id, "method", method, "params", parameters);
        if (session != null) {
            message.put("sessionId", session);
        }
        synchronized (devTools) {
            devTools.sendText(message.encode(), true).join();
        }
        JsonObject result = answer.orTimeout(60, TimeUnit.SECONDS).join();
        assertNull(result.getJsonObject("error"), () -> method + ": " + result.encode());
        return result.getJsonObject("result");
    }

    @Override
    public void close() throws Exception {
        devTools.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonObject message = new JsonObject(text.toString());
                text.setLength(0);
                Integer id = message.getInteger("id");
                Page page = pages.get(message.getString("sessionId", ""));
                if (id != null) {
                    answers.remove(id).complete(message);
                } else if (page != null) {
                    page.happened(message.getString("method"), message.getJsonObject("params"));
                }
            }
            webSocket.request(1);
            return null;
        }
    }

    /** A page that is open. */
    final class Page {
        private final String session;
        private final List<String> complaints = new CopyOnWriteArrayList<>();

        private Page(String session) {
            this.session = session;
        }

        private JsonObject send(String method, JsonObject parameters) {
            return Chromium.this.send(session, method, parameters);
        }

        private void happened(String event, JsonObject parameters) {
            switch (event) {
                case "Runtime.exceptionThrown" -> complaints.add(parameters.encode());
                case "Runtime.consoleAPICalled" -> {
                    if (!List.of("log", "info", "debug").contains(parameters.getString("type"))) {
                        complaints.add(parameters.encode());
                    }
                }
                case "Log.entryAdded" -> {
                    JsonObject entry = parameters.getJsonObject("entry");
                    if (!List.of("info", "verbose").contains(entry.getString("level"))) {
                        complaints.add(entry.encode());
                    }
                }
                default -> {}
            }
        }

        /** Errors and warnings in the console: exceptions, violations of the content security policy, what did not load. */
        List<String> complaints() {
            return complaints;
        }

        /** The value of an expression, or of the promise that it gives. */
        Object evaluate(String expression) {
            JsonObject result = send(
                    "Runtime.evaluate",
                    JsonObject.of(
                            "expression",
                            expression,
                            "awaitPromise",
                            true,
                            "returnByValue",
                            true,
                            "userGesture",
                            true));
            assertNull(result.getJsonObject("exceptionDetails"), () -> expression + ": " + result.encodePrettily());
            return result.getJsonObject("result").getValue("value");
        }

        /** Whether an expression is true; false too where it fails, as the page may not be so far. */
        boolean holds(String expression) {
            JsonObject result = send(
                    "Runtime.evaluate",
                    JsonObject.of("expression", "Boolean(" + expression + ")", "silent", true, "returnByValue", true));
            return result.getJsonObject("exceptionDetails") == null
                    && result.getJsonObject("result").getBoolean("value");
        }

        /** Types text where the focus is, as a keyboard does. */
        void type(String text) {
            send("Input.insertText", JsonObject.of("text", text));
        }

        /** Presses a key that has a name, such as {@code Tab}. */
        void press(String key, int code) {
            JsonObject event = JsonObject.of("key", key, "code", key, "windowsVirtualKeyCode", code);
            if (key.equals("Enter")) {
                event.put("text", "\r");
            }
            send("Input.dispatchKeyEvent", event.copy().put("type", "keyDown"));
            send("Input.dispatchKeyEvent", event.copy().put("type", "keyUp"));
        }

        void screenshot(Path file) throws IOException {
            Files.createDirectories(file.getParent());
            String picture = send("Page.captureScreenshot", JsonObject.of("format", "png"))
                    .getString("data");
            Files.write(file, Base64.getDecoder().decode(picture));
        }
    }
}
