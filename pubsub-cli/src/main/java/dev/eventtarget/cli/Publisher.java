package dev.eventtarget.cli;

import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Publishes with so many events on their way at most; one thread's to use. */
final class Publisher {
    private static final int WINDOW = 1024;

    private final TypedEventTarget target;
    private final Semaphore room = new Semaphore(WINDOW);
    private final AtomicLong published = new AtomicLong();

    Publisher(TypedEventTarget target) {
        this.target = target;
    }

    /**
     * Publishes an event, after waiting until there is room for it.
     *
     * @param event the event
     * @param onFailure is told if it is not accepted, on any thread
     * @throws InterruptedException if interrupted while waiting; the event is not published then
     */
    void publish(TypedEvent<?> event, Consumer<? super Throwable> onFailure) throws InterruptedException {
        room.acquire();
        target.dispatchEvent(event).onComplete(outcome -> {
            if (outcome.succeeded()) {
                published.incrementAndGet();
            } else {
                onFailure.accept(outcome.cause());
            }
            room.release();
        });
    }

    /** Waits until every event has been accepted or has failed. */
    void drain() throws InterruptedException {
        room.acquire(WINDOW);
        room.release(WINDOW);
    }

    /** {@return how many events have been accepted} */
    long published() {
        return published.get();
    }
}
