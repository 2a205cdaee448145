package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** Publishers that count, each on a type of its own, and readers that see whether they hear every number once and in order. */
final class Traffic {
    static final EventType<Integer> ALL = EventType.of("traffic.*", Integer.class);

    private static final int BURST = 10;
    private static final int WINDOW = 1000;

    /** How far a publisher may be ahead of those who hear it: a slow machine takes longer, and nothing piles up. */
    private static final int MOST_AHEAD = 1000;

    private static final int PERIOD_MILLIS = 5;

    private Traffic() {}

    /** Publishes at a steady pace, while it is heard, until it is stopped. */
    static final class Publisher {
        private final Vertx vertx;
        private final TypedEventTarget target;
        private final EventType<Integer> type;
        private final long timer;
        private final Promise<Integer> settled = Promise.promise();
        private final List<Throwable> failures = new ArrayList<>();
        private final List<Reader> audience;
        private int published;
        private int confirmed;
        private int open;
        private boolean stopped;

        Publisher(Vertx vertx, TypedEventTarget target, String name, List<Reader> audience) {
            this.vertx = vertx;
            this.target = target;
            this.audience = audience;
            type = EventType.of("traffic." + name, Integer.class);
            timer = vertx.setPeriodic(PERIOD_MILLIS, id -> publish());
        }

        private synchronized void publish() {
            for (int i = 0; i < BURST && open < WINDOW && !isTooFarAhead() && !stopped; i++) {
                open++;
                target.dispatchEvent(TypedEvent.of(type, published++)).onComplete(outcome -> {
                    synchronized (this) {
                        open--;
                        if (outcome.succeeded()) {
                            confirmed++;
                        } else {
                            failures.add(outcome.cause());
                        }
                        settle();
                    }
                });
            }
        }

        private boolean isTooFarAhead() {
            return audience.stream().anyMatch(reader -> published - reader.heard(topic()) > MOST_AHEAD);
        }

        private void settle() {
            if (open == 0 && stopped) {
                settled.tryComplete(published);
            }
        }

        synchronized int confirmed() {
            return confirmed;
        }

        synchronized List<Throwable> failures() {
            return new ArrayList<>(failures);
        }

        String topic() {
            return type.topic();
        }

        /** Completes with how many were published, when each has its outcome. */
        synchronized Future<Integer> stop() {
            vertx.cancelTimer(timer);
            stopped = true;
            settle();
            return settled.future();
        }
    }

    /** Hears the numbers of all publishers. */
    static final class Reader {
        private final Map<String, Integer> next = new LinkedHashMap<>();
        private final List<String> wrong = new ArrayList<>();
        private final List<Throwable> errors = new ArrayList<>();
        private boolean mayDiffer;

        synchronized void handle(TypedEvent<Integer> event) {
            String topic = event.type().topic();
            int expected = next.getOrDefault(topic, 0);
            if (event.detail() != expected && !mayDiffer) {
                wrong.add(topic + ": " + event.detail() + " in place of " + expected);
            }
            next.put(topic, event.detail() + 1);
        }

        /** Numbers may be missing, as it is told, and come again. */
        synchronized Reader mayDiffer() {
            mayDiffer = true;
            return this;
        }

        synchronized void failed(Throwable error) {
            errors.add(error);
        }

        synchronized int heard(String topic) {
            return next.getOrDefault(topic, 0);
        }

        /** What it was told to be missing, and else went wrong. */
        synchronized List<Throwable> errors() {
            return new ArrayList<>(errors);
        }

        /** It has heard the last number as the last, and, unless they may differ, all before, each once and in order. */
        synchronized void assertHeard(String topic, int numbers) {
            assertEquals(List.of(), wrong.subList(0, Math.min(5, wrong.size())));
            assertEquals(numbers, heard(topic), topic);
        }
    }
}
