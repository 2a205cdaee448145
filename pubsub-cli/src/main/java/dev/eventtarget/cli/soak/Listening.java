package dev.eventtarget.cli.soak;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.cli.soak.Publisher.Numbered;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** One listener, or the members of one group, to the publishers of one transport. */
final class Listening {
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMillis(100);
    private static final int ATTEMPTS = 5;
    private static final int REFUSED_OF = 50;

    /** How it listens. */
    enum Kind {
        ALONE("alone"),
        RETRY("alone, refuses some"),
        GROUP("group");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Soak.Transport from;
    private final String where;
    private final Kind kind;
    private final boolean mayRepeat;
    private final List<Ledger> ledgers;
    private final AtomicLong gaps = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();
    private volatile @Nullable String firstError;
    private volatile long slowMillis;

    /**
     * Opens the accounts.
     *
     * @param from whose events it listens to
     * @param where over which transports
     * @param kind how
     * @param mayRepeat whether an event may come more than once
     * @param publishers the publishers, by their keys
     */
    Listening(Soak.Transport from, String where, Kind kind, boolean mayRepeat, List<Publisher> publishers) {
        this.from = from;
        this.where = where;
        this.kind = kind;
        this.mayRepeat = mayRepeat;
        ledgers = publishers.stream()
                .map(publisher -> new Ledger(publisher.publications()))
                .toList();
    }

    /** Adds it to a target; a group has a member for each call. */
    Subscription add(Vertx vertx, TypedEventTarget target, EventType<Numbered> type) {
        ListenerOptions options = ListenerOptions.defaults().onError(this::told);
        if (kind == Kind.GROUP) {
            options = options.group("soak");
        } else if (kind == Kind.RETRY) {
            options = options.retry(RetryPolicy.backoff(ATTEMPTS, SHORTEST, LONGEST));
        }
        Set<Numbered> refusedOnce = ConcurrentHashMap.newKeySet();
        AsyncEventListener<Numbered> listener = event -> {
            Numbered numbered = event.detail();
            if (kind == Kind.RETRY && numbered.number() % REFUSED_OF == 0 && refusedOnce.add(numbered)) {
                refused.incrementAndGet();
                return Future.failedFuture("refused, as it is to be tried again");
            }
            refusedOnce.remove(numbered);
            long slow = slowMillis;
            if (slow == 0) {
                ledgers.get(numbered.key()).enter(numbered.number());
                return Future.succeededFuture();
            }
            return vertx.timer(slow)
                    .onSuccess(done -> ledgers.get(numbered.key()).enter(numbered.number()));
        };
        return target.addAsyncEventListener(type, listener, options);
    }

    private void told(EventTargetException e) {
        if (e instanceof GapException) {
            gaps.incrementAndGet();
            ledgers.forEach(Ledger::gap);
        } else if (errors.incrementAndGet() == 1) {
            firstError = e.reason() + ": " + e.getMessage();
        }
    }

    /** Takes so long for each event from now on. */
    void slow(long millis) {
        slowMillis = millis;
    }

    Soak.Transport from() {
        return from;
    }

    String where() {
        return where;
    }

    Kind kind() {
        return kind;
    }

    long received() {
        return sum(Ledger::received);
    }

    long again() {
        return sum(Ledger::again);
    }

    long late() {
        return sum(Ledger::late);
    }

    long lost() {
        return sum(Ledger::lost);
    }

    long reported() {
        return sum(Ledger::reported);
    }

    long gaps() {
        return gaps.get();
    }

    long refused() {
        return refused.get();
    }

    /** {@return what its {@code onError} was told besides gaps, the first of it; null if nothing} */
    @Nullable String firstError() {
        return firstError;
    }

    private long sum(ToLongFunction<Ledger> figure) {
        return ledgers.stream().mapToLong(figure).sum();
    }

    /** {@return whether each publisher has been heard} */
    boolean hasBegun() {
        return ledgers.stream().allMatch(ledger -> ledger.received() > 0);
    }

    /** {@return what the contract does not allow; empty if there is nothing} */
    List<String> broken() {
        List<String> broken = new ArrayList<>();
        if (lost() > 0) {
            broken.add(String.format(Locale.ROOT, "%,d accepted events lost", lost()));
        }
        if (again() > 0 && !mayRepeat) {
            broken.add(String.format(Locale.ROOT, "%,d events repeated", again()));
        }
        if (late() > 0 && kind != Kind.GROUP) {
            broken.add(String.format(Locale.ROOT, "%,d events out of order", late()));
        }
        return broken;
    }
}
