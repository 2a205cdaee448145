package dev.eventtarget.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.benchmarks.Table.Spread;
import dev.eventtarget.benchmarks.Table.Unit;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void figuresOfOneTurnAreCompared() {
        Table table = new Table("Turns", Unit.PER_SECOND, "events/s", true, "floor");
        for (int slow : new int[] {1, 10, 100}) {
            table.add("eventTarget", "events/s", 3e6 / slow);
            table.add("floor", "events/s", 6e6 / slow);
        }

        assertEquals(new Spread(0.5, 0.5, 0.5), table.ratio("eventTarget", "floor", "events/s"));
        assertEquals(new Spread(3e5, 3e4, 3e6), table.spread("eventTarget", "events/s"));
    }

    @Test
    void aSeriesSaysWhatEachOneMoreAdds() {
        Table table = new Table("Growth", Unit.SECONDS, "time of an event", true);
        table.add("eventTarget", "listeners = 1", 5e-9);
        table.add("eventTarget", "listeners = 10", 30e-9);
        table.add("eventTarget", "listeners = 101", 305e-9);

        assertEquals("""

                Time of an event:

                |  | listeners = 1 | listeners = 10 | listeners = 101 |
                |---|---:|---:|---:|
                | **eventTarget** | 5.00 ns (5.00 – 5.00 ns) | 30.0 ns (30.0 – 30.0 ns) | 305 ns (305 – 305 ns) |

                What each of the listeners adds:

                |  | from 1 to 101 |
                |---|---:|
                | **eventTarget** | 3.00 ns (3.00 – 3.00 ns) |
                """, table.markdown());
    }

    @Test
    void aRangeOverTwoPrefixesHasBoth() {
        assertEquals("900 k – 1.10 M", Spread.of(9e5, 1.1e6).range(Unit.PER_SECOND::format));
    }

    @Test
    void figuresHaveThreeDigitsAndAPrefix() {
        assertEquals("999 k", Unit.PER_SECOND.format(999_499));
        assertEquals("1.00 M", Unit.PER_SECOND.format(999_501));
        assertEquals("21.3 µs", Unit.SECONDS.format(21.34e-6));
        assertEquals("2.00 s", Unit.SECONDS.format(2));
        assertEquals("0.00 B", Unit.BYTES.format(0));
        assertEquals("19.5 KiB", Unit.BYTES.format(20_000));
        assertEquals("-40.0 ns", Unit.SECONDS.format(-40e-9));
        assertEquals("0.00 B", Unit.BYTES.format(-0.001));
    }
}
