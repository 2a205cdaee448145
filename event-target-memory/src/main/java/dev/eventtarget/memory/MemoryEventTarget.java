package dev.eventtarget.memory;

import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.AbstractEventTarget;
import dev.eventtarget.core.DedupWindow;
import dev.eventtarget.core.EventBuffer;
import dev.eventtarget.core.ListenerRegistry;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.Registration;
import dev.eventtarget.spi.EventCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events go from publisher to listeners within the process. */
final class MemoryEventTarget extends AbstractEventTarget {
    private final @Nullable String name;
    private final @Nullable EventCodec wire;
    private final @Nullable History history;
    private final @Nullable DedupWindow dedup;
    private final ListenerRegistry registry = new ListenerRegistry();

    /** By topic and name; touched only under the lock that subscriptions come and go under. */
    private final Map<GroupKey, ListenerGroup> groups = new HashMap<>();

    private record GroupKey(String topic, @Nullable String name) {
        static GroupKey of(EventType<?> type, ListenerOptions options) {
            return new GroupKey(type.topic(), options.group());
        }
    }

    MemoryEventTarget(
            Vertx vertx,
            @Nullable String name,
            EventCodec converter,
            @Nullable EventCodec wire,
            @Nullable History history,
            @Nullable DedupWindow dedup,
            Duration closeTimeout,
            List<Interceptor> interceptors) {
        super(vertx, converter, capabilities(history, dedup), closeTimeout, interceptors);
        this.name = name;
        this.wire = wire;
        this.history = history;
        this.dedup = dedup;
        opened();
    }

    private static Set<Capability> capabilities(@Nullable History history, @Nullable DedupWindow dedup) {
        EnumSet<Capability> capabilities =
                EnumSet.of(Capability.ORDERED, Capability.GROUPS, Capability.ACKNOWLEDGED, Capability.WILDCARDS);
        if (history != null) {
            capabilities.add(Capability.REPLAY);
        }
        if (dedup != null) {
            capabilities.add(Capability.DEDUPLICATED);
        }
        return capabilities;
    }

    @Override
    protected Future<Void> publish(TypedEvent<?> event) {
        if (wire == null && history == null && dedup == null) {
            return registry.dispatch(event);
        }
        if (dedup == null || event.id() == null) {
            return overWire(event);
        }
        String topicAndId = event.type().topic() + "\n" + event.id();
        if (!dedup.add(topicAndId)) {
            duplicate(event);
            return Registration.ACCEPTED;
        }
        return overWire(event).onFailure(error -> dedup.remove(topicAndId));
    }

    private Future<Void> overWire(TypedEvent<?> event) {
        TypedEvent<?> received;
        try {
            received = wire == null ? event : wire.decode(wire.encode(event));
        } catch (CodecException e) {
            return Future.failedFuture(e);
        }
        return history == null ? registry.dispatch(received) : intoHistory(received, history);
    }

    /** Under the lock events get their place in history, and into every buffer in that order; outside it listeners run. */
    private Future<Void> intoHistory(TypedEvent<?> event, History history) {
        Registration[] registrations;
        Future<Void> outcome;
        synchronized (history) {
            registrations = registry.find(event.type());
            outcome = registry.refusal();
            if (outcome != Registration.ACCEPTED) {
                return outcome;
            }
            TypedEvent<?> placed = history.append(event);
            for (Registration registration : registrations) {
                outcome = ListenerRegistry.both(outcome, registration.offer(placed));
            }
        }
        for (Registration registration : registrations) {
            registration.wake();
        }
        return outcome;
    }

    /** With a history every subscription has a buffer, so that all get events in the history's order. */
    @Override
    protected boolean callsDirectly() {
        return history == null;
    }

    @Override
    protected boolean callsInline() {
        return true;
    }

    @Override
    protected EventBuffer buffer(EventType<?> type, ListenerOptions options) {
        if (options.group() == null) {
            return super.buffer(type, options);
        }
        return groups.computeIfAbsent(GroupKey.of(type, options), key -> new ListenerGroup(type, options))
                .buffer();
    }

    @Override
    protected Future<Void> subscribe(ListenerSubscription subscription) {
        ListenerGroup group = groups.get(GroupKey.of(subscription.type(), subscription.options()));
        if (group != null && !group.join(subscription)) {
            return Registration.ACCEPTED;
        }
        Registration registration = group == null ? subscription : group;
        if (history == null) {
            registry.add(registration);
        } else {
            synchronized (history) {
                history.replay(subscription);
                registry.add(registration);
            }
        }
        return Registration.ACCEPTED;
    }

    @Override
    protected void unsubscribe(ListenerSubscription subscription) {
        GroupKey key = GroupKey.of(subscription.type(), subscription.options());
        ListenerGroup group = groups.get(key);
        if (group == null) {
            registry.remove(subscription);
        } else if (group.leave(subscription)) {
            groups.remove(key);
            registry.remove(group);
        }
    }

    @Override
    protected void queued(ListenerSubscription subscription) {
        registry.changed(subscription);
    }

    @Override
    protected void refuse(ClosedException error) {
        registry.refuse(error);
    }

    @Override
    public String toString() {
        return name == null ? "memory:" : "memory:" + name;
    }
}
