package dev.eventtarget.core.codec;

import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The detail of an event that came as a frame, which can be passed on as it came. */
final class FrameDetail extends EncodedDetail {
    private final byte[] message;
    private final int start;
    private final int end;
    private @Nullable TypedEvent<EncodedDetail> event;

    FrameDetail(JacksonEventCodec codec, byte[] message, int offset, int length, int start, int end) {
        super(codec, message, offset, length);
        this.message = message;
        this.start = start;
        this.end = end;
    }

    /** Says which event the frame is, before anybody sees it. */
    void frames(TypedEvent<EncodedDetail> event) {
        this.event = event;
    }

    /** The frame, if it is this very event's and of this codec. */
    @SuppressWarnings("ReferenceEquality") // an event that was changed is another object
    byte @Nullable [] frameOf(TypedEvent<?> other, JacksonEventCodec codec) {
        return event == other && codec() == codec ? Arrays.copyOfRange(message, start, end) : null;
    }
}
