package dev.eventtarget.micrometer;

import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubStatus;
import dev.eventtarget.link.HubStatus.LinkStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has done and has to do, by {@link Hub#status()}. {@code docs/architecture/metrics.md} lists the meters.
 *
 * <pre>{@code
 * new HubMetrics(hub).bindTo(registry);
 * }</pre>
 *
 * <p>The hub's target has metrics of its own: open it with {@link EventTargetMetrics}.
 */
public final class HubMetrics implements MeterBinder {
    private static final String LINKS = "links";
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Hub hub;
    private final Tags tags;
    private @Nullable HubStatus last;
    private long asked;

    /**
     * Of a hub that is the only one in its registry.
     *
     * @param hub the hub
     */
    public HubMetrics(Hub hub) {
        this(hub, Tags.empty());
    }

    /**
     * Of a hub.
     *
     * @param hub the hub
     * @param tags tell it from other hubs in the same registry
     */
    public HubMetrics(Hub hub, Iterable<Tag> tags) {
        this.hub = hub;
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(
                registry,
                "links",
                LINKS,
                "Links that are open",
                status -> status.links().size());
        gauge(registry, "sessions", "sessions", "Sessions that wait to be resumed", HubStatus::sessions);
        gauge(
                registry,
                "queued",
                BaseUnits.EVENTS,
                "Events that wait for links",
                status -> status.links().stream().mapToInt(LinkStatus::queued).sum());
        counter(registry, "opened", LINKS, "Links that were taken", HubStatus::opened);
        counter(registry, "resumed", "sessions", "Sessions that were taken up again", HubStatus::resumed);
        counter(registry, "published", BaseUnits.EVENTS, "Events of spokes that were accepted", HubStatus::published);
        counter(registry, "delivered", BaseUnits.EVENTS, "Events sent to spokes", HubStatus::delivered);
        counter(registry, "dropped", BaseUnits.EVENTS, "Events that links had no room for", HubStatus::dropped);
        counter(registry, "duplicates", BaseUnits.EVENTS, "Events published again and left out", HubStatus::duplicates);
        counter(registry, "refused", "refusals", "Links and frames answered with an error", HubStatus::refused);
        counter(registry, "slow", LINKS, "Links closed as they did not take their events", HubStatus::slow);
    }

    private void gauge(
            MeterRegistry registry, String name, String unit, String what, ToDoubleFunction<HubStatus> value) {
        Gauge.builder("eventtarget.hub." + name, () -> value.applyAsDouble(status()))
                .tags(tags)
                .baseUnit(unit)
                .description(what)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String unit, String what, ToDoubleFunction<HubStatus> value) {
        FunctionCounter.builder("eventtarget.hub." + name, hub, asked -> value.applyAsDouble(status()))
                .tags(tags)
                .baseUnit(unit)
                .description(what)
                .register(registry);
    }

    /** One for all meters of a scrape. */
    private synchronized HubStatus status() {
        long now = System.nanoTime();
        HubStatus known = last;
        if (known == null || now - asked > FRESH_NANOS) {
            known = hub.status();
            last = known;
            asked = now;
        }
        return known;
    }
}
