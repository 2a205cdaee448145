package dev.eventtarget.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What is planted in a ledger is found. */
class LedgerTest {
    private final Publications publications = new Publications();
    private final Ledger ledger = new Ledger(publications);

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            publications.accepted(publications.begin());
        }
    }

    private void hear(long... numbers) {
        LongStream.of(numbers).forEach(ledger::enter);
    }

    private void assertFound(long received, long again, long late, long reported, long lost) {
        assertEquals(received, ledger.received(), "received");
        assertEquals(again, ledger.again(), "again");
        assertEquals(late, ledger.late(), "late");
        assertEquals(reported, ledger.reported(), "reported");
        assertEquals(lost, ledger.lost(), "lost");
    }

    @Test
    void whatIsInOrderIsRight() {
        publish(4);
        hear(0, 1, 2, 3);
        assertFound(4, 0, 0, 0, 0);
    }

    @Test
    void lossesAreFoundInTheMiddleAndAtTheEnd() {
        publish(6);
        hear(0, 2, 3);
        assertFound(3, 0, 0, 0, 3);
    }

    @Test
    void aLossIsOneUntilTheEventComes() {
        publish(3);
        hear(0, 2);
        assertFound(2, 0, 0, 0, 1);
        hear(1);
        assertFound(3, 0, 1, 0, 0);
    }

    @Test
    void repetitionsAreFound() {
        publish(3);
        hear(0, 1, 1, 2, 0);
        assertFound(3, 2, 0, 0, 0);
    }

    @Test
    void whatComesBehindALaterOneIsOutOfOrderAndThenARepetition() {
        publish(3);
        hear(0, 2, 1, 1);
        assertFound(3, 1, 1, 0, 0);
    }

    @Test
    void onlyWhatWasAcceptedCanBeLost() {
        publish(1);
        publications.failed(publications.begin(), new IllegalStateException("no"));
        long open = publications.begin();
        publish(1);
        hear(0, 3);
        assertFound(2, 0, 0, 0, 0);
        assertEquals(2, publications.accepted());
        assertEquals(1, publications.failed());
        assertEquals(1, publications.unknown());
        publications.accepted(open);
        assertFound(2, 0, 0, 0, 1);
    }

    @Test
    void whatFailedMayComeAllTheSameOnce() {
        publications.failed(publications.begin(), new IllegalStateException("no"));
        hear(0);
        assertFound(1, 0, 0, 0, 0);
        hear(0);
        assertFound(1, 1, 0, 0, 0);
    }

    @Test
    void aGapThatIsToldIsCountedAtItsPlaceAndIsALossAllTheSame() {
        publish(8);
        hear(0);
        ledger.gap();
        hear(3, 5, 6, 7);
        assertFound(5, 0, 0, 2, 3);
    }
}
