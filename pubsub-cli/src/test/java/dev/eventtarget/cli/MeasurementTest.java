package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    /** Has each event heard at once, and accepted a while later. */
    private static final class Late implements Carrier {
        private LongConsumer listener = number -> {};

        @Override
        public String name() {
            return "late";
        }

        @Override
        public Future<?> listen(LongConsumer heard) {
            listener = heard;
            return Future.succeededFuture();
        }

        @Override
        public Future<?> publish(long number) {
            listener.accept(number);
            return VERTX.timer(200);
        }

        @Override
        public void close() {}
    }

    @Test
    void whatIsAcceptedAfterItWasHeardIsMeasuredInTheShortestTime() throws Exception {
        Measurement measurement = new Measurement(new Late(), 1, Duration.ofMillis(1));
        measurement.listen().await();
        measurement.run(1, millis -> {});

        Table table = new Table("", "events", "rate", "p50", "p90", "p99", "p99.9", "max");
        measurement.addTo(table);
        List<String> rows = table.lines().subList(1, 3);
        for (String row : rows) {
            assertTrue(row.matches("late, (heard|accepted) +[1-9][\\d,]* +1( +[\\d,.]+){5}"), row);
        }
        assertEquals(0, measurement.missing());
    }
}
