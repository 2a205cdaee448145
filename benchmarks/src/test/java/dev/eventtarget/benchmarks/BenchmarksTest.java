package dev.eventtarget.benchmarks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
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
}
