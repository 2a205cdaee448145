package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.quic.Quic;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs each benchmark once, so that none of them rots. How fast they are is not looked at. */
class BenchmarksTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            classes = {
                DispatchBenchmark.class,
                DispatchCostBenchmark.class,
                TypesBenchmark.class,
                HandOverBenchmark.class,
                GroupHandOverBenchmark.class,
                EncodeBenchmark.class,
                DecodeBenchmark.class
            })
    void everyBenchmarkRuns(Class<?> benchmark) throws Exception {
        Path file = directory.resolve("results.json");

        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("\\Q" + benchmark.getName() + "\\E\\..*")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(1))
                        .timeout(TimeValue.minutes(2))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .addProfiler(GCProfiler.class)
                        .resultFormat(ResultFormatType.JSON)
                        .result(file.toString())
                        .build())
                .run();

        assertFalse(results.isEmpty());
        results.forEach(result -> assertTrue(
                result.getPrimaryResult().getScore() > 0,
                () -> result.getParams().getBenchmark()));
        check(part -> JmhTables.addTo(part, new ObjectMapper().readTree(file.toFile())), 2);
    }

    @Test
    void redisBenchmarkRuns() throws Exception {
        check(part -> RedisBenchmark.run(new RedisBenchmark.Size(0, 1, 20 * 256, 100), part), 16);
    }

    @Test
    void webSocketBenchmarkRuns() throws Exception {
        check(part -> WebSocketBenchmark.run(new Rows(new Rows.Size(0, 1, 1, 100), ""), part), 26);
    }

    @Test
    void quicBenchmarkRuns() throws Exception {
        assumeTrue(Quic.isAvailable(), "there is no library for QUIC on this platform");
        check(part -> QuicBenchmark.run(new Rows(new Rows.Size(0, 1, 1, 100), ""), part), 11);
    }

    @Test
    void memoryBenchmarkRuns() throws Exception {
        check(part -> MemoryBenchmark.run(new MemoryBenchmark.Size(0, 1, 300, 5, 2), part), 11);
    }

    private interface Run {
        void into(Part part) throws Exception;
    }

    /** What it measures is whole, has a place on the page, and the aims find it. */
    private void check(Run run, int leastRows) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Part part = new Part(new PrintStream(out, true, UTF_8));

        run.into(part);

        Part.Kept kept = part.kept();
        int rows = kept.tables().stream().mapToInt(table -> table.rows().size()).sum();
        assertTrue(rows >= leastRows, () -> "Only " + out.toString(UTF_8));
        assertFalse(out.toString(UTF_8).contains("NaN"), () -> out.toString(UTF_8));
        Report.write(List.of(kept), directory, "benchmarks/run report");
        assertFalse(Files.readString(directory.resolve("benchmarks.md")).contains("{{"));
        checkAims(kept.tables());
    }

    /** Those that compare with what is not on each machine are passed over where it is not there. */
    private static void checkAims(List<Table> tables) {
        for (Table table : tables) {
            Aim.ALL.stream()
                    .filter(aim -> aim.table().equals(table.title()))
                    .filter(aim -> aim.references().isEmpty()
                            || aim.references().stream().anyMatch(table.rows()::containsKey)
                            || !aim.references().toString().contains("NATS"))
                    .forEach(aim -> assertNotNull(aim.result(tables), aim.what()));
        }
    }
}
