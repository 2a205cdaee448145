package dev.eventtarget.link;

import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.core.codec.FrameCodec;
import org.jspecify.annotations.Nullable;

/** An event on its way to spokes: encoded once for each codec, however many they are. Thread-safe. */
final class Outgoing {
    private final TypedEvent<?> event;
    private final Delivery unconfirmed = new Delivery(this, null);
    private volatile byte @Nullable [] json;
    private volatile byte @Nullable [] cbor;

    Outgoing(TypedEvent<?> event) {
        this.event = event;
    }

    TypedEvent<?> event() {
        return event;
    }

    /** The delivery of it that nobody waits for. */
    Delivery unconfirmed() {
        return unconfirmed;
    }

    byte[] frame(FrameCodec codec) {
        boolean isJson = codec == EventCodecs.jsonFrames();
        byte[] known = isJson ? json : cbor;
        return known == null ? encode(codec, isJson) : known;
    }

    private synchronized byte[] encode(FrameCodec codec, boolean isJson) {
        byte[] frame = isJson ? json : cbor;
        if (frame == null) {
            frame = codec.frame(event);
            if (isJson) {
                json = frame;
            } else {
                cbor = frame;
            }
        }
        return frame;
    }
}
