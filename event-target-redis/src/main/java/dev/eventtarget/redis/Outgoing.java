package dev.eventtarget.redis;

import dev.eventtarget.TypedEvent;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import org.jspecify.annotations.Nullable;

/** An event on its way into a stream. */
final class Outgoing {
    private final @Nullable TypedEvent<?> event;
    private final byte[][] fields;
    private final byte @Nullable [] id;
    private final long deadline;
    private final Promise<Void> promise;
    private byte[] dedupId = {};

    /**
     * Makes one.
     *
     * @param event what it is, or null where it has no ID of its own, as nobody asks then
     * @param fields names and values in turn
     * @param id the event's own ID, or null for one of the producer's
     * @param deadline by {@link System#nanoTime}
     * @param promise completes when Redis has confirmed
     */
    Outgoing(
            @Nullable TypedEvent<?> event,
            byte[][] fields,
            byte @Nullable [] id,
            long deadline,
            Promise<Void> promise) {
        this.event = event;
        this.fields = fields;
        this.id = id;
        this.deadline = deadline;
        this.promise = promise;
    }

    @Nullable TypedEvent<?> event() {
        return event;
    }

    byte[][] fields() {
        return fields;
    }

    byte @Nullable [] id() {
        return id;
    }

    long deadline() {
        return deadline;
    }

    Promise<Void> promise() {
        return promise;
    }

    int bytes() {
        int bytes = 0;
        for (byte[] field : fields) {
            bytes += field.length;
        }
        return bytes;
    }

    /** What it is known by from now on, however often it is sent. */
    void dedupId(byte[] dedupId) {
        this.dedupId = dedupId;
    }

    void addTo(Request request) {
        for (byte[] field : fields) {
            request.arg(field);
        }
        request.arg(StreamEntries.DEDUP_ID).arg(dedupId);
    }
}
