package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventType;
import dev.eventtarget.spi.EncodedDetail;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final String LINES = """
            {"type":"user.created:7","detail":{"name":"Ünal","tags":["a", "b"]}}
            {"type":"user.created:8","detail":null}
            {"type":"tick","detail":12.50}
            """;

    private static Workload read(String lines, int times) throws IOException {
        return Workload.read(
                new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), TargetCommand.JSON, times);
    }

    private static EncodedDetail encoded(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new EncodedDetail(TargetCommand.JSON, bytes, 0, bytes.length);
    }

    @Test
    void repeatsItsEvents() throws IOException {
        Workload workload = read(LINES, 3);

        assertEquals(9, workload.size());
        assertEquals("tick", workload.event(2).type().topic());
        assertEquals("user.created:7", workload.event(6).type().topic());
    }

    @Test
    void aTypesListenerHearsAllItsIds() throws IOException {
        assertEquals(
                List.of(EventType.of("user.created", JsonNode.class), EventType.of("tick", JsonNode.class)),
                read(LINES, 1).types());
    }

    @Test
    void aDetailIsIntactAsBytesAndAsATree() throws IOException {
        Workload workload = read(LINES, 2);
        for (int sequence = 0; sequence < workload.size(); sequence++) {
            EncodedDetail detail = (EncodedDetail) workload.event(sequence).detail();
            assertTrue(workload.isIntact(sequence, detail));
            assertTrue(workload.isIntact(sequence, detail.decode(JsonNode.class)));
        }
        assertTrue(workload.isIntact(0, encoded("{ \"tags\":[\"a\",\"b\"], \"name\":\"\\u00dcnal\" }")));
        assertTrue(workload.isIntact(1, null));
    }

    @Test
    void aDetailThatDiffersIsNotIntact() throws IOException {
        Workload workload = read(LINES, 1);

        assertFalse(workload.isIntact(0, encoded("{\"name\":\"Unal\",\"tags\":[\"a\",\"b\"]}")));
        assertFalse(workload.isIntact(0, encoded("{\"name\":\"Ünal\",\"tags\":[\"b\",\"a\"]}")));
        assertFalse(workload.isIntact(0, null));
        assertFalse(workload.isIntact(1, encoded("0")));
        assertFalse(workload.isIntact(2, encoded("12.51").decode(JsonNode.class)));
    }

    @Test
    void namesTheLineThatIsNoEvent() {
        CodecException e = assertThrows(CodecException.class, () -> read(LINES + "\n{\"detail\":1}\n", 1));

        assertTrue(e.getMessage().startsWith("line 5: "), e.getMessage());
    }

    @Test
    void whatWasRecordedDuringARunCanBeRunAgain() throws IOException {
        String line = "{\"type\":\"a\",\"headers\":{\"h\":\"1\",\"" + Run.HEADER + "\":\"x/1\"},\"detail\":1}";

        assertEquals(Map.of("h", "1"), read(line, 1).event(0).headers());
    }

    @Test
    void refusesAFileWithoutEvents() {
        assertThrows(ConfigurationException.class, () -> read("\n\n", 1));
    }

    @Test
    void ordersAreHeardByTypeAndAllAtOnce() {
        Workload orders = Workload.orders(10_000);

        assertEquals(10_000, orders.size());
        assertEquals(
                List.of("order.placed", "order.paid", "order.shipped"),
                orders.types().stream().map(EventType::topic).toList());
        for (int sequence = 0; sequence < orders.size(); sequence++) {
            EventType<?> type = orders.event(sequence).type();
            assertEquals(
                    1,
                    orders.types().stream().filter(heard -> heard.matches(type)).count());
            assertTrue(orders.everything().matches(type));
            assertTrue(orders.isIntact(sequence, orders.event(sequence).detail()));
        }
        assertFalse(orders.isIntact(0, orders.event(3).detail()));
        assertFalse(orders.isIntact(0, null));
    }

    @Test
    void refusesMoreEventsThanCanBeNumbered() {
        assertThrows(ConfigurationException.class, () -> read(LINES, Integer.MAX_VALUE));
    }
}
