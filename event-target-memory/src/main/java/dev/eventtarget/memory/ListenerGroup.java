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
import org.jspecify.annotations.Nullable;

/** Listeners that share the events of a type: one buffer, from which each takes the next event when it has time. */
final class ListenerGroup extends Registration implements ListenerSubscription.Group {
    private final EventBuffer buffer;
    private final AtomicInteger next = new AtomicInteger();
    private volatile ListenerSubscription[] members = {};
    private volatile @Nullable ListenerSubscription last;

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
        member.joined(this);
        return before.length == 0;
    }

    /** Gives whether it was the last member. */
    boolean leave(ListenerSubscription member) {
        members = Arrays.stream(members).filter(other -> other != member).toArray(ListenerSubscription[]::new);
        last = member;
        return members.length == 0;
    }

    @Override
    public boolean hasOthersThan(ListenerSubscription member) {
        return Arrays.stream(members).anyMatch(other -> other != member);
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

    @Override
    public void rested() {
        ListenerSubscription[] all = members;
        ListenerSubscription leaving = last;
        if (all.length == 0) {
            if (leaving != null && leaving.isDone()) {
                buffer.clear(event -> {});
            }
        } else if (buffer.isEmpty()) {
            for (ListenerSubscription member : all) {
                member.checkIdle();
            }
        } else {
            wake();
        }
    }
}
