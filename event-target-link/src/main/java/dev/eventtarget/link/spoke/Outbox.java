package dev.eventtarget.link.spoke;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.FireAndForget;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.link.frame.Control;
import dev.eventtarget.link.frame.FrameWriter;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.frame.Violation;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.jspecify.annotations.Nullable;

/**
 * What a spoke publishes, until the hub has confirmed it. Publishers come from any thread; all else is on the spoke's event
 * loop.
 */
final class Outbox {
    private static final int ROOM_FOR_ARRAY = 2;
    private static final byte[] NOBODY = {};

    private final SpokeSettings settings;
    private final String address;
    private final Turns turns;
    private final Queue<Publication> inbox = new MpscLinkedAtomicQueue<>();
    private final AtomicBoolean collecting = new AtomicBoolean();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();

    /** In order, those that were sent in this session before those that were not. */
    private final Deque<Publication> sent = new ArrayDeque<>();

    private final Deque<Publication> unsent = new ArrayDeque<>();

    /** Frames that were announced and are not confirmed, and those of them that the hub has asked for. */
    private final NavigableMap<Long, byte[]> large = new TreeMap<>();

    private final Deque<Long> fetches = new ArrayDeque<>();
    private final Map<Long, EventTargetException> refusals = new HashMap<>();
    private final List<Promise<Void>> awaitingIdle = new ArrayList<>();
    private volatile @Nullable EventTargetException refusal;
    private final Runnable flush = this::flush;
    private @Nullable FrameWriter writer;
    private int mostBytes = Integer.MAX_VALUE;

    /** What is settled and not told yet. */
    private final List<Publication> done = new ArrayList<>();

    /** The number of the first of all that are here, over all sessions. */
    private long first;

    /** How many have been confirmed in this session. */
    private long confirmed;

    /** How many have been sent in this session. */
    private long numbered;

    /** An event, or, without a frame, so many that were given up. */
    private static final class Publication {
        private final String topic;
        private final byte @Nullable [] frame;
        private final boolean mayBeLost;
        private final @Nullable Promise<Void> promise;
        private final long deadline;
        private final long count;
        private boolean failed;
        private @Nullable EventTargetException error;

        Publication(TypedEvent<?> event, byte[] frame, Promise<Void> promise, long deadline) {
            this.topic = event.type().topic();
            this.frame = frame;
            this.mayBeLost = FireAndForget.isMarked(event);
            this.promise = promise;
            this.deadline = deadline;
            this.count = 1;
        }

        private Publication(long count) {
            this.topic = "";
            this.frame = null;
            this.mayBeLost = false;
            this.promise = null;
            this.deadline = 0;
            this.count = count;
        }

        static Publication hole(long count) {
            return new Publication(count);
        }

        boolean isHole() {
            return frame == null;
        }
    }

    Outbox(SpokeSettings settings, String address, Turns turns) {
        this.settings = settings;
        this.address = address;
        this.turns = turns;
    }

    // ---- from any thread

    Future<Void> publish(TypedEvent<?> event, boolean deadLetter) {
        byte[] frame = settings.codec().encode(event);
        int counted = pending.incrementAndGet();
        // read when it is counted, so that whoever is not refused is waited for
        EventTargetException refused = refusal;
        if (refused != null && !(deadLetter && refused instanceof ClosedException)) {
            settled(1, 0);
            return Future.failedFuture(refused);
        }
        long bytes = pendingBytes.addAndGet(frame.length);
        if (counted > settings.maxPending() || bytes > settings.maxPendingBytes() && counted > 1) {
            settled(1, frame.length);
            return Future.failedFuture(new BackpressureException((counted - 1) + " events, " + (bytes - frame.length)
                    + " bytes, wait for " + address
                    + " to confirm them: wait for the futures of what you published before you publish more"));
        }
        ContextInternal context = ContextInternal.current();
        Promise<Void> promise = context == null ? Promise.promise() : context.promise();
        inbox.add(new Publication(
                event,
                frame,
                promise,
                System.nanoTime() + settings.publishTimeout().toNanos()));
        if (!collecting.get() && collecting.compareAndSet(false, true)) {
            turns.post(this::collect);
        }
        return promise.future();
    }

    private void settled(int events, long bytes) {
        pendingBytes.addAndGet(-bytes);
        if (pending.addAndGet(-events) == 0 && refusal != null) {
            turns.post(this::checkIdle);
        }
    }

    /** Fails what is not counted yet, but for dead letters. */
    void refuse(EventTargetException error) {
        refusal = error;
    }

    // ---- on the event loop

    private void collect() {
        collecting.set(false);
        for (Publication next = inbox.poll(); next != null; next = inbox.poll()) {
            if (!sendsAsDatagram(next)) {
                unsent.add(next);
            }
        }
        EventTargetException error = refusal;
        if (error != null && !(error instanceof ClosedException)) {
            fail(error);
        }
        tell();
        send();
    }

    /** One that may be lost waits for no other, and for no confirmation. */
    private boolean sendsAsDatagram(Publication publication) {
        FrameWriter to = writer;
        byte[] frame = publication.frame;
        if (to == null || frame == null || !publication.mayBeLost || !to.sendDatagram(NOBODY, frame)) {
            return false;
        }
        settle(publication, null);
        return true;
    }

    void send() {
        FrameWriter to = writer;
        if (to == null || unsent.isEmpty() && fetches.isEmpty()) {
            return;
        }
        while (!fetches.isEmpty() && to.isWritable()) {
            long number = fetches.remove();
            byte[] frame = large.get(number);
            if (frame != null) {
                to.sendAside(0, number, frame);
            }
        }
        while (!unsent.isEmpty() && to.isWritable()) {
            Publication next = unsent.remove();
            numbered += next.count;
            byte[] frame = next.frame;
            if (frame != null && frame.length > mostBytes - ROOM_FOR_ARRAY) {
                settle(
                        next,
                        new CodecException("The event has " + frame.length + " bytes on the wire, and " + address
                                + " takes messages of " + mostBytes
                                + ": publish less at once, or have the hub take more"));
            }
            if (frame == null || next.failed) {
                to.control(Control.SKIP, Map.of("count", next.count));
            } else if (to.isLarge(frame)) {
                to.control(Control.LARGE, Map.of("type", next.topic));
                large.put(numbered, frame);
            } else {
                to.write(frame);
            }
            sent.add(next);
        }
        tell();
        turns.atEnd(flush);
    }

    private void flush() {
        FrameWriter to = writer;
        if (to != null) {
            to.flush();
        }
    }

    /** The hub has so many of this session: those that came before were accepted or refused. */
    void confirm(long to) {
        if (sent.isEmpty() && refusal != null) {
            return; // all were given up
        }
        while (confirmed < to) {
            Publication next = sent.poll();
            if (next == null) {
                throw new Violation(
                        CloseReason.PROTOCOL,
                        "publication " + to + " is confirmed, and only " + confirmed + " were sent");
            }
            confirmed += next.count;
            first += next.count;
            EventTargetException refused = refusals.isEmpty() ? null : refusals.remove(confirmed);
            settle(next, refused);
        }
        large.headMap(to, true).clear();
        tell();
        send();
    }

    /** The hub wants a large event. */
    void fetch(long number) {
        if (fetches.size() < settings.maxPending()) {
            fetches.add(number);
        }
        send();
    }

    void refused(long number, EventTargetException error) {
        if (number > confirmed && refusals.size() < settings.maxPending()) {
            refusals.put(number, error);
        }
    }

    private void settle(Publication publication, @Nullable EventTargetException error) {
        if (publication.promise != null && !publication.failed) {
            publication.failed = true;
            publication.error = error;
            done.add(publication);
        }
    }

    /** Makes room for as many as were settled, at once as publishers look at it all the time, and then tells them. */
    private void tell() {
        if (done.isEmpty()) {
            return;
        }
        long bytes = 0;
        for (Publication publication : done) {
            bytes += publication.frame == null ? 0 : publication.frame.length;
        }
        settled(done.size(), bytes);
        for (Publication publication : done) {
            Promise<Void> promise = Objects.requireNonNull(publication.promise);
            if (publication.error == null) {
                promise.complete();
            } else {
                promise.fail(publication.error);
            }
        }
        done.clear();
    }

    /** {@return what the hub has told of this session's publications} */
    long confirmed() {
        return confirmed;
    }

    /** {@return the number of the first publication that a new session would begin with} */
    long next() {
        return first;
    }

    /** Goes on in the same session, of which the hub has received so many. */
    void resume(FrameWriter to, int most, long received) {
        mostBytes = most;
        Deque<Publication> again = new ArrayDeque<>();
        long known = confirmed;
        Deque<Publication> there = new ArrayDeque<>();
        while (!sent.isEmpty() && known < received) {
            Publication one = sent.remove();
            known += one.count;
            there.add(one);
        }
        if (known != received) {
            throw new Violation(
                    CloseReason.PROTOCOL,
                    "the hub says to have received " + received + " publications, and " + known + " were sent");
        }
        again.addAll(sent);
        sent.clear();
        sent.addAll(there);
        prepend(again);
        numbered = received;
        large.tailMap(received, false).clear();
        fetches.clear();
        writer = to;
        send();
    }

    /** Begins anew in another session. */
    void restart(FrameWriter to, int most) {
        mostBytes = most;
        prepend(new ArrayDeque<>(sent));
        sent.clear();
        refusals.clear();
        confirmed = 0;
        numbered = 0;
        large.clear();
        fetches.clear();
        writer = to;
        send();
    }

    private void prepend(Deque<Publication> before) {
        while (!before.isEmpty()) {
            unsent.addFirst(before.removeLast());
        }
    }

    void detach() {
        writer = null;
    }

    /** Fails what has waited for too long. */
    void failLate(long now) {
        for (Publication one : sent) {
            if (!one.isHole() && now - one.deadline < 0) {
                tell();
                return;
            }
            settle(one, late());
        }
        long givenUp = 0;
        while (!unsent.isEmpty() && (unsent.getFirst().isHole() || now - unsent.getFirst().deadline >= 0)) {
            Publication one = unsent.remove();
            givenUp += one.count;
            settle(one, late());
        }
        if (givenUp > 0) {
            unsent.addFirst(Publication.hole(givenUp));
        }
        tell();
    }

    private NotConnectedException late() {
        return new NotConnectedException("Within " + settings.publishTimeout() + " " + address
                + " has not confirmed the event: see whether the hub is there, or give it a longer publishTimeout");
    }

    /** Fails everything. */
    void fail(EventTargetException error) {
        refusal = error;
        sent.forEach(one -> settle(one, error));
        unsent.forEach(one -> settle(one, error));
        sent.clear();
        unsent.clear();
        for (Publication next = inbox.poll(); next != null; next = inbox.poll()) {
            settle(next, error);
        }
        tell();
        checkIdle();
    }

    /** Completes when every event has its outcome. */
    Future<Void> idle() {
        Promise<Void> idle = Promise.promise();
        turns.post(() -> {
            awaitingIdle.add(idle);
            checkIdle();
        });
        return idle.future();
    }

    private void checkIdle() {
        if (pending.get() == 0) {
            awaitingIdle.forEach(Promise::tryComplete);
            awaitingIdle.clear();
        }
    }
}
