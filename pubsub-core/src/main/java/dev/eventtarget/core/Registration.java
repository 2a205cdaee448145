package dev.eventtarget.core;

import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** One entry of a {@link ListenerRegistry}: a listener, or a group of them, that takes the events of a type. */
public abstract class Registration {
    /** What {@link #offer} gives when the event is handled, or waits in a buffer. */
    public static final Future<Void> ACCEPTED = Future.succeededFuture();

    final EventType<?> type;
    long sequence;

    /**
     * The listener, where an event of exactly this type may be handed to it on the publisher's own thread and nothing else
     * need be done. Looked at before {@link #accept}, so that the usual case of an in-process listener costs one call.
     */
    volatile @Nullable EventListener<Object> direct;

    /**
     * Makes one.
     *
     * @param type what it takes
     */
    protected Registration(EventType<?> type) {
        this.type = type;
    }

    /**
     * Takes an event and sees to it that it gets handled.
     *
     * @param event the event
     * @return as {@link #offer}
     */
    public final Future<Void> accept(TypedEvent<?> event) {
        Future<Void> outcome = offer(event);
        wake();
        return outcome;
    }

    /**
     * Takes an event. {@link #wake} must follow, whatever the outcome.
     *
     * @param event the event
     * @return completes when there is room for the event: {@link #ACCEPTED} if there is now
     */
    public abstract Future<Void> offer(TypedEvent<?> event);

    /** Begins to handle what was offered, if that is not under way. */
    public abstract void wake();

    /** Is told that {@link #direct} threw. */
    void refused(TypedEvent<?> event, Throwable error) {
        throw new AssertionError("Only where direct is set", error);
    }
}
