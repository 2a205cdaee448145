package dev.eventtarget.link;

import dev.eventtarget.Capability;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The new events of a type or pattern, for all spokes that listen to it: heard from the hub's target once, and given to
 * each event loop that has such spokes.
 */
final class Feed {
    private final EventType<EncodedDetail> type;
    private final Turns home;
    private final Promise<Subscription> subscription = Promise.promise();
    private volatile Branch[] branches = {};

    /** How many subscriptions have it; guarded by the hub's feeds. */
    int users;

    /** Counted on {@link #home} if the target calls there, else not needed. */
    private long heard;

    private final List<Mark> marks = new ArrayList<>();

    private record Mark(long heard, Promise<Void> reached) {}

    Feed(EventType<EncodedDetail> type, Turns home) {
        this.type = type;
        this.home = home;
    }

    EventType<?> type() {
        return type;
    }

    /**
     * Begins to listen. In memory outside any context: there whoever publishes then calls the feed at once, and the way to the
     * spokes' event loops is the only one.
     */
    void open(TypedEventTarget target) {
        EventListener<EncodedDetail> listener = this::heard;
        Runnable add = () -> {
            try {
                subscription.complete(target.addEventListener(
                        type, listener, ListenerOptions.defaults().onError(this::report)));
            } catch (RuntimeException e) {
                subscription.fail(e);
            }
        };
        if (target.capabilities().contains(Capability.CROSS_PROCESS)) {
            home.context().runOnContext(now -> add.run());
        } else {
            home.context().nettyEventLoop().execute(add);
        }
    }

    private void report(EventTargetException error) {
        Hub.report(error);
        if (error instanceof GapException) {
            for (Branch branch : branches) {
                branch.turns.post(branch::gap);
            }
        }
    }

    Future<Void> ready() {
        return subscription.future().compose(Subscription::ready);
    }

    void close() {
        subscription.future().onSuccess(Subscription::close);
    }

    private void heard(TypedEvent<EncodedDetail> event) {
        Branch[] all = branches;
        if (all.length > 0) {
            Outgoing frame = new Outgoing(event);
            for (Branch branch : all) {
                if (branch.turns.isIdleHere()) {
                    branch.deliver(frame);
                } else {
                    branch.turns.post(() -> branch.deliver(frame));
                }
            }
        }
        if (home.isHere()) {
            heard++;
            if (!marks.isEmpty()) {
                marks.removeIf(mark -> mark.heard <= heard && mark.reached.tryComplete());
            }
        }
    }

    /** Completes when what the target had accepted before is on its way to the spokes. */
    Future<Void> catchUp() {
        return subscription
                .future()
                .compose(one -> one instanceof ListenerSubscription own
                        ? own.catchUp().compose(there -> awaitBuffered(own))
                        : Future.succeededFuture());
    }

    private Future<Void> awaitBuffered(ListenerSubscription own) {
        Promise<Void> reached = Promise.promise();
        home.context().runOnContext(now -> {
            int waiting = own.buffer().size();
            if (waiting == 0 || !own.isActive()) {
                reached.complete();
            } else {
                marks.add(new Mark(heard + waiting, reached));
            }
        });
        return reached.future();
    }

    /** The subscriptions of an event loop. */
    Branch branch(Turns turns) {
        Branch known = find(turns);
        return known == null ? add(turns) : known;
    }

    private @Nullable Branch find(Turns turns) {
        for (Branch branch : branches) {
            if (branch.turns == turns) {
                return branch;
            }
        }
        return null;
    }

    private synchronized Branch add(Turns turns) {
        Branch branch = find(turns);
        if (branch == null) {
            branch = new Branch(turns);
            Branch[] more = Arrays.copyOf(branches, branches.length + 1);
            more[branches.length] = branch;
            branches = more;
        }
        return branch;
    }

    /** Touched only on its event loop. */
    static final class Branch {
        private final Turns turns;
        private final Map<Session, Audience> audiences = new LinkedHashMap<>();
        private Audience @Nullable [] all;

        private Branch(Turns turns) {
            this.turns = turns;
        }

        void join(HubSubscription subscription) {
            audiences.computeIfAbsent(subscription.session(), Audience::new).add(subscription);
            all = null;
        }

        void leave(HubSubscription subscription) {
            Audience audience = audiences.get(subscription.session());
            if (audience != null && audience.remove(subscription)) {
                audiences.remove(subscription.session());
                all = null;
            }
        }

        private void gap() {
            for (Audience audience : List.copyOf(audiences.values())) {
                for (HubSubscription subscription : audience.subscriptions) {
                    subscription.gap();
                }
            }
        }

        private void deliver(Outgoing frame) {
            Audience[] now = all;
            if (now == null) {
                now = audiences.values().toArray(new Audience[0]);
                all = now;
            }
            for (Audience audience : now) {
                audience.session.offer(audience, frame);
            }
        }
    }

    /** The subscriptions of one session: the same frame is for all of them. */
    static final class Audience {
        private final Session session;
        private HubSubscription[] subscriptions = {};
        private byte @Nullable [] prefix;

        private Audience(Session session) {
            this.session = session;
        }

        private void add(HubSubscription subscription) {
            subscriptions = Arrays.copyOf(subscriptions, subscriptions.length + 1);
            subscriptions[subscriptions.length - 1] = subscription;
            prefix = null;
        }

        private boolean remove(HubSubscription subscription) {
            subscriptions = Arrays.stream(subscriptions)
                    .filter(one -> one != subscription)
                    .toArray(HubSubscription[]::new);
            prefix = null;
            return subscriptions.length == 0;
        }

        HubSubscription[] subscriptions() {
            return subscriptions;
        }

        /** What says that a frame is for all of them. */
        byte[] prefix() {
            byte[] known = prefix;
            if (known == null) {
                known = session.codec()
                        .prefix(Arrays.stream(subscriptions)
                                .mapToLong(HubSubscription::number)
                                .toArray());
                prefix = known;
            }
            return known;
        }
    }
}
