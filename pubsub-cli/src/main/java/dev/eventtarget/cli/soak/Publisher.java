package dev.eventtarget.cli.soak;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Publishes numbers at a rate, and leaves out those for which too many are on their way. */
final class Publisher {
    private static final int MOST_OPEN = 2_000;
    private static final long TICK_MILLIS = 10;
    private static final String PADDING = "x".repeat(100);

    private final Publications publications = new Publications();
    private final EventType<Numbered> type;
    private final int key;
    private final double perNano;
    private final AtomicInteger open = new AtomicInteger();
    private volatile @Nullable TypedEventTarget target;
    private long timer;
    private long last = System.nanoTime();
    private double owed;

    /** What is published: the publisher's key, and the number. */
    record Numbered(int key, long number, String padding) {}

    Publisher(EventType<Numbered> type, int key, double perSecond) {
        this.type = type.withId(Integer.toString(key));
        this.key = key;
        perNano = perSecond / TimeUnit.SECONDS.toNanos(1);
    }

    /** Goes over to a target; none to publish nothing for a while. */
    void to(@Nullable TypedEventTarget next) {
        target = next;
    }

    void start(Vertx vertx) {
        timer = vertx.setPeriodic(TICK_MILLIS, id -> tick());
    }

    void stop(Vertx vertx) {
        vertx.cancelTimer(timer);
        target = null;
    }

    Publications publications() {
        return publications;
    }

    private void tick() {
        long now = System.nanoTime();
        owed = Math.min(owed + (now - last) * perNano, MOST_OPEN);
        last = now;
        TypedEventTarget current = target;
        if (current == null || open.get() >= MOST_OPEN) {
            owed = 0;
            return;
        }
        for (; owed >= 1; owed--) {
            publish(current);
        }
    }

    private void publish(TypedEventTarget current) {
        long number = publications.begin();
        open.incrementAndGet();
        current.dispatchEvent(TypedEvent.of(type, new Numbered(key, number, PADDING)))
                .onComplete(outcome -> {
                    if (outcome.succeeded()) {
                        publications.accepted(number);
                    } else {
                        publications.failed(number, outcome.cause());
                    }
                    open.decrementAndGet();
                });
    }
}
