package dev.eventtarget.link;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.ClosedException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of a spoke: what waits to be sent, and what was sent and is not acknowledged. It hears the latest events
 * through a {@link Feed} that it shares with others; where it needs more of the hub's target, it has a listener of its own
 * there. Touched only on its session's event loop.
 */
final class HubSubscription {
    private static final long LEAST_SPAN = 1024;
    private static final int MOST_SPAN = 65_536;

    private final Session session;
    private final long number;
    private final EventType<EncodedDetail> type;
    private final ListenerOptions options;
    private final byte[] prefix;

    private @Nullable Feed feed;
    private @Nullable Subscription own;
    private boolean ready;
    private boolean ending;
    private boolean listed;

    /** What waits, in order: {@link Delivery}, {@link Gap} or {@link FlushMark}. */
    private final Deque<Object> waiting = new ArrayDeque<>();

    /** Gaps that were told, and that no event stands behind which the spoke is known to have received. */
    private final Deque<Gap> told = new ArrayDeque<>();

    private final Unacknowledged unacknowledged = new Unacknowledged();
    private final List<FlushMark> flushes = new ArrayList<>();
    private int deliveriesWaiting;
    private int credit;
    private long sent;
    private long acknowledged;
    private long handed;
    private long dropped;

    /** So many events are missing here; 0 where that is not known. */
    private static final class Gap {
        long missed;

        /** How many events were sent before it was told. */
        long sent;
    }

    /** What is before it in line is waited for. */
    private static final class FlushMark {
        long sent;
    }

    HubSubscription(Session session, long number, EventType<EncodedDetail> type, ListenerOptions options, int credit) {
        this.session = session;
        this.number = number;
        this.type = type;
        this.options = options;
        this.credit = credit;
        this.prefix = session.acknowledges() ? session.codec().prefix(number) : new byte[0];
    }

    Session session() {
        return session;
    }

    long number() {
        return number;
    }

    EventType<?> type() {
        return type;
    }

    ListenerOptions options() {
        return options;
    }

    boolean isReady() {
        return ready;
    }

    boolean isEnding() {
        return ending;
    }

    /** Whether it is among those of its session that have something to send. */
    boolean isListed() {
        return listed;
    }

    void list(boolean now) {
        listed = now;
    }

    /** Whether nothing waits, and no member of a group has anything to acknowledge. */
    boolean isDrained() {
        return deliveriesWaiting == 0 && (options.group() == null || unacknowledged.isEmpty());
    }

    int deliveriesWaiting() {
        return deliveriesWaiting;
    }

    // ---- beginning and end

    /** Shares a feed; completes when it hears every event from then on. */
    Future<Void> listen(Hub hub) {
        Promise<Void> listening = session.promise();
        Feed shared = hub.feed(type, session.turns());
        feed = shared;
        shared.ready()
                .compose(there -> shared.catchUp())
                .onComplete(caughtUp -> session.turns().post(() -> {
                    if (caughtUp.failed()) {
                        listening.fail(caughtUp.cause());
                    } else {
                        if (feed == shared) {
                            shared.branch(session.turns()).join(this);
                            ready = true;
                        }
                        listening.complete();
                    }
                }));
        return listening.future();
    }

    /** Listens at the hub's target for itself alone. On the session's context. */
    Future<Void> listen(TypedEventTarget target) {
        AsyncEventListener<EncodedDetail> listener = this::hand;
        Subscription subscription = target.addAsyncEventListener(type, listener, options.onError(this::report));
        own = subscription;
        setCredit(credit);
        Promise<Void> listening = session.promise(); // the target completes its own on whatever thread
        subscription.ready().onComplete(listening);
        return listening.future().onSuccess(there -> ready = true);
    }

    /** What the target has left out, as it may wait for no spoke. */
    private void tellDropped() {
        Subscription mine = own;
        long now = mine == null ? 0 : mine.dropped();
        if (now > dropped) {
            Gap gap = new Gap();
            gap.missed = now - dropped;
            dropped = now;
            waiting.add(gap);
            session.sendWaiting(this);
        }
    }

    private void report(EventTargetException error) {
        Hub.report(error);
        if (error instanceof GapException) {
            session.turns().post(this::gap);
        }
    }

    /** So many events are missing here that nobody knows. */
    void gap() {
        waiting.add(new Gap());
        session.sendWaiting(this);
    }

    private Future<Void> hand(TypedEvent<EncodedDetail> event) {
        Promise<Void> outcome = session.promise();
        handed++;
        tellDropped();
        session.offer(this, new Delivery(new Outgoing(event), outcome));
        return outcome.future();
    }

    /** Hears nothing any more; completes when it has nothing any more that others could handle. */
    Future<Void> end(Hub hub, boolean finish, boolean drain) {
        ending = true;
        Subscription mine = own;
        if (drain) {
            return mine == null ? drainFeed(hub) : mine.drain().recover(late -> Future.succeededFuture());
        }
        leaveFeed(hub);
        Future<Void> ended = mine == null ? Future.succeededFuture() : mine.close();
        if (finish && mine != null) {
            releaseWaiting();
        } else {
            releaseAll();
        }
        return ended;
    }

    private void leaveFeed(Hub hub) {
        Feed shared = feed;
        if (shared != null) {
            feed = null;
            shared.branch(session.turns()).leave(this);
            hub.leave(shared);
        }
    }

    /** Takes what is on its way from the feed, and nothing behind it. */
    private Future<Void> drainFeed(Hub hub) {
        Promise<Void> drained = session.promise();
        session.turns().post(() -> {
            leaveFeed(hub);
            flushed().onComplete(drained);
        });
        return drained.future();
    }

    /** Has nothing any more. */
    void forget() {
        releaseAll();
    }

    private void releaseWaiting() {
        // each goes to the front of the group's line
        for (Object one = waiting.pollLast(); one != null; one = waiting.pollLast()) {
            if (one instanceof Delivery delivery) {
                release(delivery);
            }
        }
        deliveriesWaiting = 0;
        checkFlushes();
    }

    private void releaseAll() {
        releaseWaiting();
        for (long one = sent; one > acknowledged; one--) {
            Delivery delivery = unacknowledged.remove(one);
            if (delivery != null) {
                release(delivery);
            }
        }
        acknowledged = sent;
        flushes.clear();
    }

    private void release(Delivery delivery) {
        session.gone(delivery);
        if (delivery.outcome() != null) {
            delivery.outcome()
                    .tryFail(new ClosedException("The spoke has released the event: it goes to another member"));
        }
    }

    // ---- sending

    /** Whether an event may be sent now, and none is before it. */
    boolean isFree() {
        return waiting.isEmpty() && hasCredit();
    }

    private boolean hasCredit() {
        // one that is never acknowledged must not let the numbers run away from it
        return unacknowledged.size() < credit
                && unacknowledged.span() < Math.max(LEAST_SPAN, 2L * Math.min(credit, MOST_SPAN));
    }

    /** What was sent and is not acknowledged, if it is not. */
    @Nullable Delivery unacknowledged(long number) {
        return unacknowledged.get(number);
    }

    /** Takes note that an event was written for it, by whoever wrote it. */
    void wrote(Delivery delivery) {
        sent++;
        if (session.acknowledges()) {
            unacknowledged.add(sent, delivery);
        } else {
            session.gone(delivery);
            if (delivery.outcome() != null) {
                delivery.outcome().tryComplete();
            }
        }
    }

    void await(Delivery delivery) {
        waiting.add(delivery);
        deliveriesWaiting++;
    }

    /** Whether there is something that may be sent. */
    boolean canSend() {
        Object first = waiting.peek();
        return first != null && (first instanceof FlushMark || hasCredit());
    }

    /** Sends what is first in line. */
    void sendNext() {
        Object first = waiting.remove();
        if (first instanceof Delivery delivery) {
            deliveriesWaiting--;
            session.write(this, delivery);
        } else if (first instanceof Gap gap) {
            session.tellGap(this, gap.missed);
            noteTold(gap);
        } else if (first instanceof FlushMark mark) {
            mark.sent = sent;
            flushes.add(mark);
            checkFlushes();
        }
    }

    private void noteTold(Gap gap) {
        Gap last = told.peekLast();
        if (last != null && last.sent == sent) {
            last.missed = last.missed == 0 || gap.missed == 0 ? 0 : last.missed + gap.missed;
        } else if (session.acknowledges()) {
            gap.sent = sent;
            told.add(gap);
        }
    }

    byte[] prefix() {
        return prefix;
    }

    /** Leaves out the oldest event that waits; gives false if there is none. */
    boolean dropOldest() {
        Deque<Object> before = new ArrayDeque<>();
        while (!waiting.isEmpty()) {
            Object first = waiting.remove();
            if (first instanceof Delivery delivery && delivery.outcome() == null) {
                deliveriesWaiting--;
                session.gone(delivery);
                Gap gap = before.peekLast() instanceof Gap last && last.missed > 0 ? last : null;
                if (gap == null) {
                    gap = new Gap();
                    before.add(gap);
                }
                gap.missed++;
                restore(before);
                return true;
            }
            before.add(first);
        }
        restore(before);
        return false;
    }

    private void restore(Deque<Object> before) {
        while (!before.isEmpty()) {
            waiting.addFirst(before.removeLast());
        }
    }

    /** Leaves out an event that has just come. */
    void missed() {
        Gap gap = waiting.peekLast() instanceof Gap last && last.missed > 0 ? last : null;
        if (gap == null) {
            gap = new Gap();
            waiting.add(gap);
        }
        gap.missed++;
    }

    // ---- acknowledgement

    /** Without any credit, as when it is about to leave, it takes nothing from its group that others could have. */
    void setCredit(int events) {
        credit = events;
        Subscription mine = own;
        if (mine != null) {
            if (events == 0) {
                mine.pause();
            } else {
                mine.resume();
            }
        }
    }

    void acknowledge(long to, long[] also) {
        checkSent(to);
        while (acknowledged < to) {
            acknowledged++;
            done(unacknowledged.remove(acknowledged));
        }
        while (!told.isEmpty() && told.getFirst().sent < acknowledged) {
            told.remove();
        }
        for (long one : also) {
            checkSent(one);
            done(unacknowledged.remove(one));
        }
        checkFlushes();
    }

    private void checkSent(long event) {
        if (event > sent) {
            throw session.violation("event " + event + " of the subscription " + number + " is acknowledged, and only "
                    + sent + " were sent");
        }
    }

    private void done(@Nullable Delivery delivery) {
        if (delivery != null) {
            session.gone(delivery);
            if (delivery.outcome() != null) {
                delivery.outcome().tryComplete();
            }
        }
    }

    void refuse(long event, String message) {
        checkSent(event);
        Delivery refused = unacknowledged.remove(event);
        if (refused != null) {
            session.gone(refused);
            if (refused.outcome() != null) {
                refused.outcome().tryFail(new RefusedException(message));
            }
        }
        checkFlushes();
    }

    void release(long[] events) {
        if (!ending) {
            throw session.violation("only a subscription that ends with \"finish\" releases events");
        }
        Arrays.sort(events);
        for (int i = events.length - 1; i >= 0; i--) {
            long event = events[i];
            checkSent(event);
            Delivery released = unacknowledged.remove(event);
            if (released != null) {
                release(released);
            }
        }
    }

    // ---- flushing

    /** Completes when all that the hub's target had accepted before is sent and acknowledged. */
    Future<Void> flush() {
        Feed shared = feed;
        if (shared != null) {
            Promise<Void> flushed = session.promise();
            shared.catchUp()
                    .onComplete(caughtUp -> session.turns().post(() -> flushed().onComplete(flushed)));
            return flushed.future();
        }
        if (own instanceof ListenerSubscription listener) {
            Promise<Void> flushed = session.promise();
            listener.catchUp().onComplete(caughtUp -> session.turns().post(() -> awaitHanded(listener, flushed)));
            return flushed.future();
        }
        return flushed();
    }

    /** What is in the listener's buffer has to be handed over first; others of its group may take it as well. */
    private void awaitHanded(ListenerSubscription listener, Promise<Void> flushed) {
        long all = handed + listener.buffer().size();
        session.when(
                () -> (handed >= all || listener.buffer().isEmpty() || !listener.isActive()) && isSettled(), flushed);
    }

    private boolean isSettled() {
        return deliveriesWaiting == 0 && unacknowledged.isEmpty();
    }

    private Future<Void> flushed() {
        Promise<Void> flushed = session.promise();
        FlushMark mark = new FlushMark();
        waiting.add(mark);
        session.sendWaiting(this);
        session.when(() -> !waiting.contains(mark) && !flushes.contains(mark), flushed);
        return flushed.future();
    }

    private void checkFlushes() {
        if (!flushes.isEmpty()) {
            flushes.removeIf(mark -> {
                for (long one = acknowledged + 1; one <= mark.sent; one++) {
                    if (unacknowledged.contains(one)) {
                        return false;
                    }
                }
                return true;
            });
        }
        session.checkAwaited();
    }

    // ---- resuming

    /** Puts what was sent and not received before what waits: a gap too, of which it is not known whether it was. */
    void rewind(long received) {
        if (received > sent) {
            throw session.violation("the subscription " + number + " says to have received " + received
                    + " events, and only " + sent + " were sent");
        }
        Deque<Object> again = new ArrayDeque<>();
        for (long one = received; one <= sent; one++) {
            Delivery delivery = one == received ? null : unacknowledged.remove(one);
            if (delivery != null) {
                again.add(delivery);
                deliveriesWaiting++;
            }
            while (!told.isEmpty() && told.getFirst().sent <= one) {
                Gap gap = told.remove();
                if (gap.sent == one) {
                    again.add(gap);
                }
            }
        }
        sent = received;
        acknowledged = Math.min(acknowledged, received);
        restore(again);
    }
}
