package dev.eventtarget.link.spoke;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.Health;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a spoke has its hub, as its health and the log tell it. On the spoke's event loop, but for what says otherwise. */
final class HubPresence {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");

    private final String address;
    private final Duration patience;
    private final Consumer<Throwable> disconnected;

    /** Since when there is no hub, and why; null while there is one. */
    private volatile @Nullable Absence absence = new Absence(System.nanoTime(), "not connected yet");

    private volatile @Nullable EventTargetException failure;
    private boolean lost;

    private record Absence(long since, String reason) {}

    /**
     * Makes one for a hub that is not there yet.
     *
     * @param patience for how long events wait for the hub
     * @param disconnected is told when a link is lost or can't be made, once until there is one
     */
    HubPresence(String address, Duration patience, Consumer<Throwable> disconnected) {
        this.address = address;
        this.patience = patience;
        this.disconnected = disconnected;
    }

    /** There is no link: one line when it goes, and one when it is back. */
    void lost(Throwable error, boolean hopeless) {
        Absence before = absence;
        absence = new Absence(before == null ? System.nanoTime() : before.since, String.valueOf(error.getMessage()));
        if (lost) {
            return;
        }
        lost = true;
        disconnected.accept(error);
        if (!hopeless) {
            LOG.warn("Not connected, trying again: {}", error.getMessage());
        }
    }

    /** A hub has welcomed this spoke. */
    void found() {
        if (lost) {
            lost = false;
            LOG.info("{}: connected again", address);
        }
        absence = null;
    }

    /** No further attempt is made. */
    void givenUp(EventTargetException error) {
        LOG.error("Not connected, given up: {}", error.getMessage());
        failure = error;
    }

    /** {@return why it was given up, if it was; from any thread} */
    @Nullable EventTargetException failure() {
        return failure;
    }

    /** From any thread: without a hub events wait, as long as {@code publishTimeout}. */
    Health health() {
        EventTargetException failed = failure;
        if (failed != null) {
            return Health.down(String.valueOf(failed.getMessage()));
        }
        Absence away = absence;
        if (away == null) {
            return Health.up();
        }
        String reason = "No link to " + address + ": " + away.reason;
        return System.nanoTime() - away.since > patience.toNanos() ? Health.down(reason) : Health.degraded(reason);
    }
}
