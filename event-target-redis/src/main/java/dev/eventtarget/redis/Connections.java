package dev.eventtarget.redis;

import dev.eventtarget.Health;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which of a target's lines have no connection, and since when. From any thread. */
final class Connections {
    private final RedisSettings settings;
    private final Runnable connected;
    private final Consumer<Throwable> disconnected;
    private final Map<RedisLine, Loss> lost = new ConcurrentHashMap<>();

    private record Loss(long since, @Nullable Throwable error) {}

    /**
     * Makes one.
     *
     * @param connected is told of each connection that is made
     * @param disconnected is told of each that is lost or can't be made, once until it is there
     */
    Connections(RedisSettings settings, Runnable connected, Consumer<Throwable> disconnected) {
        this.settings = settings;
        this.connected = connected;
        this.disconnected = disconnected;
    }

    void made(RedisLine line) {
        lost.remove(line);
        connected.run();
    }

    /** It has none; gives whether that is new. */
    boolean lost(RedisLine line, @Nullable Throwable why) {
        Loss before = lost.put(line, new Loss(System.nanoTime(), why));
        if (before != null) {
            lost.put(line, new Loss(before.since, why == null ? before.error : why));
            return false;
        }
        disconnected.accept(why == null ? RedisErrors.toException("The connection is lost", null) : why);
        return true;
    }

    /** It wants none any more. */
    void closed(RedisLine line) {
        lost.remove(line);
    }

    /** While a connection is made anew events wait, as long as {@code publishTimeout}. */
    Health health() {
        long now = System.nanoTime();
        Health health = Health.up();
        for (Loss loss : lost.values()) {
            Throwable error = loss.error;
            String reason = String.valueOf(RedisErrors.toException("Not connected to " + settings.address(), error)
                    .getMessage());
            boolean isFinal = error != null && RedisErrors.isNotAllowed(error);
            if (isFinal || now - loss.since > settings.publishTimeout().toNanos()) {
                return Health.down(reason);
            }
            health = Health.degraded(reason);
        }
        return health;
    }
}
