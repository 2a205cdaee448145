package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamCursorTest {
    private final StreamCursor stream = new StreamCursor("shop:order", "order", "0-0");

    @Test
    void whatIsAcknowledgedIsSettled() {
        stream.unsettled().addAll(Set.of("1-0", "2-0"));
        stream.settled(List.of("1-0"));
        assertEquals(Set.of("2-0"), stream.unsettled());
    }

    /** The answer to that may come behind the answer to the acknowledgement, over another connection, and have it still. */
    @Test
    void whatIsAcknowledgedWhileItIsAskedForAgainIsSettledBehindThat() {
        stream.unsettled().addAll(Set.of("1-0", "2-0"));
        stream.recovering(true);
        stream.settled(List.of("1-0"));
        assertEquals(Set.of("1-0", "2-0"), stream.unsettled());
        stream.recovering(false);
        assertEquals(Set.of("2-0"), stream.unsettled());
    }
}
