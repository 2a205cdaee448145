package dev.eventtarget.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.codec.quic.Quic;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs each benchmark once, so that none of them rots. How fast they are is not looked at. */
class BenchmarksTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                DispatchBenchmark.class,
                DispatchCostBenchmark.class,
                HandOverBenchmark.class,
                GroupHandOverBenchmark.class,
                EncodeBenchmark.class,
                DecodeBenchmark.class
            })
    void everyBenchmarkRuns(Class<?> benchmark) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("\\Q" + benchmark.getName() + "\\E\\..*")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(1))
                        .timeout(TimeValue.minutes(2))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        assertFalse(results.isEmpty());
        results.forEach(result -> assertTrue(
                result.getPrimaryResult().getScore() > 0,
                () -> result.getParams().getBenchmark()));
    }

    @Test
    void redisBenchmarkRuns() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        RedisBenchmark.run(new RedisBenchmark.Size(0, 1, 20 * 256, 100), new PrintStream(out, true, UTF_8));

        List<String> rows = out.toString(UTF_8)
                .lines()
                .filter(line -> line.startsWith("| "))
                .toList();
        assertTrue(rows.size() > 15, () -> "Only " + rows);
        assertFalse(rows.toString().contains("NaN"), rows::toString);
    }

    @Test
    void webSocketBenchmarkRuns() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        WebSocketBenchmark.run(new Rows(new Rows.Size(0, 1, 1, 100), ""), new PrintStream(out, true, UTF_8));

        List<String> rows = out.toString(UTF_8)
                .lines()
                .filter(line -> line.startsWith("| "))
                .toList();
        assertTrue(rows.size() > 25, () -> "Only " + rows);
        assertFalse(rows.toString().contains("NaN"), rows::toString);
    }

    @Test
    void quicBenchmarkRuns() throws Exception {
        assumeTrue(Quic.isAvailable(), "there is no library for QUIC on this platform");
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        QuicBenchmark.run(new Rows(new Rows.Size(0, 1, 1, 100), ""), new PrintStream(out, true, UTF_8));

        List<String> rows = out.toString(UTF_8)
                .lines()
                .filter(line -> line.startsWith("| "))
                .toList();
        assertTrue(rows.size() > 10, () -> "Only " + rows);
        assertFalse(rows.toString().contains("NaN"), rows::toString);
    }
}
