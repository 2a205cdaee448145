package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pattern over more types than the client takes commands at once. */
class ManyTypesTest extends RedisTest {
    private static final int TYPES = RedisSettings.MOST_UNANSWERED + 1000;
    private static final EventType<Integer> ALL = EventType.of("many.>", Integer.class);

    private static final String PATIENT = "publishTimeout=2m";

    private final RedisServer server = RedisServer.shared();
    private final TypedEventTarget publisher = open(server.url(), PATIENT);
    private final TypedEventTarget target = open(server.url());

    /** Some at a time, so that also a busy server answers in time. */
    private void publish() {
        for (int from = 0; from < TYPES; from += 512) {
            List<Future<Void>> accepted = IntStream.range(from, Math.min(TYPES, from + 512))
                    .mapToObj(i -> publisher.dispatchEvent(TypedEvent.of(EventType.of("many." + i, Integer.class), i)))
                    .toList();
            accepted.forEach(RedisTest::result);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"alone", "group"})
    void becomesReadyAndHearsThemAll(String kind) {
        ListenerOptions options =
                kind.equals("group") ? ListenerOptions.defaults().group("g") : ListenerOptions.defaults();
        publish();
        Set<Integer> heard = ConcurrentHashMap.newKeySet();
        ready(target.addEventListener(ALL, event -> heard.add(event.detail()), options));
        publish();
        eventually(() -> assertEquals(TYPES, heard.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alone", "group"})
    void replaysThemAll(String kind) {
        ListenerOptions options = ListenerOptions.defaults().from(StartFrom.earliest());
        publish();
        Set<Integer> heard = ConcurrentHashMap.newKeySet();
        ready(target.addEventListener(
                ALL, event -> heard.add(event.detail()), kind.equals("group") ? options.group("g") : options));
        eventually(() -> assertEquals(TYPES, heard.size()));
    }

    /** What each of them has kept is more, by far, than there is room for. */
    @ParameterizedTest
    @CsvSource({"server,alone", "server,group", "cluster,alone", "cluster,group"})
    void losesNothingOfWhatTheyHaveKept(String kind, String member) {
        String url = kind.equals("cluster") ? RedisCluster.shared().url() : server.url();
        int types = 40;
        int events = 250;
        TypedEventTarget from = open(url, PATIENT);
        List<Future<Void>> accepted = IntStream.range(0, types * events)
                .mapToObj(i ->
                        from.dispatchEvent(TypedEvent.of(EventType.of("few." + i % types, Integer.class), i / types)))
                .toList();
        accepted.forEach(RedisTest::result);
        ListenerOptions options = ListenerOptions.defaults().from(StartFrom.earliest());
        Map<String, Queue<Integer>> heard = new ConcurrentHashMap<>();
        ready(open(url)
                .addEventListener(
                        EventType.of("few.>", Integer.class),
                        event -> heard.computeIfAbsent(event.type().name(), type -> new ConcurrentLinkedQueue<>())
                                .add(event.detail()),
                        member.equals("group") ? options.group("g") : options));
        List<Integer> all = IntStream.range(0, events).boxed().toList();
        eventually(() -> {
            assertEquals(types, heard.size());
            heard.forEach((type, details) -> assertEquals(all, List.copyOf(details), type));
        });
    }
}
