package dev.eventtarget.redis;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.DedupWindow;
import dev.eventtarget.core.ListenerSubscription;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A subscription as its reader sees it. Touched on the reader's context alone, but for what says otherwise. */
final class Taker {
    private final ListenerSubscription subscription;
    private final @Nullable DedupWindow handled;
    private final Consumer<TypedEvent<?>> duplicate;

    /** The last entries that are not for it, of streams in which it has not got behind them. */
    private final Map<StreamCursor, String> from = new HashMap<>();

    /** The types that it reads or is about to, where it listens to a pattern. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    /** Offered and not settled. */
    private final AtomicInteger open = new AtomicInteger();

    private volatile StreamReader reader;

    Taker(ListenerSubscription subscription, int window, StreamReader reader, Consumer<TypedEvent<?>> duplicate) {
        this.subscription = subscription;
        this.handled = window == 0 ? null : new DedupWindow(window);
        this.reader = reader;
        this.duplicate = duplicate;
    }

    ListenerSubscription subscription() {
        return subscription;
    }

    EventType<?> type() {
        return subscription.type();
    }

    /** From any thread. */
    StreamReader reader() {
        return reader;
    }

    void reader(StreamReader other) {
        reader = other;
        from.clear();
    }

    /** Gives whether a type is new to it. From any thread. */
    boolean begins(String type) {
        return begun.add(type);
    }

    void from(StreamCursor stream, String position) {
        from.put(stream, position);
    }

    /** Behind which entry it has to go on. */
    String position(StreamCursor stream) {
        String begin = from.get(stream);
        return begin == null || StreamCursor.compare(begin, stream.position()) < 0 ? stream.position() : begin;
    }

    /** Whether an entry is for it, and was not handled before. */
    boolean wants(StreamCursor stream, String id, TypedEvent<?> event, @Nullable String dedupId) {
        if (!from.isEmpty()) {
            String begin = from.get(stream);
            if (begin != null) {
                if (StreamCursor.compare(id, begin) <= 0) {
                    return false;
                }
                from.remove(stream);
            }
        }
        if (!type().matches(event.type())) {
            return false;
        }
        if (handled == null || dedupId == null || !handled.contains(dedupId)) {
            return true;
        }
        duplicate.accept(event);
        return false;
    }

    /** How many events are behind a number of entries: known where all entries of a stream are for it. */
    long events(long entries) {
        return entries == 0 || type().id() == null ? entries : -1;
    }

    /** Has an event more to settle. */
    void opened() {
        open.incrementAndGet();
    }

    /** From any thread. */
    void settled(StreamEntry entry) {
        open.decrementAndGet();
        String dedupId = entry.dedupId();
        if (handled != null && dedupId != null) {
            handled.add(dedupId);
        }
        reader.settled(this, entry);
    }

    /**
     * How many events more it takes: as many as there are where it rather drops some. A member of a group has no more in
     * hand than it needs, be they handled or waiting, as the others could have them: with {@code once} a single one, and
     * none more while it is paused. From any thread.
     */
    int room() {
        ListenerOptions options = subscription.options();
        boolean grouped = options.group() != null;
        if (grouped && subscription.isPaused()) {
            return 0;
        }
        if (grouped && options.isOnce()) {
            return 1 - open.get();
        }
        OverflowPolicy policy = options.overflow();
        if (policy == OverflowPolicy.DROP_NEWEST || policy == OverflowPolicy.DROP_OLDEST) {
            return Integer.MAX_VALUE;
        }
        int capacity = subscription.buffer().capacity();
        return grouped
                ? Math.max(capacity, options.concurrency()) - open.get()
                : capacity - subscription.buffer().size();
    }

    /**
     * Of a group: how many entries it may take over from others. One where it is just full, or new entries would keep old ones
     * out for as long as it is busy.
     */
    int claimable() {
        int room = room();
        ListenerOptions options = subscription.options();
        boolean busy = room == 0
                && options.overflow() == OverflowPolicy.BLOCK
                && !options.isOnce()
                && !subscription.isPaused();
        return busy ? 1 : room;
    }
}
