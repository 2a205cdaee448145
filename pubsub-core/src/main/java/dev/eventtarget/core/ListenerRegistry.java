package dev.eventtarget.core;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.eventtarget.ClosedException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds who takes an event: an immutable array for each topic that somebody listens to by name, replaced on change, so that
 * dispatch needs no lock and no allocation. Topics that only patterns match are worked out when first seen and kept in a
 * bounded cache, as it is publishers, and so perhaps strangers, who make them up.
 */
public final class ListenerRegistry {
    private static final Registration[] NONE = {};
    private static final Route NOBODY = new Route(0, NONE);
    private static final int PATTERN_ROUTES = 10_000;

    /** Who takes a topic that is listened to without wildcards. */
    private final ConcurrentHashMap<String, Route> routes = new ConcurrentHashMap<>();

    /** Who takes one that is not. */
    private final Cache<String, Route> patternRoutes = Caffeine.newBuilder()
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

    /** Who takes a topic, as of a version of the patterns. */
    private static final class Route {
        private final long version;
        private final Registration[] registrations;

        /** The listeners alone, where all of them may be called directly with a detail of one class; else null. */
        private final EventListener<Object> @Nullable [] direct;

        private final @Nullable Type javaType;

        /**
         * Set when another route has taken this one's place: a dispatch under way must look at each registration from then
         * on. Not volatile: the thread that changes registrations while it dispatches sees it at once, and between threads
         * there is no order to keep.
         */
        private boolean stale;

        Route(long version, Registration[] registrations) {
            this.version = version;
            this.registrations = registrations;
            this.direct = direct(registrations);
            this.javaType = direct == null ? null : registrations[0].type.javaType();
        }

        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
        private static EventListener<Object> @Nullable [] direct(Registration[] registrations) {
            EventListener<Object>[] listeners = new EventListener[registrations.length];
            for (int i = 0; i < registrations.length; i++) {
                EventListener<Object> listener = registrations[i].direct;
                Type javaType = registrations[i].type.javaType();
                if (listener == null || javaType != registrations[0].type.javaType() || !(javaType instanceof Class)) {
                    return null;
                }
                listeners[i] = listener;
            }
            return registrations.length == 0 ? null : listeners;
        }
    }

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
            replacePatterns(changed);
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
            replacePatterns(changed);
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

    /**
     * Takes note that a registration is not {@linkplain Registration#direct direct} any more.
     *
     * @param registration one that was added
     */
    public synchronized void changed(Registration registration) {
        if (registration.type.isPattern()) {
            replacePatterns(patterns.registrations);
        }
        reroute(registration.type);
    }

    /** Replaces the routes that a change of the registrations to a type touches. */
    private void reroute(EventType<?> changed) {
        if (changed.isPattern()) {
            named.keySet().forEach(this::route);
            return;
        }
        if (patterns.scoped) {
            replacePatterns(patterns.registrations);
        }
        route(changed.topic());
        if (changed.id() == null) {
            scopes.getOrDefault(changed.name(), Set.of()).forEach(this::route);
        }
    }

    private void replacePatterns(List<Registration> changed) {
        patterns = patterns.next(changed);
        patternRoutes.asMap().values().forEach(route -> route.stale = true);
        patternRoutes.invalidateAll();
    }

    private void route(String topic) {
        Route before = named.containsKey(topic)
                ? routes.put(topic, merge(EventType.of(topic, Object.class)))
                : routes.remove(topic);
        if (before != null) {
            before.stale = true;
        }
    }

    private synchronized Route merge(EventType<?> type) {
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
        return new Route(current.version, merged.toArray(NONE));
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
    public Future<Void> dispatch(TypedEvent<?> event) {
        Route route = route(event.type());
        Future<Void> refused = refusal;
        if (refused != Registration.ACCEPTED) {
            return refused;
        }
        EventListener<Object>[] direct = route.direct;
        return direct != null && route.javaType == event.type().javaType()
                ? dispatch(event, route, direct)
                : dispatch(event, route.registrations, 0);
    }

    /** The way of events in a process whose listeners all want them as they are: next to nothing but the calls. */
    @SuppressWarnings("unchecked") // the listeners' type is the event's
    private static Future<Void> dispatch(TypedEvent<?> event, Route route, EventListener<Object>[] direct) {
        TypedEvent<Object> typed = (TypedEvent<Object>) event;
        int next = 0;
        try {
            while (next < direct.length && !route.stale) {
                direct[next].handle(typed);
                next++;
            }
        } catch (Throwable e) {
            route.registrations[next++].refused(event, e);
        }
        return next == direct.length ? Registration.ACCEPTED : dispatch(event, route.registrations, next);
    }

    /** The way of all others: a look at each registration, from one of them on. */
    @SuppressWarnings("unchecked") // the listener's type is the event's
    private static Future<Void> dispatch(TypedEvent<?> event, Registration[] registrations, int from) {
        Future<Void> outcome = Registration.ACCEPTED;
        for (int i = from; i < registrations.length; i++) {
            Registration registration = registrations[i];
            EventListener<Object> direct = registration.direct;
            if (direct == null || registration.type.javaType() != event.type().javaType()) {
                outcome = both(outcome, registration.accept(event));
                continue;
            }
            try {
                direct.handle((TypedEvent<Object>) event);
            } catch (Throwable e) {
                registration.refused(event, e);
            }
        }
        return outcome;
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
        return route(type).registrations;
    }

    private Route route(EventType<?> type) {
        Route found = routes.get(type.topic());
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
        return current.registrations.isEmpty() ? NOBODY : patternRoute(type, current);
    }

    private Route patternRoute(EventType<?> type, Patterns current) {
        String key = current.scoped ? type.topic() : type.name();
        Route known = patternRoutes.getIfPresent(key);
        if (known == null || known.version != current.version) {
            known = merge(type);
            patternRoutes.put(key, known);
        }
        return known;
    }
}
