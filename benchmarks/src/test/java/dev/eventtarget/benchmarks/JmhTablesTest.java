package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class JmhTablesTest {
    @Test
    void timesAreComparedWithTheFloor() throws IOException {
        String json = """
                [{"benchmark": "a.b.DispatchBenchmark.arrayLoop", "params": {"listeners": "1"},
                  "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[4.0, 5.0], [6.0]]},
                  "secondaryMetrics": {"gc.alloc.rate.norm": {"rawData": [[24.0001]]}}},
                 {"benchmark": "a.b.DispatchBenchmark.eventTarget", "params": {"listeners": "1"},
                  "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[12.0, 8.0]]}, "secondaryMetrics": {}},
                 {"benchmark": "a.b.DispatchBenchmark.eventTarget", "params": {"listeners": "10"},
                  "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[1234.4]]}, "secondaryMetrics": {}}]
                """;

        assertEquals("""

                ### DispatchBenchmark

                Time of an event:

                |  | listeners = 1 | listeners = 10 |
                |---|---:|---:|
                | **eventTarget** | 10.0 ns (8.00 – 12.0 ns) | 1.23 µs (1.23 – 1.23 µs) |
                | arrayLoop | 5.00 ns (4.00 – 6.00 ns) | – |

                Of arrayLoop:

                |  | listeners = 1 | listeners = 10 |
                |---|---:|---:|
                | **eventTarget** | 2.00 (1.33 – 3.00) | – |
                | arrayLoop | 1.00 (1.00 – 1.00) | – |

                ### DispatchBenchmark, allocated

                |  | allocated for an event | from – to |
                |---|---:|---:|
                | arrayLoop | 24.0 B | 24.0 – 24.0 B |
                """, printed(json));
    }

    @Test
    void throughputIsEventsASecond() throws IOException {
        String json = """
                [{"benchmark": "a.b.HandOver.peer",
                  "primaryMetric": {"scoreUnit": "ops/us", "rawData": [[4.0], [6.0]]}, "secondaryMetrics": {}},
                 {"benchmark": "a.b.HandOver.eventTarget",
                  "primaryMetric": {"scoreUnit": "ops/us", "rawData": [[20.0]]}, "secondaryMetrics": {}}]
                """;

        assertEquals("""

                ### HandOver

                |  | events/s | from – to | of eventTarget |
                |---|---:|---:|---:|
                | **eventTarget** | 20.0 M | 20.0 – 20.0 M | 1.00 (1.00 – 1.00) |
                | peer | 5.00 M | 4.00 – 6.00 M | 0.25 (0.20 – 0.30) |
                """, printed(json));
    }

    private static String printed(String json) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JmhTables.addTo(new Part(new PrintStream(out, true, UTF_8)), new ObjectMapper().readTree(json));
        return out.toString(UTF_8);
    }
}
