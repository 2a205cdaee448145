package dev.eventtarget.link;

import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.frame.Asides;
import dev.eventtarget.link.frame.Control;
import dev.eventtarget.link.frame.LoneEvent;
import dev.eventtarget.link.frame.Turns;
import dev.eventtarget.link.frame.Violation;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What a spoke publishes: each event gets its outcome, in order. Touched only on its session's event loop. */
final class Publications {
    /** Refusals that are kept for a spoke that resumes. */
    private static final int REFUSALS = 4096;

    private final Hub hub;
    private final Turns turns;
    private final @Nullable Producer producer;
    private final Deque<Outcome> open = new ArrayDeque<>();
    private final Deque<Refusal> refusals = new ArrayDeque<>();
    private final List<Promise<Void>> awaitingSettled = new ArrayList<>();
    private final AtomicBoolean settling = new AtomicBoolean();
    private @Nullable Session session;

    /** What to add to an event's number to get its producer's. */
    private final long base;

    private long received;
    private long settled;
    private long told;
    private long forgotten;
    private long accepted;
    private long counted;
    private boolean held;
    private boolean inTurn;
    private int unnumbered;

    /** Large events, which come beside the messages. */
    private final Asides asides = new Asides((sub, number) -> fetch(number));

    private final Set<Promise<TypedEvent<EncodedDetail>>> arriving = new HashSet<>();

    /** By name of type, what completes when the last of those that wait for a large event is on its way. */
    private final Map<String, Future<Void>> behind = new HashMap<>();

    /** What has come in one message with so many others that the target must accept those first. */
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    private record Outcome(long number, Future<Void> accepted) {}

    private record Refusal(long number, Throwable error) {}

    /**
     * Begins with the first.
     *
     * @param producer whose they are, over all sessions
     * @param next the producer's number of the first
     */
    Publications(Hub hub, Turns turns, @Nullable Producer producer, long next) {
        this.hub = hub;
        this.turns = turns;
        this.producer = producer;
        this.base = next - 1;
    }

    void of(Session session) {
        this.session = session;
    }

    private Session session() {
        return Objects.requireNonNull(session);
    }

    long received() {
        return received;
    }

    long accepted() {
        return accepted;
    }

    /** From any thread: completes when every event has its outcome. */
    Future<Void> whenSettled() {
        Promise<Void> promise = Promise.promise();
        turns.post(() -> {
            awaitingSettled.add(promise);
            checkSettled();
        });
        return promise.future();
    }

    private void checkSettled() {
        if (isSettled()) {
            awaitingSettled.forEach(Promise::tryComplete);
            awaitingSettled.clear();
        }
    }

    boolean isSettled() {
        return open.isEmpty() && waiting.isEmpty();
    }

    /** Whether a spoke that knows of so many outcomes can be told of all others. */
    boolean canResume(long acknowledged) {
        return acknowledged >= forgotten && acknowledged <= received;
    }

    void resume(long acknowledged) {
        told = acknowledged;
        for (Refusal refusal : refusals) {
            if (refusal.number > acknowledged) {
                tell(refusal);
            }
        }
        asides.resume();
        session().sendAtEnd();
    }

    void publish(TypedEvent<EncodedDetail> event) {
        long number = ++received;
        if (mustWait()) {
            waiting.add(() -> publish(number, event));
        } else {
            publish(number, event);
        }
    }

    private boolean mustWait() {
        return isFull() || !waiting.isEmpty();
    }

    private boolean isFull() {
        return open.size() >= hub.options().maxPublishing();
    }

    private void publish(long number, TypedEvent<EncodedDetail> event) {
        if (!behind.isEmpty() && behind.containsKey(event.type().name())) {
            publishBehind(number, event.type().name(), Future.succeededFuture(event));
        } else {
            add(number, give(number, event));
        }
    }

    private Future<Void> give(long number, TypedEvent<EncodedDetail> event) {
        if (producer != null && producer.has(base + number)) {
            hub.counters().duplicates().increment();
            return Future.succeededFuture();
        }
        Peer publisher = session().peer();
        if (!hub.options().authorizer().mayPublish(publisher, event.type())) {
            return Future.failedFuture(new UnauthorizedException(
                    "To publish " + event.type().topic() + " is not allowed for " + publisher));
        }
        return hub.publish(event, publisher, producer, base + number);
    }

    // ---- large events

    /** A large event has its place here, and comes beside the messages: those of other types need not wait for it. */
    void announced(String topic) {
        String type;
        try {
            type = EventType.of(topic, EncodedDetail.class).name();
        } catch (IllegalArgumentException e) {
            throw new Violation(CloseReason.PROTOCOL, "'" + topic + "' is no type: " + e.getMessage());
        }
        long number = ++received;
        Promise<TypedEvent<EncodedDetail>> content = Promise.promise();
        arriving.add(content);
        asides.announced(0, number, frame -> {
            arriving.remove(content);
            try {
                TypedEvent<EncodedDetail> event =
                        LoneEvent.read(session().codec(), frame).event();
                if (!event.type().topic().equals(topic)) {
                    throw new CodecException("A large event of " + topic + " was announced, and one of "
                            + event.type().topic() + " has come");
                }
                content.complete(event);
            } catch (CodecException e) {
                content.fail(e);
            }
        });
        if (mustWait()) {
            waiting.add(() -> publishBehind(number, type, content.future()));
        } else {
            publishBehind(number, type, content.future());
        }
    }

    private void publishBehind(long number, String type, Future<TypedEvent<EncodedDetail>> content) {
        Future<Void> before = behind.getOrDefault(type, Future.succeededFuture());
        Promise<Void> given = Promise.promise();
        behind.put(type, given.future());
        Promise<Void> outcome = Promise.promise();
        add(number, outcome.future());
        before.onComplete(turn -> content.onComplete(there -> {
            if (there.succeeded()) {
                give(number, there.result()).onComplete(outcome);
            } else {
                outcome.fail(there.cause());
            }
            behind.remove(type, given.future());
            given.complete();
        }));
    }

    void arrived(long number, byte[] frame) {
        asides.arrived(0, number, frame);
    }

    private void fetch(long number) {
        session().answer(Control.FETCH, Map.of("seq", number));
    }

    /** An event whose publisher does not mind its outcome. */
    void publishUnnumbered(TypedEvent<EncodedDetail> event) {
        Peer publisher = session().peer();
        if (unnumbered >= hub.options().maxPublishing()
                || !hub.options().authorizer().mayPublish(publisher, event.type())) {
            hub.counters().refused().increment();
            return;
        }
        unnumbered++;
        hub.publish(event, publisher, null, 0)
                .onComplete(outcome -> turns.post(() -> {
                    unnumbered--;
                    (outcome.succeeded()
                                    ? hub.counters().published()
                                    : hub.counters().refused())
                            .increment();
                }));
    }

    void malformed(CodecException error) {
        addInTurn(++received, Future.failedFuture(error));
    }

    void skip(long count) {
        received += count;
        addInTurn(received, Future.succeededFuture());
    }

    private void addInTurn(long number, Future<Void> outcome) {
        if (mustWait()) {
            waiting.add(() -> add(number, outcome));
        } else {
            add(number, outcome);
        }
    }

    private void add(long number, Future<Void> outcome) {
        if (open.isEmpty() && outcome.succeeded()) {
            settle(number, null);
            session().sendAtEnd();
            return;
        }
        open.add(new Outcome(number, outcome));
        if (outcome.isComplete()) {
            settleOpen();
        } else {
            outcome.onComplete(done -> {
                if (!settling.get() && settling.compareAndSet(false, true)) {
                    turns.post(this::settleOpen);
                }
            });
        }
        hold();
    }

    private void settleOpen() {
        settling.set(false);
        if (inTurn) {
            return;
        }
        inTurn = true;
        do {
            Outcome first = open.peek();
            while (first != null && first.accepted.isComplete()) {
                open.remove();
                settle(first.number, first.accepted.cause());
                first = open.peek();
            }
            while (!waiting.isEmpty() && !isFull()) {
                waiting.remove().run();
            }
        } while (!open.isEmpty() && open.getFirst().accepted.isComplete());
        inTurn = false;
        session().sendAtEnd();
        session().checkAwaited();
        checkSettled();
        hold();
    }

    private void settle(long number, @Nullable Throwable error) {
        settled = number;
        if (producer != null) {
            producer.settled(base + number, error != null);
        }
        if (error == null) {
            accepted++;
            return;
        }
        hub.counters().refused().increment();
        Refusal refusal = new Refusal(number, error);
        if (session().features().contains("resume")) {
            if (refusals.size() == REFUSALS) {
                forgotten = refusals.remove().number;
            }
            refusals.add(refusal);
        }
        tell(refusal);
    }

    private void tell(Refusal refusal) {
        Throwable error = refusal.error;
        Map<String, Object> detail = Map.of(
                "seq",
                refusal.number,
                "reason",
                Session.reason(error),
                "message",
                String.valueOf(error.getMessage()),
                "retryable",
                error instanceof EventTargetException known && known.isRetryable());
        session().answer(session().acknowledges() ? Control.NACK : Control.ERROR, detail);
    }

    /** Stops reading while too many are open. */
    private void hold() {
        HubLink link = session().link();
        if (!held && open.size() >= hub.options().maxPublishing()) {
            held = true;
            if (link != null) {
                link.hold();
            }
        } else if (held && open.size() <= hub.options().maxPublishing() / 2) {
            held = false;
            if (link != null) {
                link.letGo();
            }
        }
    }

    boolean isHeld() {
        return held;
    }

    /** Tells the spoke how far it is. */
    void acknowledge() {
        if (counted < accepted) {
            hub.counters().published().add(accepted - counted);
            counted = accepted;
        }
        if (settled > told && session().acknowledges() && session().link() != null) {
            told = settled;
            session().answer(Control.ACK, Map.of("to", settled));
        }
    }

    void end() {
        refusals.clear();
        asides.forget(null);
        ClosedException ended = new ClosedException("The session has ended before the event had come");
        List.copyOf(arriving).forEach(content -> content.tryFail(ended));
        arriving.clear();
    }
}
