package dev.eventtarget.redis;

import dev.eventtarget.Health;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of a target's lines have no connection, and since when. Of a server that goes, the log has one line however many
 * lines there are, and one when all are connected again. From any thread.
 */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget.redis");

    private final RedisSettings settings;
    private final Runnable connected;
    private final Consumer<Throwable> disconnected;
    private final Map<RedisLine, Loss> lost = new HashMap<>();
    private boolean told;

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
        synchronized (this) {
            lost.remove(line);
            if (told && lost.isEmpty()) {
                told = false;
                LOG.info("{}: connected again", settings.address());
            }
        }
        connected.run();
    }

    /** It has none. */
    void lost(RedisLine line, @Nullable Throwable why) {
        Throwable error = why == null ? RedisErrors.toException("The connection is lost", null) : why;
        synchronized (this) {
            Loss before = lost.get(line);
            if (before != null) {
                lost.put(line, new Loss(before.since, why == null ? before.error : why));
                return;
            }
            if (lost.isEmpty()) {
                told = true;
                LOG.warn("{}: not connected, trying again: {}", settings.address(), error.getMessage());
            }
            LOG.debug("{}: {} is not connected", settings.address(), line);
            lost.put(line, new Loss(System.nanoTime(), why));
        }
        disconnected.accept(error);
    }

    /** It wants none any more. */
    synchronized void closed(RedisLine line) {
        lost.remove(line);
    }

    /** While a connection is made anew events wait, as long as {@code publishTimeout}. */
    synchronized Health health() {
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
