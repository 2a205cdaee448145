package dev.eventtarget.redis;

import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import org.jspecify.annotations.Nullable;

/** A detail that knows which entry it came in, for that to be acknowledged. */
final class StreamEntry extends EncodedDetail {
    private final StreamCursor stream;
    private final String id;
    private final @Nullable String dedupId;

    StreamEntry(EventCodec codec, byte[] bytes, StreamCursor stream, String id, @Nullable String dedupId) {
        super(codec, bytes, 0, bytes.length);
        this.stream = stream;
        this.id = id;
        this.dedupId = dedupId;
    }

    StreamCursor stream() {
        return stream;
    }

    String id() {
        return id;
    }

    @Nullable String dedupId() {
        return dedupId;
    }
}
