package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.CodecException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventLinesTest {
    private static EventLines lines(String text) {
        return new EventLines(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), TargetCommand.JSON, 200_000);
    }

    private static String line(String type, String detail) {
        return "{\"type\":\"" + type + "\",\"detail\":" + detail + "}";
    }

    private static String topic(TypedEvent<EncodedDetail> event) {
        return event.type().topic();
    }

    @Test
    void readsOneEventALine() throws IOException {
        EventLines lines = lines(line("a", "1") + "\n" + line("b:7", "{\"ö\":\"\\n\"}") + "\n");

        assertEquals("a", topic(lines.next()));
        assertEquals(1, lines.number());
        TypedEvent<EncodedDetail> second = lines.next();
        assertEquals("b:7", topic(second));
        assertEquals("{\"ö\":\"\\n\"}", new String(second.detail().toBytes(), StandardCharsets.UTF_8));
        assertEquals(2, lines.number());
        assertNull(lines.next());
        assertNull(lines.next());
    }

    @Test
    void takesWindowsLineEndsAndNoneAtTheEnd() throws IOException {
        EventLines lines = lines(line("a", "1") + "\r\n" + line("b", "2"));

        assertEquals("a", topic(lines.next()));
        assertEquals("b", topic(lines.next()));
        assertNull(lines.next());
    }

    @Test
    void passesOverBlankLinesAndCountsThem() throws IOException {
        EventLines lines = lines("\n \t\r\n" + line("a", "1") + "\n\n");

        assertEquals("a", topic(lines.next()));
        assertEquals(3, lines.number());
        assertNull(lines.next());
    }

    @Test
    void emptyInputHasNoEvents() throws IOException {
        assertNull(lines("").next());
    }

    @Test
    void goesOnBehindALineThatIsNoEvent() throws IOException {
        EventLines lines = lines("{\"type\":\n" + line("a", "1"));

        assertThrows(CodecException.class, lines::next);
        assertEquals(1, lines.number());
        assertEquals("a", topic(lines.next()));
        assertEquals(2, lines.number());
    }

    @Test
    void goesOnBehindALineThatIsTooLong() throws IOException {
        EventLines lines =
                lines(line("a", "\"" + "x".repeat(200_000) + "\"") + "\n" + line("b", "1") + "\n" + line("c", "1"));

        CodecException e = assertThrows(CodecException.class, lines::next);
        assertTrue(e.getMessage().contains("longer than 200000 bytes"), e.getMessage());
        assertEquals("b", topic(lines.next()));
        assertEquals("c", topic(lines.next()));
        assertEquals(3, lines.number());
        assertNull(lines.next());
    }

    @Test
    void readsLinesThatAreLongerThanItsChunks() throws IOException {
        String detail = "\"" + "ü".repeat(90_000) + "\"";
        EventLines lines = lines(line("a", detail) + "\n" + line("b", "1"));

        assertEquals(detail, new String(lines.next().detail().toBytes(), StandardCharsets.UTF_8));
        assertEquals("b", topic(lines.next()));
    }

    @Test
    void readsInputThatComesByteByByte() throws IOException {
        byte[] bytes = (line("a", "1") + "\n" + line("b", "2")).getBytes(StandardCharsets.UTF_8);
        InputStream slow = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 1));
            }
        };
        EventLines lines = new EventLines(slow, TargetCommand.JSON);

        assertEquals("a", topic(lines.next()));
        assertEquals("b", topic(lines.next()));
        assertNull(lines.next());
    }
}
