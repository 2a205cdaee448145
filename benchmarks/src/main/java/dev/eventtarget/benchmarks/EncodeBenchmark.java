package dev.eventtarget.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventCodec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An event, its envelope included, to bytes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
@State(Scope.Thread)
public class EncodeBenchmark {
    @Param({"json", "cbor"})
    public String codec = "json";

    private final Envelope envelope = Envelope.of(Envelope.EVENT);

    @SuppressWarnings("NullAway.Init")
    private EventCodec eventCodec;

    @SuppressWarnings("NullAway.Init")
    private ObjectMapper mapper;

    @Setup
    public void setUp() {
        eventCodec = EventCodecs.named(codec);
        mapper = Envelope.mapper(codec);
    }

    @Benchmark
    public byte[] eventTarget() {
        return eventCodec.encode(Envelope.EVENT);
    }

    @Benchmark
    public byte[] jackson() throws JsonProcessingException {
        return mapper.writeValueAsBytes(envelope);
    }
}
