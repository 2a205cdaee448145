package dev.eventtarget.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Prints what came of a run. */
final class RunReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 100};

    private final PrintWriter out;

    RunReport(PrintWriter out) {
        this.out = out;
    }

    /**
     * Prints the listeners' table, the totals and the verdict.
     *
     * @param run what is over
     * @param startNanos when its first event was published
     * @param ordered whether the order was judged
     * @return whether all is well
     */
    boolean print(Run run, long startNanos, boolean ordered) {
        BitSet published = run.published();
        table(run.ledgers(), startNanos);
        long deliveries = run.ledgers().stream()
                .mapToLong(ledger -> ledger.latency().getTotalCount())
                .sum();
        long nanos = run.ledgers().stream().mapToLong(Ledger::lastArrival).max().orElse(startNanos) - startNanos;
        out.printf(
                Locale.ROOT,
                "%n%,d events (%,d/s) to %,d listeners: %,d deliveries (%,d/s) in %s%n",
                published.cardinality(),
                TargetCommand.perSecond(published.cardinality(), nanos),
                run.ledgers().size(),
                deliveries,
                TargetCommand.perSecond(deliveries, nanos),
                TargetCommand.seconds(nanos));
        return verdict(run.ledgers(), published, ordered);
    }

    private void table(List<Ledger> ledgers, long startNanos) {
        Table table = new Table("LISTENER", "EVENTS", "EVENTS/S", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs");
        for (Ledger ledger : ledgers) {
            Histogram latency = ledger.latency();
            List<String> row = new ArrayList<>();
            row.add(ledger.type().topic());
            row.add(Table.number(latency.getTotalCount()));
            row.add(Table.number(TargetCommand.perSecond(latency.getTotalCount(), ledger.lastArrival() - startNanos)));
            row.addAll(percentiles(latency));
            table.add(row);
        }
        table.lines().forEach(out::println);
    }

    /** {@return p50, p90, p99, p99.9 and the greatest of nanoseconds, in microseconds} */
    static List<String> percentiles(Histogram nanos) {
        return Arrays.stream(PERCENTILES)
                .mapToObj(percentile -> nanos.getTotalCount() == 0
                        ? "-"
                        : Table.decimal(nanos.getValueAtPercentile(percentile) / 1000.0))
                .toList();
    }

    private boolean verdict(List<Ledger> ledgers, BitSet published, boolean ordered) {
        boolean passed = true;
        for (Ledger ledger : ledgers) {
            for (Map.Entry<Ledger.Fault, Ledger.Finding> fault :
                    ledger.judge(published).entrySet()) {
                passed = false;
                out.printf(
                        Locale.ROOT,
                        "%s: %,d %s, the first %s%n",
                        ledger.type().topic(),
                        fault.getValue().count(),
                        fault.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        fault.getValue().first());
            }
        }
        out.println(
                passed
                        ? "OK: every event arrived once" + (ordered ? ", in order" : "")
                                + " and intact at each listener"
                        : "FAILED: not every event arrived as it was published");
        return passed;
    }
}
