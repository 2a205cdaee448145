package dev.eventtarget.core.codec;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;

/** What a codec reads and writes at most. */
final class Bounds {
    static final int DOCUMENT_BYTES = 64 << 20;
    static final int STRING_CHARS = 16 << 20;
    static final int NAME_BYTES = 1024;
    static final int NUMBER_CHARS = 1000;
    static final int NESTING = 200;
    static final int HEADERS = 128;

    static final StreamReadConstraints READ = read(NESTING);

    /** An array of documents. */
    static final StreamReadConstraints READ_ARRAY = read(NESTING + 1);

    static final StreamWriteConstraints WRITE =
            StreamWriteConstraints.builder().maxNestingDepth(NESTING).build();

    private Bounds() {}

    private static StreamReadConstraints read(int nesting) {
        return StreamReadConstraints.builder()
                .maxDocumentLength(DOCUMENT_BYTES)
                .maxStringLength(STRING_CHARS)
                .maxNameLength(NAME_BYTES)
                .maxNumberLength(NUMBER_CHARS)
                .maxNestingDepth(nesting)
                .build();
    }
}
