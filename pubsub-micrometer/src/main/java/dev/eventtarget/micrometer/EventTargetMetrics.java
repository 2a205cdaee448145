package dev.eventtarget.micrometer;

import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.GapException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times what a target publishes and delivers, and shows how it is. {@code docs/architecture/metrics.md} lists the
 * meters.
 *
 * <pre>{@code
 * TypedEventTarget target = EventTargets.open(vertx, url, new EventTargetMetrics(registry));
 * }</pre>
 *
 * <p>Give each target its own. Two of one registry and one bound are equal, so that verticles which open the same target may
 * each make one.
 *
 * <p>Tags have the names of types, never their ids. The first hundred types are told apart, as are the first hundred groups;
 * what comes later counts as {@code other}. Gauges show what {@link TypedEventTarget#status} says, which is asked every five
 * seconds. Timers publish histograms from 100 µs to 10 s for registries that make percentiles of them, such as Prometheus;
 * a {@link io.micrometer.core.instrument.config.MeterFilter MeterFilter} turns them off.
 */
public final class EventTargetMetrics implements Interceptor {
    static final String NONE = "none";
    private static final String SUCCESS = "success";
    private static final String ERROR = "error";
    private static final String TRANSPORT = "transport";
    private static final String TARGET = "target";
    private static final String TYPE = "type";
    private static final String GROUP = "group";
    private static final String OUTCOME = "outcome";
    private static final String REASON = "reason";
    private static final int MAX_TYPES = 100;
    private static final Duration POLL = Duration.ofSeconds(5);

    private static final Set<String> REASONS = Arrays.stream(EventTargetException.Reason.values())
            .map(EventTargetMetrics::inSmallLetters)
            .collect(Collectors.toUnmodifiableSet());

    private final MeterRegistry registry;
    private final int maxTypes;
    private final Duration poll;
    private final Labels types;
    private final Labels groups;
    private final Map<String, TypeMeters> byType = new ConcurrentHashMap<>();
    private final Map<TypedEventTarget, StatusGauges> gauges = new ConcurrentHashMap<>();
    private volatile String transport = NONE;

    /**
     * Tells a hundred types apart.
     *
     * @param registry has the meters
     */
    public EventTargetMetrics(MeterRegistry registry) {
        this(registry, MAX_TYPES);
    }

    /**
     * Tells so many types apart.
     *
     * @param registry has the meters
     * @param maxTypes the most types, and the most groups, that have a tag value of their own; at least 0
     * @throws IllegalArgumentException if negative
     */
    public EventTargetMetrics(MeterRegistry registry, int maxTypes) {
        this(registry, maxTypes, POLL);
    }

    EventTargetMetrics(MeterRegistry registry, int maxTypes, Duration poll) {
        if (maxTypes < 0) {
            throw new IllegalArgumentException("maxTypes is " + maxTypes + ": it must not be negative");
        }
        this.registry = registry;
        this.maxTypes = maxTypes;
        this.poll = poll;
        this.types = new Labels(maxTypes);
        this.groups = new Labels(maxTypes);
    }

    // ---- around

    @Override
    public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
        TypeMeters meters = meters(event.type().name());
        long begun = System.nanoTime();
        Future<Void> outcome;
        try {
            outcome = next.apply(event);
        } catch (Throwable e) {
            meters.notPublished(e, begun);
            throw e;
        }
        if (outcome.succeeded()) {
            published(meters, event, begun);
            return outcome;
        }
        // who sees the outcome finds it counted
        return outcome.andThen((done, error) -> {
            if (error == null) {
                published(meters, event, begun);
            } else {
                meters.notPublished(error, begun);
            }
        });
    }

    private void published(TypeMeters meters, TypedEvent<?> event, long begun) {
        meters.accepted.increment();
        meters.publish.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        String original = event.headers().get(DeadLetter.TYPE);
        if (original != null) {
            String reason = event.headers().getOrDefault(DeadLetter.REASON, "");
            int colon = original.indexOf(':');
            meters(colon < 0 ? original : original.substring(0, colon))
                    .deadLettered(
                            group(event.headers().get(DeadLetter.GROUP)),
                            REASONS.contains(reason) ? reason : Labels.OTHER);
        }
    }

    @Override
    public Future<?> deliver(TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
        GroupMeters meters = meters(event.type().name()).group(group(subscription.group()));
        Instant time = event.time();
        if (time != null) {
            meters.age(Duration.between(time, Instant.now()));
        }
        long begun = System.nanoTime();
        Future<?> outcome;
        try {
            outcome = next.apply(event);
        } catch (Throwable e) {
            meters.delivered(meters.nacked, begun);
            throw e;
        }
        if (outcome.succeeded()) {
            meters.delivered(meters.acked, begun);
            return outcome;
        }
        return outcome.andThen((done, error) -> meters.delivered(error == null ? meters.acked : meters.nacked, begun));
    }

    // ---- told

    @Override
    public void opened(TypedEventTarget target) {
        String address = target.toString();
        int colon = address.indexOf(':');
        transport = colon < 0 ? NONE : address.substring(0, colon);
        StatusGauges added =
                new StatusGauges(registry, Tags.of(TRANSPORT, transport, TARGET, address), types, groups, target, poll);
        gauges.put(target, added);
        added.start();
    }

    @Override
    public void closed(TypedEventTarget target) {
        StatusGauges removed = gauges.remove(target);
        if (removed != null) {
            removed.stop();
        }
    }

    @Override
    public void retrying(TypedEvent<?> event, Subscription subscription) {
        meters(event.type().name()).group(group(subscription.group())).retried.increment();
    }

    @Override
    public void dropped(TypedEvent<?> event, Subscription subscription) {
        meters(event.type().name()).group(group(subscription.group())).dropped.increment();
    }

    @Override
    public void duplicate(TypedEvent<?> event) {
        meters(event.type().name()).duplicates.increment();
    }

    @Override
    public void failed(EventTargetException error, Subscription subscription) {
        GroupMeters meters = meters(subscription.type().name()).group(group(subscription.group()));
        if (error instanceof GapException) {
            meters.gaps.increment();
        } else {
            meters.failed(reason(error));
        }
    }

    @Override
    public void connected(String address) {
        connections("connections", "Connections that were made", address).increment();
    }

    @Override
    public void disconnected(String address, Throwable error) {
        connections(
                        "disconnections",
                        "Connections that were lost or could not be made, each once until it is there",
                        address)
                .increment();
    }

    private Counter connections(String name, String what, String address) {
        return Counter.builder("eventtarget." + name)
                .description(what)
                .baseUnit("connections")
                .tags(TRANSPORT, transport, TARGET, address)
                .register(registry);
    }

    // ---- meters

    private String group(@Nullable String name) {
        return name == null ? NONE : groups.of(name);
    }

    private TypeMeters meters(String type) {
        String label = types.of(type);
        TypeMeters known = byType.get(label);
        return known == null ? byType.computeIfAbsent(label, TypeMeters::new) : known;
    }

    private static String reason(Throwable error) {
        return error instanceof EventTargetException known ? inSmallLetters(known.reason()) : ERROR;
    }

    private static String inSmallLetters(EventTargetException.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private Counter events(String name, String what, Tags tags) {
        return Counter.builder("eventtarget." + name)
                .description(what)
                .baseUnit(BaseUnits.EVENTS)
                .tags(tags)
                .register(registry);
    }

    private Timer timer(String name, String what, Tags tags) {
        return Timer.builder("eventtarget." + name)
                .description(what)
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100_000))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry);
    }

    private final class TypeMeters {
        private final Tags tags;
        private final Counter accepted;
        private final Timer publish;
        private final Counter duplicates;
        private final Map<String, GroupMeters> groups = new ConcurrentHashMap<>();

        TypeMeters(String type) {
            tags = Tags.of(TRANSPORT, transport, TYPE, type);
            accepted = published(SUCCESS);
            publish = timer("publish", "Until an event is accepted, or refused", tags);
            duplicates = events("duplicates", "Events left out, as their id was known", tags);
        }

        private Counter published(String outcome) {
            return events("published", "Events given to the transport", tags.and(OUTCOME, outcome));
        }

        void notPublished(Throwable error, long begun) {
            published(reason(error)).increment();
            publish.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }

        void deadLettered(String group, String reason) {
            events("dead.lettered", "Events published as dead letters", tags.and(GROUP, group, REASON, reason))
                    .increment();
        }

        GroupMeters group(String label) {
            GroupMeters known = groups.get(label);
            return known == null ? groups.computeIfAbsent(label, one -> new GroupMeters(tags.and(GROUP, one))) : known;
        }
    }

    private final class GroupMeters {
        private final Tags tags;
        private final Counter acked;
        private final Counter nacked;
        private final Timer delivery;
        private final Counter retried;
        private final Counter dropped;
        private final Counter gaps;
        private volatile @Nullable Timer age;

        GroupMeters(Tags tags) {
            this.tags = tags;
            String what = "Calls of listeners, by whether they handled the event";
            acked = events("delivered", what, tags.and(OUTCOME, "acked"));
            nacked = events("delivered", what, tags.and(OUTCOME, "nacked"));
            delivery = timer("delivery", "Until a listener has handled an event, or refused it", tags);
            retried = events("retried", "Further attempts at events that listeners had refused", tags);
            dropped = events("dropped", "Events that did not fit into a buffer", tags);
            gaps = Counter.builder("eventtarget.gaps")
                    .description("Times that a listener was told of missing events")
                    .baseUnit("gaps")
                    .tags(tags)
                    .register(registry);
        }

        void delivered(Counter outcome, long begun) {
            outcome.increment();
            delivery.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }

        void age(Duration sinceItHappened) {
            Timer timer = age;
            if (timer == null) {
                timer = timer("age", "How old events are that have a time, when they are delivered", tags);
                age = timer;
            }
            timer.record(sinceItHappened.isNegative() ? Duration.ZERO : sinceItHappened);
        }

        void failed(String reason) {
            Counter.builder("eventtarget.failures")
                    .description("Errors that error handlers were told, gaps aside")
                    .baseUnit("failures")
                    .tags(tags.and(REASON, reason))
                    .register(registry)
                    .increment();
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventTargetMetrics that && registry == that.registry && maxTypes == that.maxTypes;
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(registry) + maxTypes;
    }

    @Override
    public String toString() {
        return "EventTargetMetrics";
    }
}
