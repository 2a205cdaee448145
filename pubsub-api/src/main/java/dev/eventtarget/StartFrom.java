package dev.eventtarget;

import java.time.Instant;

/** Where in a transport's log a subscription begins. All but {@link #latest()} need {@link Capability#REPLAY}. */
public sealed interface StartFrom {
    /** {@return with the events published from now on; the default} */
    static StartFrom latest() {
        return Latest.INSTANCE;
    }

    /** {@return with the oldest event that the transport still has} */
    static StartFrom earliest() {
        return Earliest.INSTANCE;
    }

    /**
     * Behind an event that was received before. If the log no longer reaches back that far, the listener's {@linkplain
     * ListenerOptions#onError error handler} gets a {@link GapException} and delivery begins with the oldest event there is.
     *
     * @param position the {@link TypedEvent#position()} of the last event handled
     * @return the start
     */
    static StartFrom after(String position) {
        return new After(position);
    }

    /**
     * With the first event that the transport took in at or after a time, by the transport's clock.
     *
     * @param time the time
     * @return the start
     */
    static StartFrom since(Instant time) {
        return new Since(time);
    }

    /** The events from now on. */
    enum Latest implements StartFrom {
        /** The only one. */
        INSTANCE
    }

    /** All events that there are. */
    enum Earliest implements StartFrom {
        /** The only one. */
        INSTANCE
    }

    /**
     * Behind a position.
     *
     * @param position a {@link TypedEvent#position()}
     */
    record After(String position) implements StartFrom {}

    /**
     * From a time on.
     *
     * @param time the time
     */
    record Since(Instant time) implements StartFrom {}
}
