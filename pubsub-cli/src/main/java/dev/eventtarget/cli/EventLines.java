package dev.eventtarget.cli;

import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads events, one envelope a line; passes over blank lines. */
final class EventLines {
    /** Most bytes that a line may have. */
    static final int MAX_LINE = 64 << 20;

    private final InputStream in;
    private final EventCodec codec;
    private final int maxLine;
    private final byte[] chunk = new byte[1 << 16];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int from;
    private int to;
    private long number;

    EventLines(InputStream in, EventCodec codec) {
        this(in, codec, MAX_LINE);
    }

    EventLines(InputStream in, EventCodec codec, int maxLine) {
        this.in = in;
        this.codec = codec;
        this.maxLine = maxLine;
    }

    /** {@return the number of the line that was read last, from 1} */
    long number() {
        return number;
    }

    /**
     * Reads the next event.
     *
     * @return the event, or null at the end
     * @throws CodecException if the line is no event; reading can go on behind it
     */
    @Nullable TypedEvent<EncodedDetail> next() throws IOException {
        while (readLine()) {
            byte[] bytes = line.toByteArray();
            if (!isBlank(bytes)) {
                return codec.decode(bytes);
            }
        }
        return null;
    }

    private boolean readLine() throws IOException {
        line.reset();
        boolean tooLong = false;
        boolean any = false;
        while (from < to || fill()) {
            if (!any) {
                any = true;
                number++;
            }
            int end = from;
            while (end < to && chunk[end] != '\n') {
                end++;
            }
            tooLong |= line.size() + (end - from) > maxLine;
            if (!tooLong) {
                line.write(chunk, from, end - from);
            }
            boolean ended = end < to;
            from = ended ? end + 1 : end;
            if (ended) {
                break;
            }
        }
        if (tooLong) {
            throw new CodecException("The line is longer than " + maxLine + " bytes");
        }
        return any;
    }

    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(in.read(chunk), 0);
        return to > 0;
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
