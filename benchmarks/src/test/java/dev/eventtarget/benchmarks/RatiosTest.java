package dev.eventtarget.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatiosTest {
    @Test
    void timeIsComparedSoThatMoreThanOneMeansEventTargetIsFaster() throws IOException {
        String json = """
                [{"benchmark": "a.b.Dispatch.peer", "params": {"listeners": "1"},
                  "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[30.0, 500.0], [20.0]]},
                  "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 24.0001}}},
                 {"benchmark": "a.b.Dispatch.eventTarget", "params": {"listeners": "1"},
                  "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[12.0, 8.0]]}, "secondaryMetrics": {}},
                 {"benchmark": "a.b.Dispatch.eventTarget", "params": {"listeners": "10"},
                  "primaryMetric": {"scoreUnit": "ns/op", "rawData": [[123.4]]}, "secondaryMetrics": {}}]
                """;

        assertEquals("""

                ### Dispatch

                |  | listeners = 1 | listeners = 10 |
                |---|---:|---:|
                | eventTarget | 10.0 ns | 123 ns |
                | peer | 30.0 ns · 3.00× · 24 B | – |
                """, Ratios.markdown(results(json)));
    }

    @Test
    void throughputIsComparedTheOtherWayRound() throws IOException {
        String json = """
                [{"benchmark": "a.b.HandOver.eventTarget",
                  "primaryMetric": {"scoreUnit": "ops/us", "rawData": [[20.0]]}, "secondaryMetrics": {}},
                 {"benchmark": "a.b.HandOver.peer",
                  "primaryMetric": {"scoreUnit": "ops/us", "rawData": [[4.0], [6.0]]}, "secondaryMetrics": {}}]
                """;

        assertEquals("""

                ### HandOver

                |  |  |
                |---|---:|
                | eventTarget | 20.0 M/s |
                | peer | 5.00 M/s · 4.00× |
                """, Ratios.markdown(results(json)));
    }

    private static List<Ratios.Result> results(String json) throws IOException {
        List<Ratios.Result> results = new ArrayList<>();
        new ObjectMapper().readTree(json).forEach(result -> results.add(Ratios.Result.of(result)));
        return results;
    }
}
