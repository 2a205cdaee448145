package dev.eventtarget.micrometer;

import dev.eventtarget.Capability;
import dev.eventtarget.Health;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TargetStatus.SubscriptionStatus;
import dev.eventtarget.TypedEventTarget;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a target's status says, asked again and again until it is closed. */
final class StatusGauges {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Labels types;
    private final Labels groups;
    private final TypedEventTarget target;
    private final boolean sharesBuffers;
    private final Executor later;

    /** What the gauges show; guarded by this, and read without. */
    private final Map<Listeners, Row> rows = new HashMap<>();

    private volatile TargetStatus status = new TargetStatus(Health.up(), List.of());
    private boolean stopped;

    /** Those with the same tags. */
    private record Listeners(String type, String group) {}

    /** Their gauges, and the numbers that these show. */
    private record Row(Numbers numbers, List<Meter> meters) {}

    private static final class Numbers {
        private volatile Sum sum = Sum.NONE;
    }

    /** Of several listeners: what is behind is a group's, or of one log, so that it is not added up. */
    private record Sum(int queued, int inFlight, long behind) {
        private static final Sum NONE = new Sum(0, 0, -1);

        Sum plus(SubscriptionStatus one, boolean sameBuffer) {
            return new Sum(
                    sameBuffer ? Math.max(queued, one.queued()) : queued + one.queued(),
                    inFlight + one.inFlight(),
                    Math.max(behind, one.behind()));
        }
    }

    StatusGauges(
            MeterRegistry registry, Tags tags, Labels types, Labels groups, TypedEventTarget target, Duration poll) {
        this.registry = registry;
        this.tags = tags;
        this.types = types;
        this.groups = groups;
        this.target = target;
        this.sharesBuffers = !target.capabilities().contains(Capability.CROSS_PROCESS);
        this.later = CompletableFuture.delayedExecutor(poll.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
    }

    void start() {
        ask();
    }

    private void ask() {
        target.status().onSuccess(this::show).onComplete(done -> askLater());
    }

    private synchronized void askLater() {
        if (!stopped) {
            later.execute(this::ask);
        }
    }

    private synchronized void show(TargetStatus now) {
        if (stopped) {
            return;
        }
        status = now;
        showTarget();
        Map<Listeners, Sum> sums = new HashMap<>();
        for (SubscriptionStatus one : now.subscriptions()) {
            Listeners listeners = new Listeners(types.of(name(one.topic())), group(one.group()));
            boolean sameBuffer = sharesBuffers && one.group() != null;
            sums.merge(listeners, Sum.NONE.plus(one, sameBuffer), (sum, first) -> sum.plus(one, sameBuffer));
        }
        rows.entrySet().removeIf(row -> {
            boolean gone = !sums.containsKey(row.getKey());
            if (gone) {
                row.getValue().meters.forEach(registry::remove);
            }
            return gone;
        });
        sums.forEach((listeners, sum) -> rows.computeIfAbsent(listeners, this::row).numbers.sum = sum);
    }

    private static String name(String topic) {
        int colon = topic.indexOf(':');
        return colon < 0 ? topic : topic.substring(0, colon);
    }

    private String group(@Nullable String name) {
        return name == null ? EventTargetMetrics.NONE : groups.of(name);
    }

    /** Again each time, as another target with the same address may have taken its gauges away. */
    private List<Meter> showTarget() {
        return List.of(
                health(Health.State.UP),
                health(Health.State.DEGRADED),
                health(Health.State.DOWN),
                gauge(
                        "subscriptions",
                        "subscriptions",
                        "Listeners that have not ended",
                        tags,
                        this,
                        one -> one.status.subscriptions().size()));
    }

    private Meter health(Health.State state) {
        return gauge(
                "health",
                null,
                "1 for the state that the target is in, 0 for the others",
                tags.and("state", state.name().toLowerCase(Locale.ROOT)),
                this,
                one -> one.status.health().state() == state ? 1 : 0);
    }

    private Row row(Listeners listeners) {
        Numbers numbers = new Numbers();
        Tags all = tags.and("type", listeners.type, "group", listeners.group);
        return new Row(
                numbers,
                List.of(
                        gauge(
                                "queued",
                                BaseUnits.EVENTS,
                                "Events that wait in buffers",
                                all,
                                numbers,
                                one -> one.sum.queued),
                        gauge(
                                "in.flight",
                                BaseUnits.EVENTS,
                                "Events that listeners are handling",
                                all,
                                numbers,
                                one -> one.sum.inFlight),
                        gauge(
                                "behind",
                                BaseUnits.EVENTS,
                                "Events that the transport has and has not delivered, of the listener that is furthest behind",
                                all,
                                numbers,
                                one -> one.sum.behind < 0 ? Double.NaN : one.sum.behind)));
    }

    private <T> Meter gauge(
            String name, @Nullable String unit, String what, Tags tags, T of, ToDoubleFunction<T> value) {
        String whole = "eventtarget." + name;
        // to register one again is something that the registry warns of
        Gauge known = registry.find(whole).tags(tags).gauge();
        if (known != null) {
            return known;
        }
        return Gauge.builder(whole, of, value)
                .tags(tags)
                .baseUnit(unit)
                .description(what)
                .strongReference(true)
                .register(registry);
    }

    synchronized void stop() {
        stopped = true;
        rows.values().forEach(row -> row.meters.forEach(registry::remove));
        rows.clear();
        showTarget().forEach(registry::remove);
    }
}
