package dev.eventtarget.redis;

import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * An answer to {@code XINFO}: what the server knows of a stream, a group or a consumer.
 *
 * @param fields names and values in turns
 */
record StreamInfo(Response fields) {
    /** Whether the server knows the value, which must be a field that there is. */
    boolean knows(String name) {
        return field(name) != null;
    }

    String text(String name) {
        return String.valueOf(field(name));
    }

    /** A number; 0 where the server does not know it. */
    long number(String name) {
        Response value = field(name);
        return value == null ? 0 : value.toLong();
    }

    private @Nullable Response field(String name) {
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (fields.get(i).toString().equals(name)) {
                return fields.get(i + 1);
            }
        }
        throw new IllegalStateException("Redis 7.0 or later is needed: its answer has no " + name);
    }
}
