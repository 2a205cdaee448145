package dev.eventtarget.examples;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.PubSub;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Writes events to a file in batches. A disk that does not keep up slows the publisher down. */
public final class Streams {
    static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    private Streams() {}

    /** Completes when so many batches are in the file. */
    static Future<Void> write(PubSub pubSub, AsyncFile file, int batches) {
        // snippet: stream
        return pubSub.subscribe(PLACED, ListenerOptions.defaults().buffer(256, OverflowPolicy.BLOCK))
                .filter(event -> event.detail().quantity() > 0)
                .map(event -> event.detail().id())
                .batch(100, Duration.ofSeconds(1))
                .take(batches)
                .map(ids -> Buffer.buffer(String.join(" ", ids) + "\n"))
                .pipeTo(file);
        // end
    }

    static void publish(PubSub pubSub, int orders) {
        // snippet: back-pressure
        for (int i = 0; i < orders; i++) {
            pubSub.publish(PLACED, new Order("order-" + i, i % 2)).await();
        }
        // end
    }

    /**
     * Publishes orders and writes those that are for something.
     *
     * @param args the file to write
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        try {
            AsyncFile file = vertx.fileSystem().open(args[0], new OpenOptions()).await();
            PubSub pubSub = PubSub.over(EventTargets.open(vertx, "memory:"));
            CountDownLatch written = new CountDownLatch(1);
            write(pubSub, file, 50).onComplete(done -> written.countDown());
            publish(pubSub, 10_000);
            written.await();
        } finally {
            vertx.close().await();
        }
    }
}
