package dev.eventtarget.benchmarks;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;

/**
 * A detail of 64 KiB as JSON.
 *
 * @param text nearly all of it
 */
public record Document(String text) {
    /** The bytes of its JSON. */
    static final int BYTES = 64 << 10;

    private static final int AROUND = "{\"text\":\"\"}".length();

    static final Document SAMPLE =
            new Document("0123456789abcdef".repeat(BYTES / 16).substring(AROUND));

    static final TypedEvent<Document> EVENT = TypedEvent.of(EventType.of("document.stored", Document.class), SAMPLE);
}
