package dev.eventtarget.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.cli.soak.Soak.Fault;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Faults are drawn, and drawn again from the same seed. */
class FaultsTest {
    private static final Duration RUN = Duration.ofMinutes(10);

    @Test
    void theSameSeedGivesTheSameFaults() {
        Set<Fault> all = EnumSet.allOf(Fault.class);
        assertEquals(Faults.plan(7, RUN, all), Faults.plan(7, RUN, Set.copyOf(all)));
        assertNotEquals(Faults.plan(7, RUN, all), Faults.plan(8, RUN, all));
    }

    @Test
    void allKindsComeAndEndWithinTheRun() {
        List<Faults.Planned> plan = Faults.plan(1, RUN, EnumSet.allOf(Fault.class));
        assertEquals(
                EnumSet.allOf(Fault.class),
                plan.stream().map(Faults.Planned::fault).collect(Collectors.toSet()));
        assertTrue(
                plan.stream().allMatch(one -> one.atMillis() >= 0 && one.atMillis() + one.millis() < RUN.toMillis()));
    }

    @Test
    void aShortRunHasFaultsAsWell() {
        assertTrue(Faults.plan(1, Duration.ofSeconds(20), Set.of(Fault.kill)).size() > 3);
        assertEquals(List.of(), Faults.plan(1, RUN, Set.of()));
    }
}
