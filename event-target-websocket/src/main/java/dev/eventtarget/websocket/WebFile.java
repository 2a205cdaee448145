package dev.eventtarget.websocket;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A file that the hub serves to browsers, from the class path. */
record WebFile(String contentType, Buffer content) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+");
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "ts", "text/plain; charset=utf-8",
            "svg", "image/svg+xml");
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final int MOST_MISSES = 1024;
    private static final Map<String, Optional<WebFile>> FILES = new ConcurrentHashMap<>();

    /**
     * Finds a file.
     *
     * @param name its name; empty for the page
     * @return the file, if there is one
     */
    static @Nullable WebFile named(String name) {
        String file = name.isEmpty() ? "index.html" : name;
        String contentType = CONTENT_TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        if (contentType == null || !NAME.matcher(file).matches()) {
            return null;
        }
        Optional<WebFile> known = FILES.get(file);
        if (known == null) {
            known = load(file, contentType);
            if (known.isPresent() || FILES.size() < MOST_MISSES) {
                FILES.put(file, known);
            }
        }
        return known.orElse(null);
    }

    private static Optional<WebFile> load(String file, String contentType) {
        try (InputStream stream = WebFile.class.getResourceAsStream("web/" + file)) {
            return stream == null
                    ? Optional.empty()
                    : Optional.of(new WebFile(contentType, Buffer.buffer(stream.readAllBytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Answers a request.
     *
     * @param request asks for it
     * @param path where spokes connect to: a page says it
     */
    void send(HttpServerRequest request, String path) {
        request.response().putHeader("Content-Security-Policy", POLICY).putHeader("Referrer-Policy", "no-referrer");
        Buffer body = contentType.startsWith("text/html")
                ? Buffer.buffer(content.toString(StandardCharsets.UTF_8).replace("{{path}}", path))
                : content;
        WebSocketHub.answer(request, request.response(), contentType, body);
    }
}
