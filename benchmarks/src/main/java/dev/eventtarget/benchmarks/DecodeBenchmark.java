package dev.eventtarget.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** Bytes to an event with the detail that a listener asked for. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
@State(Scope.Thread)
public class DecodeBenchmark {
    @Param({"json", "cbor"})
    public String codec = "json";

    @SuppressWarnings("NullAway.Init")
    private EventCodec eventCodec;

    @SuppressWarnings("NullAway.Init")
    private ObjectMapper mapper;

    @SuppressWarnings("NullAway.Init")
    private byte[] bytes;

    @Setup
    public void setUp() {
        eventCodec = EventCodecs.named(codec);
        mapper = Envelope.mapper(codec);
        bytes = eventCodec.encode(Envelope.EVENT);
    }

    @Benchmark
    public @Nullable Object eventTarget() {
        return eventCodec.decode(bytes).detail().decode(Order.class);
    }

    /** The envelope alone, as where an event is only passed on. */
    @Benchmark
    public TypedEvent<EncodedDetail> eventTargetEnvelope() {
        return eventCodec.decode(bytes);
    }

    @Benchmark
    public Envelope jackson() throws IOException {
        return mapper.readValue(bytes, Envelope.class);
    }
}
