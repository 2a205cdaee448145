package dev.eventtarget.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.Hub;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page of metrics lists all that there are, with their kinds and tags, and nothing else. */
class MetricsDocumentTest extends MetricsTest {
    private static final Pattern ROW = Pattern.compile("\\| `(eventtarget[\\w.]+)` \\| (\\w+) \\|([^|]*)\\| [^|]+ \\|");
    private static final EventType<Integer> PLACED = EventType.of("order.placed", Integer.class);

    @Test
    void theTableIsTrue() throws IOException {
        makeAll();
        Map<String, String> made = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            String kind = meter.getId().getType().name().toLowerCase(Locale.ROOT);
            String tags = meter.getId().getTags().stream()
                    .map(Tag::getKey)
                    .collect(Collectors.toCollection(TreeSet::new))
                    .toString();
            made.put(meter.getId().getName(), kind + " " + tags);
        }
        assertEquals(onThePage(), made);
    }

    private static Map<String, String> onThePage() throws IOException {
        Path page = Path.of(System.getProperty("basedir", "."), "../docs/architecture/metrics.md");
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(page)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                TreeSet<String> tags = new TreeSet<>();
                for (String tag : row.group(3).split(",")) {
                    if (!tag.isBlank()) {
                        tags.add(tag.strip().replace("`", ""));
                    }
                }
                rows.put(row.group(1), row.group(2) + " " + tags);
            }
        }
        return rows;
    }

    /** Does what makes every meter. */
    private void makeAll() {
        TypedEventTarget backend = EventTargets.open(vertx, "memory:");
        Hub hub = Hub.create(vertx, backend);
        new HubMetrics(hub).bindTo(registry);
        TypedEventTarget spoke =
                open(result(hub.listen("ws://127.0.0.1:0/events")) + "?closeTimeout=1s&connectTimeout=60s");
        result(spoke.dispatchEvent(TypedEvent.of(PLACED, 1)));
        result(hub.close());
        eventually(() -> assertEquals(1, count("eventtarget.disconnections")));
        result(backend.close());

        TypedEventTarget target = memory("&dedup=10&history=2");
        Queue<String> positions = new ConcurrentLinkedQueue<>();
        Subscription slow = target.addEventListener(
                PLACED, event -> {}, ListenerOptions.defaults().buffer(1, OverflowPolicy.DROP_NEWEST));
        slow.pause();
        target.addEventListener(PLACED, event -> positions.add(String.valueOf(event.position())));
        ListenerOptions twice = ListenerOptions.defaults().retry(RetryPolicy.immediately(2));
        target.addEventListener(PLACED, MetricsDocumentTest::refuse, twice.onError(error -> {}));
        target.addEventListener(PLACED, MetricsDocumentTest::refuseToo, twice.deadLetter("order.rejected"));
        for (int number = 1; number <= 5; number++) {
            TypedEvent<Integer> event =
                    TypedEvent.of(PLACED, number).withId("event-" + number).withTime(Instant.now());
            result(target.dispatchEvent(event));
            result(target.dispatchEvent(event));
        }
        eventually(() -> assertEquals(5, positions.size()));
        target.addEventListener(
                PLACED,
                event -> {},
                ListenerOptions.defaults()
                        .from(StartFrom.after(positions.element()))
                        .onError(error -> {}));
        eventually(() -> assertEquals(1, count("eventtarget.gaps")));
        eventually(() -> assertEquals(5, count("eventtarget.dead.lettered")));
        eventually(() -> assertEquals(5, count("eventtarget.failures")));
        eventually(() -> assertEquals(4, count("eventtarget.dropped")));
        eventually(() -> assertEquals(0, gauge("eventtarget.in.flight", "type", "order.placed")));
        slow.resume();
    }

    private static void refuse(TypedEvent<?> event) {
        throw new IllegalStateException("refused");
    }

    private static void refuseToo(TypedEvent<?> event) {
        throw new IllegalStateException("refused too");
    }
}
