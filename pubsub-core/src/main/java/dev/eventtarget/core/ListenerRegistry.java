package dev.eventtarget.core;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.eventtarget.ClosedException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds who takes an event: an immutable array for each topic that somebody listens to by name, replaced on change, so that
 * dispatch needs no lock and no allocation. Topics that only patterns match are worked out when first seen and kept in a
 * bounded cache, as it is publishers, and so perhaps strangers, who make them up.
 */
public final class ListenerRegistry {
    private static final Registration[] NONE = {};
    private static final int PATTERN_ROUTES = 10_000;

    /** Who takes a topic that is listened to without wildcards. */
    private final ConcurrentHashMap<String, Registration[]> routes = new ConcurrentHashMap<>();

    /** Who takes one that is not. */
    private final Cache<String, PatternRoute> patternRoutes = Caffeine.newBuilder()
            .maximumSize(PATTERN_ROUTES)
            .executor(Runnable::run)
            .build();

    /** Registrations without wildcards by topic, and the scoped topics among these by name. Guarded by the lock. */
    private final Map<String, List<Registration>> named = new HashMap<>();

    private final Map<String, Set<String>> scopes = new HashMap<>();

    private volatile Future<Void> refusal = Registration.ACCEPTED;
    private volatile Patterns patterns = new Patterns(0, List.of(), false);
    private long sequence;

    /** The registrations with wildcards; scoped if there is one with an id among them, such as {@code order.*:42}. */
    private record Patterns(long version, List<Registration> registrations, boolean scoped) {
        Patterns next(List<Registration> changed) {
            return new Patterns(
                    version + 1,
                    List.copyOf(changed),
                    changed.stream().anyMatch(registration -> registration.type.id() != null));
        }
    }

    /** A route that holds as long as the patterns are of the same version. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record PatternRoute(long version, Registration[] registrations) {}

    /**
     * Adds a registration behind those there are. An event dispatched after this returns is offered to it.
     *
     * @param registration not added yet
     */
    public synchronized void add(Registration registration) {
        registration.sequence = ++sequence;
        EventType<?> type = registration.type;
        if (type.isPattern()) {
            List<Registration> changed = new ArrayList<>(patterns.registrations);
            changed.add(registration);
            patterns = patterns.next(changed);
        } else {
            named.computeIfAbsent(type.topic(), topic -> new ArrayList<>()).add(registration);
            if (type.id() != null) {
                scopes.computeIfAbsent(type.name(), name -> new HashSet<>()).add(type.topic());
            }
        }
        reroute(type);
    }

    /**
     * Removes a registration. An event dispatched after this returns is not offered to it.
     *
     * @param registration one that was added, or not
     */
    public synchronized void remove(Registration registration) {
        EventType<?> type = registration.type;
        if (type.isPattern()) {
            List<Registration> changed = new ArrayList<>(patterns.registrations);
            changed.remove(registration);
            patterns = patterns.next(changed);
        } else {
            named.computeIfPresent(
                    type.topic(), (topic, same) -> same.remove(registration) && same.isEmpty() ? null : same);
            if (type.id() != null && !named.containsKey(type.topic())) {
                scopes.computeIfPresent(
                        type.name(), (name, topics) -> topics.remove(type.topic()) && topics.isEmpty() ? null : topics);
            }
        }
        reroute(type);
    }

    /** Replaces the routes that a change of the registrations to a type touches. */
    private void reroute(EventType<?> changed) {
        if (changed.isPattern()) {
            named.keySet().forEach(this::route);
            return;
        }
        if (patterns.scoped) {
            patterns = patterns.next(patterns.registrations);
        }
        route(changed.topic());
        if (changed.id() == null) {
            scopes.getOrDefault(changed.name(), Set.of()).forEach(this::route);
        }
    }

    private void route(String topic) {
        if (named.containsKey(topic)) {
            routes.put(topic, merge(EventType.of(topic, Object.class)).registrations);
        } else {
            routes.remove(topic);
        }
    }

    private synchronized PatternRoute merge(EventType<?> type) {
        List<Registration> merged = new ArrayList<>(named.getOrDefault(type.name(), List.of()));
        if (type.id() != null) {
            merged.addAll(named.getOrDefault(type.topic(), List.of()));
        }
        Patterns current = patterns;
        for (Registration registration : current.registrations) {
            if (registration.type.matches(type)) {
                merged.add(registration);
            }
        }
        merged.sort(Comparator.comparingLong(registration -> registration.sequence));
        return new PatternRoute(current.version, merged.toArray(NONE));
    }

    /**
     * Fails publishers from now on: whom they {@linkplain #find find} may be incomplete.
     *
     * @param error what they get
     */
    public void refuse(ClosedException error) {
        refusal = Future.failedFuture(error);
    }

    /** {@return what a publisher gets who asks after it has found whom to offer an event: mostly {@link Registration#ACCEPTED}} */
    public Future<Void> refusal() {
        return refusal;
    }

    /**
     * Offers an event to everyone who takes it, in the order in which they were added.
     *
     * @param event the event
     * @return completes when all have room for it, at once {@link Registration#ACCEPTED} if they have; fails if one has none
     */
    @SuppressWarnings("ReferenceEquality") // types are mostly constants: another object takes the longer way
    public Future<Void> dispatch(TypedEvent<?> event) {
        EventType<?> type = event.type();
        Registration[] found = find(type);
        Future<Void> outcome = refusal;
        if (outcome != Registration.ACCEPTED) {
            return outcome;
        }
        for (Registration registration : found) {
            EventListener<Object> direct = registration.direct;
            if (direct != null && registration.type == type) {
                call(registration, direct, event);
            } else {
                outcome = both(outcome, registration.accept(event));
            }
        }
        return outcome;
    }

    @SuppressWarnings("unchecked") // the registration's type is the event's
    private static void call(Registration registration, EventListener<Object> direct, TypedEvent<?> event) {
        try {
            direct.handle((TypedEvent<Object>) event);
        } catch (Throwable e) {
            registration.refused(event, e);
        }
    }

    /**
     * Joins two outcomes.
     *
     * @param first one
     * @param second the other
     * @return completes with both; fails if one does, when both have an outcome
     */
    public static Future<Void> both(Future<Void> first, Future<Void> second) {
        if (second == Registration.ACCEPTED) {
            return first;
        }
        return first == Registration.ACCEPTED
                ? second
                : Future.join(first, second).mapEmpty();
    }

    /**
     * Finds who takes the events of a type.
     *
     * @param type an event's type
     * @return the registrations in the order in which they were added; not to be changed
     */
    public Registration[] find(EventType<?> type) {
        Registration[] found = routes.get(type.topic());
        if (found != null) {
            return found;
        }
        Patterns current = patterns;
        if (type.id() != null && !current.scoped) {
            found = routes.get(type.name());
            if (found != null) {
                return found;
            }
        }
        return current.registrations.isEmpty() ? NONE : findByPattern(type, current);
    }

    private Registration[] findByPattern(EventType<?> type, Patterns current) {
        String key = current.scoped ? type.topic() : type.name();
        PatternRoute known = patternRoutes.getIfPresent(key);
        if (known == null || known.version != current.version) {
            known = merge(type);
            patternRoutes.put(key, known);
        }
        return known.registrations;
    }
}
