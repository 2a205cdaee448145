package dev.eventtarget.cli.soak;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.cli.soak.Publisher.Numbered;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One transport: its publishers, and the target of its listeners, with connections of their own. */
final class Lane {
    private static final int PUBLISHERS = 2;
    private static final long RETRY_MILLIS = 1_000;

    private final Vertx vertx;
    private final Soak.Transport transport;
    private final String url;
    private final @Nullable Path nonce;
    private final EventType<Numbered> type;
    private final List<Publisher> publishers;
    private final TypedEventTarget listening;
    private TypedEventTarget publishing;

    /**
     * Opens both targets.
     *
     * @param vertx runs them
     * @param transport which it is
     * @param url where the target is
     * @param rate how many events a second to publish
     * @param nonce the file that keeps the publishers' identity; null if this transport has none
     */
    Lane(Vertx vertx, Soak.Transport transport, String url, int rate, @Nullable Path nonce) {
        this.vertx = vertx;
        this.transport = transport;
        this.url = url;
        this.nonce = nonce;
        type = EventType.of("soak." + transport, Numbered.class);
        publishers = IntStream.range(0, PUBLISHERS)
                .mapToObj(key -> new Publisher(type, key, (double) rate / PUBLISHERS))
                .toList();
        // those of one name share a connection, and in memory the target
        boolean shared = transport == Soak.Transport.memory;
        listening = EventTargets.open(vertx, config(shared ? "soak" : "soak-listeners"));
        publishing = openPublishing();
    }

    private JsonObject config(String name) {
        return new JsonObject().put("url", url).put("name", name);
    }

    private TypedEventTarget openPublishing() {
        JsonObject config = config(transport == Soak.Transport.memory ? "soak" : "soak-publishers");
        if (nonce != null) {
            config.put("producerNoncePath", nonce.toString());
        }
        return EventTargets.open(vertx, config);
    }

    Soak.Transport transport() {
        return transport;
    }

    EventType<Numbered> type() {
        return type;
    }

    List<Publisher> publishers() {
        return publishers;
    }

    TypedEventTarget listening() {
        return listening;
    }

    void start() {
        publishers.forEach(publisher -> {
            publisher.to(publishing);
            publisher.start(vertx);
        });
    }

    void stop() {
        publishers.forEach(publisher -> publisher.stop(vertx));
    }

    /**
     * Ends the publishers' target, and has others try to take its place on a full disk, each in a process of its own. Then the
     * disk has room, and it is opened anew.
     *
     * @param millis for how long others try
     * @throws IOException if one of them was not refused, or has harmed the nonce file
     */
    synchronized void fillDisk(FullDisk disk, long millis) throws IOException, InterruptedException {
        Path file = Objects.requireNonNull(nonce);
        publishers.forEach(publisher -> publisher.to(null));
        publishing.close().otherwiseEmpty().await();
        try {
            String before = Files.readString(file);
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            do {
                disk.refuses(url, file);
                if (!Files.readString(file).equals(before)) {
                    throw new IOException("The nonce file is not what it was, though it could not be written");
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            } while (System.nanoTime() - end < 0);
        } finally {
            publishing = openPublishing();
            publishers.forEach(publisher -> publisher.to(publishing));
        }
    }

    List<TypedEventTarget> targets() {
        return List.of(publishing, listening);
    }
}
