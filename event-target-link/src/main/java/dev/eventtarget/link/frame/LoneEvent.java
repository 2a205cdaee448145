package dev.eventtarget.link.frame;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.codec.FrameCodec;
import dev.eventtarget.spi.EncodedDetail;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event that came outside the messages: beside them, or in a datagram.
 *
 * @param event the event
 * @param subs the subscriptions that it names
 */
public record LoneEvent(TypedEvent<EncodedDetail> event, List<Long> subs) {
    /**
     * Reads one.
     *
     * @param codec what was agreed on
     * @param frame its bytes
     * @return the event
     * @throws CodecException if it is not one event's frame
     */
    public static LoneEvent read(FrameCodec codec, byte[] frame) {
        Found found = new Found();
        codec.read(frame, 0, found);
        LoneEvent event = found.event;
        if (event == null) {
            throw found.error == null
                    ? new CodecException("What comes outside the messages must be one event")
                    : found.error;
        }
        return event;
    }

    private static final class Found implements FrameCodec.Reader {
        private @Nullable LoneEvent event;
        private @Nullable CodecException error;

        @Override
        public void event(TypedEvent<EncodedDetail> one, long[] subs) {
            event = new LoneEvent(one, Arrays.stream(subs).boxed().toList());
        }

        @Override
        public void control(String type, JsonNode detail) {}

        @Override
        public void malformed(CodecException what) {
            error = what;
        }
    }
}
