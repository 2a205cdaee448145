package dev.eventtarget.link.spoke;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.link.frame.Positions;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.jspecify.annotations.Nullable;

/**
 * A listener's subscription at the hub: which of its events are done with. Of a group each event is accounted for, as what is
 * not handled goes to another member; else it is enough to count. Listeners settle events on any thread; all else is on the
 * spoke's event loop.
 */
final class SpokeSubscription {
    private static final int LEAST_WINDOW = 4096;
    private static final int MOST_WINDOW = 1 << 20;

    /** Bytes of an event that the hub should not keep for longer than need be. */
    private static final int LARGE = 32 << 10;

    private final long number;
    private final ListenerSubscription listener;
    private final Turns turns;

    /** Bytes that wait for listeners, of all subscriptions. */
    private final AtomicLong buffered;

    private final IntSupplier mostUnacknowledged;

    private final Runnable acknowledges;

    /** Whether listeners are told where events are in the hub's log. */
    private final boolean positions;

    private final boolean grouped;
    private final int credit;
    private final Promise<Void> ready = Promise.promise();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** A large event that was announced and has not come, and those behind it. */
    private final Deque<Held> held = new ArrayDeque<>();

    // counted
    private final AtomicLong settled = new AtomicLong();
    private volatile long acknowledgedAt;
    private volatile boolean eager;

    /** Events without a number, which are counted when they are settled as the others are. */
    private long unnumbered;

    // accounted for
    private final Queue<Outcome> outcomes = new MpscLinkedAtomicQueue<>();
    private final IdentityHashMap<TypedEvent<?>, Long> open = new IdentityHashMap<>();
    private final TreeSet<Long> ahead = new TreeSet<>();
    private final List<Long> released = new ArrayList<>();
    private int releasesTold;

    private long received;
    private long acknowledged;
    private long told;

    /** What was received in sessions before this one: it is settled first. */
    private long before;

    private @Nullable String position;
    private boolean answered;
    private boolean ending;
    private boolean leaving;
    private final List<Promise<Void>> flushes = new ArrayList<>();

    private record Outcome(TypedEvent<?> event, boolean handled) {}

    private static final class Held {
        private final long number;
        private @Nullable TypedEvent<EncodedDetail> event;

        Held(long number, @Nullable TypedEvent<EncodedDetail> event) {
            this.number = number;
            this.event = event;
        }
    }

    SpokeSubscription(
            long number,
            ListenerSubscription listener,
            Turns turns,
            Consumer<SpokeSubscription> acknowledge,
            AtomicLong buffered,
            boolean positions,
            IntSupplier mostUnacknowledged) {
        this.number = number;
        this.listener = listener;
        this.turns = turns;
        this.buffered = buffered;
        this.positions = positions;
        this.mostUnacknowledged = mostUnacknowledged;
        this.acknowledges = () -> {
            scheduled.set(false);
            account();
            acknowledge.accept(this);
        };
        ListenerOptions options = listener.options();
        this.grouped = options.group() != null;
        this.credit = credit(options);
    }

    private static int credit(ListenerOptions options) {
        int buffer = options.buffer();
        if (options.group() != null) {
            return options.isOnce() ? 1 : Math.max(1, buffer / 2) + options.concurrency() - 1;
        }
        boolean drops =
                options.overflow() == OverflowPolicy.DROP_OLDEST || options.overflow() == OverflowPolicy.DROP_NEWEST;
        return Math.min(MOST_WINDOW, drops ? Math.max(LEAST_WINDOW, 2 * buffer) : buffer + options.concurrency());
    }

    long number() {
        return number;
    }

    EventType<?> type() {
        return listener.type();
    }

    boolean isGrouped() {
        return grouped;
    }

    boolean isAnswered() {
        return answered;
    }

    boolean isEnding() {
        return ending;
    }

    Future<Void> ready() {
        return ready.future();
    }

    @Nullable String position() {
        return position;
    }

    long received() {
        return received;
    }

    // ---- on the wire

    /** What to ask the hub for: where it is known how far it was, from there on. */
    Map<String, Object> request() {
        ListenerOptions options = listener.options();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("sub", number);
        request.put("type", listener.type().topic());
        if (options.group() != null) {
            request.put("group", options.group());
        }
        StartFrom from = position == null || grouped ? options.from() : StartFrom.after(position);
        if (from instanceof StartFrom.After after) {
            request.put("from", Map.of("after", after.position()));
        } else if (from instanceof StartFrom.Since since) {
            request.put("from", Map.of("since", since.time().toString()));
        } else if (from instanceof StartFrom.Earliest) {
            request.put("from", "earliest");
        }
        request.put("credit", credit);
        return request;
    }

    void subscribed() {
        answered = true;
        ready.tryComplete();
    }

    void refused(EventTargetException error) {
        if (ready.tryFail(error)) {
            listener.close();
        } else {
            listener.fail(error);
        }
    }

    void end() {
        ending = true;
    }

    /** Whether the listener holds on to nothing but what it handles. */
    boolean hasGivenBack() {
        return listener.isDone();
    }

    boolean isLeaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    /** Begins anew in another session. */
    void restart(boolean keptByGroups, boolean replays, String positions) {
        account();
        boolean stood = answered;
        answered = false;
        before += received - held.size();
        for (Held one : held) {
            buffered.addAndGet(-(one.event == null ? 0 : one.event.detail().length()));
        }
        held.clear();
        received = 0;
        acknowledged = 0;
        told = 0;
        open.clear();
        ahead.clear();
        released.clear();
        releasesTold = 0;
        flushed();
        boolean lossless = grouped
                ? keptByGroups
                : replays && (position == null ? listener.options().from() != StartFrom.latest() : reaches(positions));
        if (stood && !lossless) {
            gap("The link was lost for too long, and the hub does not know how many events were missed meanwhile");
        }
    }

    /** Whether nothing of what it listens to is missing behind a position. */
    private boolean reaches(String positions) {
        return positions.equals("log")
                || positions.equals("type") && !listener.type().isPattern();
    }

    void gap(String what) {
        listener.tell(new GapException(what
                + ". Keep a longer sessionTimeout or larger queues at the hub, or have it on a target with replay"));
    }

    // ---- events

    void deliver(TypedEvent<EncodedDetail> event) {
        received++;
        buffered.addAndGet(event.detail().length());
        if (held.isEmpty()) {
            hand(received, event);
        } else {
            held.add(new Held(received, event));
        }
    }

    /** The next event is large, and comes beside the messages; gives its number. */
    long announced() {
        received++;
        held.add(new Held(received, null));
        return received;
    }

    /** One that was announced has come. */
    void arrived(long number, TypedEvent<EncodedDetail> event) {
        for (Held one : held) {
            if (one.number == number) {
                one.event = event;
                buffered.addAndGet(event.detail().length());
            }
        }
        for (Held first = held.peek(); first != null && first.event != null; first = held.peek()) {
            held.remove();
            hand(first.number, first.event);
        }
    }

    /** Takes an event that may come or not, and is not acknowledged. */
    void deliverUnnumbered(TypedEvent<EncodedDetail> event) {
        unnumbered++;
        buffered.addAndGet(event.detail().length());
        offer(event);
    }

    private void hand(long number, TypedEvent<EncodedDetail> event) {
        position = event.position() == null ? position : event.position();
        TypedEvent<EncodedDetail> toListener = positions ? event : Positions.remove(event);
        if (grouped) {
            open.put(toListener, number);
        }
        offer(toListener);
    }

    private void offer(TypedEvent<EncodedDetail> toListener) {
        if (listener.isActive()) {
            listener.offer(toListener);
            listener.wake();
        } else {
            settled(toListener, false);
        }
    }

    /** From any thread. */
    void settled(TypedEvent<?> event, boolean handled) {
        int bytes = event.detail() instanceof EncodedDetail encoded ? encoded.length() : 0;
        buffered.addAndGet(-bytes);
        if (grouped) {
            outcomes.add(new Outcome(event, handled));
            schedule();
        } else if (settled.incrementAndGet() - acknowledgedAt >= Math.min(credit / 4, mostUnacknowledged.getAsInt())
                || bytes > LARGE
                || eager) {
            schedule();
        }
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            turns.post(acknowledges);
        }
    }

    /** Takes note of what listeners have settled. */
    void account() {
        if (!grouped) {
            long now = settled.get();
            acknowledgedAt = now;
            acknowledged = Math.max(acknowledged, Math.min(received, now - before - unnumbered));
            return;
        }
        for (Outcome next = outcomes.poll(); next != null; next = outcomes.poll()) {
            Long seq = open.remove(next.event);
            if (seq == null) {
                continue;
            }
            ahead.add(seq);
            if (!next.handled) {
                released.add(seq);
            }
        }
        while (!ahead.isEmpty() && ahead.first() == acknowledged + 1) {
            acknowledged++;
            ahead.pollFirst();
        }
    }

    /** Whether more is done with than the hub was told. */
    boolean hasMoreToTell() {
        account();
        return acknowledged > told;
    }

    /** What is done with. */
    Map<String, Object> acknowledgement() {
        told = acknowledged;
        return ahead.isEmpty()
                ? Map.of("sub", number, "to", acknowledged)
                : Map.of("sub", number, "to", acknowledged, "also", List.copyOf(ahead));
    }

    /** Whether there is something that must be told before what is done with, and can't be yet. */
    boolean holdsBack() {
        return !released.isEmpty() && !leaving;
    }

    /** What goes to others and was not told yet: it must be told before what is done with. */
    List<Long> released() {
        List<Long> untold = List.copyOf(released.subList(releasesTold, released.size()));
        releasesTold = released.size();
        return untold;
    }

    /** The link was lost: whatever was told may be lost too. */
    void tellAgain() {
        releasesTold = 0;
    }

    /** Tells the hub of each event as soon as it is settled, so that it knows when all are. */
    Future<Void> flush() {
        eager = true;
        Promise<Void> flushed = Promise.promise();
        flushes.add(flushed);
        schedule();
        return flushed.future();
    }

    void flushed() {
        List<Promise<Void>> all = List.copyOf(flushes);
        flushes.clear();
        all.forEach(Promise::tryComplete);
    }

    boolean isFlushing() {
        return !flushes.isEmpty();
    }

    static Map<String, Long> received(Collection<SpokeSubscription> all) {
        Map<String, Long> received = new LinkedHashMap<>();
        all.forEach(one -> received.put(Long.toString(one.number), one.received));
        return received;
    }
}
