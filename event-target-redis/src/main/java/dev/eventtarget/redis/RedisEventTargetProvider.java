package dev.eventtarget.redis;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.spi.EventCodec;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens {@code redis://…} and its like: with TLS {@code rediss}, of a cluster {@code redis+cluster}, by sentinels {@code redis+sentinel}. */
public final class RedisEventTargetProvider implements EventTargetProvider {
    /** Called by the service loader. */
    public RedisEventTargetProvider() {}

    @Override
    public Set<String> transports() {
        return Set.of("redis", "rediss", "redis+cluster", "rediss+cluster", "redis+sentinel", "rediss+sentinel");
    }

    @Override
    public Map<String, String> options() {
        return RedisSettings.help();
    }

    @Override
    public TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        RedisSettings settings = RedisSettings.of(config);
        EventCodec codec = EventCodecs.named(config.string("codec", "json"));
        return new RedisEventTarget(vertx, settings, codec, ProducerNonce.open(settings.noncePath()), interceptors);
    }
}
