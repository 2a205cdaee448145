package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private long now = -5;
    private final Patience patience = new Patience(Duration.ofSeconds(1), () -> now);

    private int looksUntilItIsOver(long millisBetween) {
        for (int looks = 1; ; looks++) {
            now += TimeUnit.MILLISECONDS.toNanos(millisBetween);
            if (patience.isOver()) {
                return looks;
            }
        }
    }

    @Test
    void itIsOverWhenNothingComesForSoLong() {
        assertEquals(11, looksUntilItIsOver(100));
    }

    @Test
    void whateverComesRenewsIt() {
        for (int i = 0; i < 100; i++) {
            now += TimeUnit.MILLISECONDS.toNanos(100);
            assertFalse(patience.isOver());
            patience.renew();
        }
        assertEquals(11, looksUntilItIsOver(100));
    }

    @Test
    void whileTheProcessIsStoppedNoTimePasses() {
        now += TimeUnit.HOURS.toNanos(1);
        assertFalse(patience.isOver());
        assertEquals(9, looksUntilItIsOver(100));
    }
}
