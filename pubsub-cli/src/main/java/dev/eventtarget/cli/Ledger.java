package dev.eventtarget.cli;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.HdrHistogram.Histogram;

/** Keeps what one listener got of a run's events, and judges whether it was each of them once, in order and intact. */
final class Ledger {
    /** What may be wrong with an event. */
    enum Fault {
        LOST,
        DUPLICATED,
        OUT_OF_ORDER,
        CHANGED,
        NOT_LISTENED_TO
    }

    /**
     * How often something went wrong.
     *
     * @param count how often
     * @param first the first event of those
     */
    record Finding(long count, String first) {}

    private final EventType<?> type;
    private final Workload workload;
    private final IntPredicate heard;
    private final boolean ordered;
    private final BitSet arrived = new BitSet();
    private final Map<String, Integer> newestOfTopic = new HashMap<>();
    private final Map<Fault, Finding> findings = new LinkedHashMap<>();
    private final Histogram latency = new Histogram(3);
    private int distinct;
    private long lastArrival;

    /**
     * Opens a ledger.
     *
     * @param type what the listener listens to
     * @param workload the run's events
     * @param ordered whether they must come in the order they were published, as far as they have the same topic
     */
    Ledger(EventType<?> type, Workload workload, boolean ordered) {
        this.type = type;
        this.workload = workload;
        this.heard = workload.heardBy(type);
        this.ordered = ordered;
    }

    /** {@return what the listener listens to} */
    EventType<?> type() {
        return type;
    }

    /**
     * Enters an event that the listener got.
     *
     * @param sequence its number
     * @param event the event, as the listener got it
     * @param sentNanos when it was published
     * @param nanos when it arrived
     */
    synchronized void enter(int sequence, TypedEvent<?> event, long sentNanos, long nanos) {
        latency.recordValue(Math.max(nanos - sentNanos, 0));
        lastArrival = nanos;
        String topic = event.type().topic();
        if (!type.matches(event.type())) {
            found(Fault.NOT_LISTENED_TO, sequence, topic);
        }
        if (!isIntact(sequence, event)) {
            found(Fault.CHANGED, sequence, topic);
        }
        if (arrived.get(sequence)) {
            found(Fault.DUPLICATED, sequence, topic);
            return;
        }
        arrived.set(sequence);
        distinct++;
        Integer before = newestOfTopic.get(topic);
        if (before == null || before < sequence) {
            newestOfTopic.put(topic, sequence);
        } else if (ordered) {
            found(Fault.OUT_OF_ORDER, sequence, topic);
        }
    }

    private boolean isIntact(int sequence, TypedEvent<?> got) {
        TypedEvent<?> sent = workload.event(sequence);
        return workload.isIntact(sequence, got.detail())
                && got.type().topic().equals(sent.type().topic())
                && (sent.id() == null || sent.id().equals(got.id()))
                && (sent.time() == null || sent.time().equals(got.time()))
                && (sent.source() == null || sent.source().equals(got.source()))
                && got.headers().size() == sent.headers().size() + 1 // the run's own
                && got.headers().entrySet().containsAll(sent.headers().entrySet());
    }

    private void found(Fault fault, int sequence, String topic) {
        findings.merge(
                fault,
                new Finding(1, topic + " #" + sequence),
                (known, one) -> new Finding(known.count + 1, known.first));
    }

    /** {@return which of the published events the listener must get} */
    BitSet expected(BitSet published) {
        return published.stream().filter(heard).collect(BitSet::new, BitSet::set, BitSet::or);
    }

    /** {@return how many different events have arrived} */
    synchronized int distinct() {
        return distinct;
    }

    /** {@return when the last event arrived, by {@link System#nanoTime()}} */
    synchronized long lastArrival() {
        return lastArrival;
    }

    /** {@return nanoseconds from publication to the listener's call} */
    synchronized Histogram latency() {
        return latency.copy();
    }

    /**
     * Judges, when nothing comes any more.
     *
     * @param published the numbers of the events that were published
     * @return what was wrong; empty if all is well
     */
    synchronized Map<Fault, Finding> judge(BitSet published) {
        Map<Fault, Finding> verdict = new LinkedHashMap<>(findings);
        BitSet lost = expected(published);
        lost.andNot(arrived);
        if (!lost.isEmpty()) {
            int first = lost.nextSetBit(0);
            verdict.put(
                    Fault.LOST,
                    new Finding(lost.cardinality(), workload.event(first).type().topic() + " #" + first));
        }
        return verdict;
    }
}
