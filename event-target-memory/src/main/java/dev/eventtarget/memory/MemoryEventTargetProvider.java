package dev.eventtarget.memory;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.DedupWindow;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventCodec;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens {@code memory:}. */
public final class MemoryEventTargetProvider implements EventTargetProvider {
    private static final int MOST_EVENTS = 1 << 24;

    /** Called by the service loader. */
    public MemoryEventTargetProvider() {}

    @Override
    public Set<String> transports() {
        return Set.of("memory");
    }

    @Override
    public Map<String, String> options() {
        return Map.of(
                "history", "how many events to keep for listeners that start from the past; 0, the default, for none",
                "dedup",
                        "among how many events to drop those whose topic and ID were there before; 0, the default, for none",
                "codec",
                        "json or cbor: sends every event through that codec, as a real transport would; by default none does",
                "closeTimeout", "how long close() waits for listeners; 30s by default");
    }

    @Override
    public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        int history = config.integer("history", 0, 0, MOST_EVENTS);
        int dedup = config.integer("dedup", 0, 0, MOST_EVENTS);
        String codec = config.string("codec");
        EventCodec converter = EventCodecs.named(codec == null ? "json" : codec);
        return new MemoryEventTarget(
                vertx,
                config.string("name"),
                converter,
                codec == null ? null : converter,
                history == 0 ? null : new History(history),
                dedup == 0 ? null : new DedupWindow(dedup),
                config.duration("closeTimeout", Duration.ofSeconds(30)),
                interceptors);
    }
}
