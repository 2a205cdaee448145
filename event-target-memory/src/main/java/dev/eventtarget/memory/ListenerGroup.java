package dev.eventtarget.memory;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.EventBuffer;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.core.Registration;
import io.vertx.core.Future;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Listeners that share the events of a type: one buffer, from which each takes the next event when it has time. */
final class ListenerGroup extends Registration {
    private final EventBuffer buffer;
    private final AtomicInteger next = new AtomicInteger();
    private volatile ListenerSubscription[] members = {};

    ListenerGroup(EventType<?> type, ListenerOptions options) {
        super(type);
        this.buffer = EventBuffer.shared(options);
    }

    EventBuffer buffer() {
        return buffer;
    }

    /** Gives whether it is the first member. */
    boolean join(ListenerSubscription member) {
        ListenerSubscription[] before = members;
        ListenerSubscription[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = member;
        members = after;
        member.joined(this::rested);
        return before.length == 0;
    }

    /** Gives whether it was the last member. */
    boolean leave(ListenerSubscription member) {
        members = Arrays.stream(members).filter(other -> other != member).toArray(ListenerSubscription[]::new);
        return members.length == 0;
    }

    @Override
    public Future<Void> offer(TypedEvent<?> event) {
        return buffer.offer(event);
    }

    /** One member that has time, each in its turn. Those who are busy look into the buffer when they are done. */
    @Override
    public void wake() {
        ListenerSubscription[] all = members;
        if (all.length == 0) {
            return;
        }
        int first = Math.floorMod(next.getAndIncrement(), all.length);
        for (int i = 0; i < all.length; i++) {
            if (all[(first + i) % all.length].tryWake()) {
                return;
            }
        }
    }

    private void rested() {
        if (members.length == 0) {
            buffer.clear();
        } else if (buffer.isEmpty()) {
            for (ListenerSubscription member : members) {
                member.checkIdle();
            }
        } else {
            wake();
        }
    }
}
