package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.ChildJvm;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer's process is killed in mid-batch and started again, and sends again what was not confirmed. */
class ProducerRestartTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final EventType<Integer> TICK = EventType.of("tick", Integer.class);

    /** Publishes numbers from one on: as orders, with IDs of their own, and as ticks, without. */
    static final class Producer {
        private static final int BURST = 500;

        /** Far fewer than are refused, so that none is left out while Redis is slow. */
        private static final int MOST_OPEN = 10_000;

        private final TypedEventTarget target;
        private int next;
        private int open;

        private Producer(TypedEventTarget target, int first) {
            this.target = target;
            next = first;
        }

        public static void main(String[] arguments) throws Exception {
            Vertx vertx = Vertx.vertx();
            TypedEventTarget target = EventTargets.open(vertx, arguments[0]);
            Producer producer = new Producer(target, Integer.parseInt(arguments[1]));
            vertx.setPeriodic(0, 20, id -> producer.publish());
            ChildJvm.awaitEnd();
            System.exit(0);
        }

        private void publish() {
            for (int i = 0; i < BURST && open < MOST_OPEN; i++) {
                int number = next++;
                publish(TypedEvent.of(ORDER, number).withId("order-" + number), "order " + number);
                publish(TypedEvent.of(TICK, number), "tick " + number);
            }
        }

        private void publish(TypedEvent<Integer> event, String text) {
            open++;
            target.dispatchEvent(event).onComplete(outcome -> open--).onSuccess(confirmed -> System.out.println(text));
        }
    }

    @TempDir
    private Path directory;

    @Test
    void whatIsSentAgainIsFilteredAndWhatIsNewIsNot() throws Exception {
        RedisServer server = RedisServer.shared();
        String url = server.url() + "?prefix=" + prefix + "&producerNoncePath=" + directory.resolve("nonce");
        TreeSet<Integer> orders = new TreeSet<>();
        TreeSet<Integer> ticks = new TreeSet<>();
        int first = 0;
        for (int run = 0; run < 3; run++) {
            try (ChildJvm producer = ChildJvm.start(Producer.class, url, String.valueOf(first))) {
                for (String word : List.of("order", "tick")) {
                    eventually(
                            () -> assertTrue(producer.said(word).size() > 2000, () -> "it said " + producer.lines()));
                }
                producer.kill();
                producer.said("order").forEach(number -> orders.add(Integer.valueOf(number)));
                producer.said("tick").forEach(number -> ticks.add(Integer.valueOf(number)));
            }
            // some of what it sent was appended, and the confirmation lost with the process
            first = orders.last() - 200;
        }

        List<Integer> appended = numbers(server.entries(prefix + ":order"));
        assertTrue(appended.size() > orders.last());
        assertEquals(IntStream.range(0, appended.size()).boxed().toList(), appended);

        List<Map<String, String>> entries = server.entries(prefix + ":tick");
        assertTrue(new TreeSet<>(numbers(entries)).containsAll(ticks));
        List<String> ids = entries.stream().map(entry -> entry.get("dedup_id")).toList();
        assertEquals(ids.size(), ids.stream().distinct().count());
        assertEquals(
                1,
                ids.stream()
                        .map(id -> id.substring(0, id.indexOf(':')))
                        .distinct()
                        .count());
        // each run gave new IDs to the numbers that it took up again
        assertTrue(entries.stream()
                .collect(Collectors.groupingBy(entry -> entry.get("detail"), Collectors.counting()))
                .containsValue(2L));
    }

    private static List<Integer> numbers(List<Map<String, String>> entries) {
        return entries.stream()
                .map(entry -> Integer.valueOf(entry.get("detail")))
                .toList();
    }
}
