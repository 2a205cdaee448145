package dev.eventtarget.core.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.util.Map;

/**
 * Reads and writes the frames of links: envelopes of events that may say whom they are for, and control frames. {@code
 * docs/architecture/wire-protocol.md} describes them.
 */
public interface FrameCodec extends EventCodec {
    /** Whom the frames of a message go to, in order. */
    interface Reader {
        /**
         * An event.
         *
         * @param event with its position, if it has one
         * @param subs the subscriptions that it names; empty where it names none. Other events may share the array
         */
        void event(TypedEvent<EncodedDetail> event, long[] subs);

        /**
         * A control frame.
         *
         * @param type begins with a dollar sign
         * @param detail its detail; a null node where there is none
         */
        void control(String type, JsonNode detail);

        /**
         * A frame that is readable but not what a frame must be.
         *
         * @param error what is wrong with it
         */
        void malformed(CodecException error);
    }

    /**
     * Reads a message.
     *
     * @param message one frame, or an array of frames
     * @param most the most frames that it may have; 0 if it may not be an array
     * @param reader gets the frames
     * @return whether the message had no more than that
     * @throws CodecException if it is not readable; frames before the fault have been given to the reader
     */
    boolean read(byte[] message, int most, Reader reader);

    /**
     * Writes an event's frame, with its position, for nobody in particular. One that came as a frame is not written anew.
     *
     * @param event the event
     * @return the frame
     * @throws CodecException if the detail can't be encoded, or is over the codec's bounds
     */
    byte[] frame(TypedEvent<?> event);

    /**
     * Writes a control frame.
     *
     * @param type begins with a dollar sign
     * @param detail numbers, texts, booleans, and lists and maps of them
     * @return the frame
     */
    byte[] control(String type, Map<String, ?> detail);

    /**
     * What to write in place of a frame's first byte to say whom it is for.
     *
     * @param subs the subscriptions, at least one
     * @return the bytes
     */
    byte[] prefix(long... subs);

    /** {@return what an array of frames begins with} */
    byte batchStart();

    /** {@return what stands between two frames of an array; empty if nothing does} */
    byte[] batchSeparator();

    /** {@return what an array of frames ends with} */
    byte batchEnd();
}
