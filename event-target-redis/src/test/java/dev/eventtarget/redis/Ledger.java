package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Publishes at a steady pace and keeps the account of it: what was confirmed, what was not, and what each reader heard. The
 * events of a key are numbered in the order they were published.
 */
final class Ledger {
    static final EventType<Integer> ENTRY = EventType.of("ledger.entry", Integer.class);

    private static final int KEYS = 5;
    private static final int BURST = 20;
    private static final int WINDOW = 2000;
    private static final int PERIOD_MILLIS = 5;

    private final Map<String, TreeSet<Integer>> confirmed = new LinkedHashMap<>();
    private final List<Throwable> failures = new ArrayList<>();
    private int published;
    private int confirmations;
    private boolean lenient;

    /** What one reader, or one group of readers, has heard of each key. */
    final class Reader {
        private final Map<String, List<Integer>> heard = new LinkedHashMap<>();
        private int count;

        void handle(TypedEvent<Integer> event) {
            add(Objects.requireNonNull(event.type().id()), event.detail());
        }

        synchronized void add(String key, int number) {
            heard.computeIfAbsent(key, any -> new ArrayList<>()).add(number);
            count++;
        }

        synchronized int count() {
            return count;
        }

        /** Everything confirmed is there. */
        synchronized void assertComplete() {
            confirmedByKey().forEach((key, numbers) -> {
                TreeSet<Integer> lost = new TreeSet<>(numbers);
                lost.removeAll(new TreeSet<>(heard.getOrDefault(key, List.of())));
                assertTrue(lost.isEmpty(), () -> "of " + key + " were lost " + lost);
            });
        }

        /** Nothing came twice. */
        synchronized void assertNoDuplicates() {
            heard.forEach((key, numbers) -> {
                TreeSet<Integer> once = new TreeSet<>();
                assertEquals(
                        List.of(),
                        numbers.stream().filter(number -> !once.add(number)).toList(),
                        () -> "of " + key + " came twice");
            });
        }

        /** The numbers of each key rise, so that nothing came twice either. */
        synchronized void assertInOrder() {
            heard.forEach((key, numbers) -> {
                for (int i = 1; i < numbers.size(); i++) {
                    int at = i;
                    assertTrue(
                            numbers.get(i - 1) < numbers.get(i),
                            () -> "of " + key + " came, at " + at + ", "
                                    + numbers.subList(Math.max(0, at - 5), Math.min(numbers.size(), at + 5)));
                }
            });
        }
    }

    /** Publishes until it is stopped. */
    final class Load {
        private final Vertx vertx;
        private final TypedEventTarget target;
        private final long timer;
        private final Promise<Void> settled = Promise.promise();
        private int open;
        private boolean stopped;

        private Load(Vertx vertx, TypedEventTarget target) {
            this.vertx = vertx;
            this.target = target;
            timer = vertx.setPeriodic(PERIOD_MILLIS, id -> publishSome());
        }

        private void publishSome() {
            synchronized (Ledger.this) {
                for (int i = 0; i < BURST && open < WINDOW && !stopped; i++) {
                    open++;
                    publish(target).onComplete(outcome -> settle());
                }
            }
        }

        private void settle() {
            synchronized (Ledger.this) {
                open--;
                if (open == 0 && stopped) {
                    settled.tryComplete();
                }
            }
        }

        /** Completes when each event has its outcome. */
        Future<Void> stop() {
            vertx.cancelTimer(timer);
            synchronized (Ledger.this) {
                stopped = true;
                if (open == 0) {
                    settled.tryComplete();
                }
            }
            return settled.future();
        }
    }

    Load load(Vertx vertx, TypedEventTarget target) {
        return new Load(vertx, target);
    }

    private Future<Void> publish(TypedEventTarget target) {
        String key = "key-" + published % KEYS;
        int number = published / KEYS;
        published++;
        return target.dispatchEvent(TypedEvent.of(ENTRY.withId(key), number)).andThen(outcome -> {
            synchronized (this) {
                if (outcome.succeeded()) {
                    confirmations++;
                    if (!lenient) {
                        confirmed.computeIfAbsent(key, any -> new TreeSet<>()).add(number);
                    }
                } else {
                    failures.add(outcome.cause());
                }
            }
        });
    }

    Reader reader() {
        return new Reader();
    }

    /** How many events were confirmed. */
    synchronized int confirmed() {
        return confirmations;
    }

    /** Whether what is confirmed from now on may get lost all the same. */
    synchronized void lenient(boolean lenient) {
        this.lenient = lenient;
    }

    private synchronized Map<String, TreeSet<Integer>> confirmedByKey() {
        Map<String, TreeSet<Integer>> copy = new LinkedHashMap<>();
        confirmed.forEach((key, numbers) -> copy.put(key, new TreeSet<>(numbers)));
        return copy;
    }

    synchronized List<Throwable> failures() {
        return new ArrayList<>(failures);
    }
}
