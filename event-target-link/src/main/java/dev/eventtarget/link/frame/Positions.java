package dev.eventtarget.link.frame;

import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;

/** Events' positions belong to one log: they are taken away where an event leaves it. */
public final class Positions {
    private Positions() {}

    /**
     * An event without its position.
     *
     * @param event the event
     * @return itself if it has none
     */
    public static TypedEvent<EncodedDetail> remove(TypedEvent<EncodedDetail> event) {
        if (event.position() == null) {
            return event;
        }
        TypedEvent<EncodedDetail> copy =
                TypedEvent.of(event.type(), event.detail()).withHeaders(event.headers());
        copy = event.id() == null ? copy : copy.withId(event.id());
        copy = event.time() == null ? copy : copy.withTime(event.time());
        return event.source() == null ? copy : copy.withSource(event.source());
    }
}
