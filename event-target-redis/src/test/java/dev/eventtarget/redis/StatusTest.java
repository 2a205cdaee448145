package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus.SubscriptionStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a target tells of itself and of its connections. */
class StatusTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final EventType<Integer> OTHER = EventType.of("other", Integer.class);

    private static final class News implements Interceptor {
        private final AtomicInteger opened = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private final AtomicInteger connected = new AtomicInteger();
        private final AtomicInteger disconnected = new AtomicInteger();
        private final Queue<String> addresses = new ConcurrentLinkedQueue<>();
        private final Queue<Object> duplicates = new ConcurrentLinkedQueue<>();

        @Override
        public void opened(TypedEventTarget target) {
            opened.incrementAndGet();
        }

        @Override
        public void closed(TypedEventTarget target) {
            closed.incrementAndGet();
        }

        @Override
        public void duplicate(TypedEvent<?> event) {
            duplicates.add(String.valueOf(event.id()));
        }

        @Override
        public void connected(String address) {
            addresses.add(address);
            connected.incrementAndGet();
        }

        @Override
        public void disconnected(String address, Throwable error) {
            addresses.add(address);
            disconnected.incrementAndGet();
        }
    }

    private final News news = new News();

    private TypedEventTarget watched(String url, String... options) {
        return open(url, new Interceptor[] {news}, options);
    }

    private static Health health(TypedEventTarget target) {
        return result(target.status()).health();
    }

    private static void assertHealth(Health.State state, String reason, TypedEventTarget target) {
        eventually(() -> {
            Health health = health(target);
            assertEquals(state, health.state(), health::toString);
            assertTrue(health.reason().contains(reason), health::toString);
        });
    }

    private static void assertUp(TypedEventTarget target) {
        eventually(() -> assertEquals(Health.up(), health(target)));
    }

    private static SubscriptionStatus only(TypedEventTarget target) {
        List<SubscriptionStatus> all = result(target.status()).subscriptions();
        assertEquals(1, all.size());
        return all.get(0);
    }

    private static TypedEvent<Integer> order(int number) {
        return TypedEvent.of(ORDER, number);
    }

    // ---- health and connections

    @Test
    void whatNobodyHasUsedYetTellsWhetherTheServerIsThere() {
        assertUp(open(RedisServer.shared().url()));
        RedisServer gone = use(RedisServer.start());
        gone.kill();
        assertHealth(Health.State.DEGRADED, "can't be reached", open(gone.url()));
    }

    @Test
    void aServerThatGoesAndComesBackIsSeenWithoutAnyTraffic() throws Exception {
        RedisServer server = use(RedisServer.startDurable());
        TypedEventTarget target = watched(server.url());
        ready(target.addEventListener(ORDER, event -> {}));
        result(target.dispatchEvent(order(1)));
        assertHealth(Health.State.UP, "", target);
        // the last of its connections is the one that waits for events
        eventually(() -> assertEquals("1", server.info("blocked_clients")));
        int connections = news.connected.get();
        assertTrue(connections >= 2, "one to publish, one to listen at least, and not " + connections);
        assertEquals(0, news.disconnected.get());

        server.kill();
        assertHealth(Health.State.DEGRADED, "can't be reached", target);
        eventually(() -> assertEquals(connections, news.disconnected.get()));
        server.restart();
        assertHealth(Health.State.UP, "", target);
        eventually(() -> assertEquals(2 * connections, news.connected.get()));
        assertEquals(connections, news.disconnected.get());
        assertEquals(List.of(server.url()), news.addresses.stream().distinct().toList());
    }

    @Test
    void withoutAServerItIsDownOncePublishersAreToldSo() {
        RedisServer server = use(RedisServer.start());
        TypedEventTarget target = open(server.url(), "publishTimeout=1s");
        assertUp(target);
        server.kill();
        assertHealth(Health.State.DOWN, "can't be reached", target);
    }

    @Test
    void aServerThatAnswersNothingCountsAsGone() throws Exception {
        RedisServer server = use(RedisServer.start());
        TypedEventTarget target = open(server.url(), "commandTimeout=1s");
        assertUp(target);
        server.suspend();
        assertHealth(Health.State.DEGRADED, "can't be reached", target);
        server.resume();
        assertHealth(Health.State.UP, "", target);
    }

    @Test
    void whoMayNotComeInIsDownUntilItMay() {
        RedisServer server = use(RedisServer.start());
        server.call("ACL", "SETUSER", "shop", "on", ">secret", "~*", "&*", "+@all");
        TypedEventTarget target = watched("redis://shop:wrong@" + server.address());
        assertHealth(Health.State.DOWN, "WRONGPASS", target);
        eventually(() -> assertEquals(1, news.disconnected.get()));
        server.call("ACL", "SETUSER", "shop", ">wrong");
        assertHealth(Health.State.UP, "", target);
        eventually(() -> assertEquals(1, news.connected.get()));
    }

    @Test
    void whoMayNotPublishIsDown() {
        RedisServer server = use(RedisServer.start());
        server.call("ACL", "SETUSER", "shop", "on", ">secret", "~*", "&*", "+@all", "-evalsha");
        TypedEventTarget target = open("redis://shop:secret@" + server.address());
        assertUp(target);
        assertInstanceOf(UnauthorizedException.class, failure(target.dispatchEvent(order(1))));
        assertHealth(Health.State.DOWN, "NOPERM", target);
        server.call("ACL", "SETUSER", "shop", "+evalsha");
        result(target.dispatchEvent(order(2)));
        assertEquals(Health.up(), health(target));
    }

    @Test
    void oneTypeThatIsRefusedIsNotAll() {
        RedisServer server = use(RedisServer.start());
        server.call("SET", prefix + ":order", "no stream");
        TypedEventTarget target = open(server.url());
        result(target.dispatchEvent(TypedEvent.of(OTHER, 1)));
        failure(target.dispatchEvent(order(1)));
        assertHealth(Health.State.DEGRADED, "WRONGTYPE", target);
    }

    @Test
    void withoutMemoryItIsDegradedForAsLongAsEventsWait() {
        RedisServer server = use(RedisServer.start());
        TypedEventTarget target = open(server.url());
        result(target.dispatchEvent(order(1)));
        server.call("CONFIG", "SET", "maxmemory", "1");
        var waiting = target.dispatchEvent(order(2));
        assertHealth(Health.State.DEGRADED, "OOM", target);
        server.call("CONFIG", "SET", "maxmemory", "0");
        result(waiting);
        assertEquals(Health.up(), health(target));
    }

    @Test
    void interceptorsAreToldOfTheOpeningAndTheClosing() {
        TypedEventTarget target = watched(RedisServer.shared().url(), "closeTimeout=1m");
        assertEquals(1, news.opened.get());
        result(target.dispatchEvent(order(1)));
        result(target.close());
        assertEquals(1, news.closed.get());
        assertEquals(0, news.disconnected.get());
        assertEquals(Health.State.DOWN, health(target).state());
    }

    // ---- duplicates

    @Test
    void anIdThatIsPublishedAgainIsTold() {
        TypedEventTarget target = watched(RedisServer.shared().url());
        result(target.dispatchEvent(order(1).withId("a")));
        result(target.dispatchEvent(order(2).withId("b")));
        assertEquals(List.of(), List.copyOf(news.duplicates));
        result(target.dispatchEvent(order(1).withId("a")));
        result(target.dispatchEvent(order(3)));
        eventually(() -> assertEquals(List.of("a"), List.copyOf(news.duplicates)));
    }

    @Test
    void whatAConsumersWindowLeavesOutIsTold() {
        TypedEventTarget target = watched(RedisServer.shared().url());
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail())));
        String stream = prefix + ":order";
        append(stream, 1, "a");
        append(stream, 2, "b");
        // one after the other: the first is settled
        eventually(() -> assertEquals(List.of(1, 2), List.copyOf(heard)));
        append(stream, 1, "a");
        append(stream, 3, "c");
        eventually(() -> assertEquals(List.of(1, 2, 3), List.copyOf(heard)));
        assertEquals(1, news.duplicates.size());
    }

    private static void append(String stream, int number, String dedupId) {
        RedisServer.shared().call("XADD", stream, "*", "type", "order", "detail", number, "dedup_id", dedupId);
    }

    // ---- what is behind

    @Test
    void aGroupsBacklogIsWhatIsNotHereYet() {
        TypedEventTarget target = open(RedisServer.shared().url());
        Subscription subscription = ready(target.addEventListener(
                ORDER, event -> {}, ListenerOptions.defaults().group("billing").buffer(10, OverflowPolicy.BLOCK)));
        subscription.pause();
        for (int number = 1; number <= 100; number++) {
            result(target.dispatchEvent(order(number)));
        }
        eventually(() -> {
            SubscriptionStatus status = only(target);
            assertEquals("billing", status.group());
            assertTrue(status.behind() >= 80, status::toString);
            assertEquals(100, status.queued() + status.inFlight() + status.behind(), status::toString);
        });
        subscription.resume();
        eventually(() -> assertEquals(0, only(target).behind()));
    }

    @Test
    void aListenerThatKeepsUpIsNotBehind() {
        TypedEventTarget target = open(RedisServer.shared().url());
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail())));
        eventually(() -> assertEquals(0, only(target).behind()));
        result(target.dispatchEvent(order(1)));
        eventually(() -> assertEquals(List.of(1), List.copyOf(heard)));
        eventually(() -> assertEquals(0, only(target).behind()));
    }

    @Test
    void aSlowListenerIsBehindByWhatItHasNotRead() {
        TypedEventTarget target = open(RedisServer.shared().url());
        result(target.dispatchEvent(order(0)));
        Subscription subscription = ready(target.addEventListener(
                ORDER, event -> {}, ListenerOptions.defaults().buffer(10, OverflowPolicy.BLOCK)));
        subscription.pause();
        for (int number = 1; number <= 100; number++) {
            result(target.dispatchEvent(order(number)));
        }
        eventually(() -> {
            SubscriptionStatus status = only(target);
            assertEquals(100, status.queued() + status.behind(), status::toString);
        });
        subscription.resume();
        eventually(() -> assertEquals(0, only(target).behind()));
    }

    @Test
    void whatIsBehindOfOtherIdsIsNotKnown() {
        TypedEventTarget target = open(RedisServer.shared().url());
        Subscription subscription = ready(target.addEventListener(
                ORDER.withId("42"),
                event -> {},
                ListenerOptions.defaults().group("billing").buffer(10, OverflowPolicy.BLOCK)));
        eventually(() -> assertEquals(0, only(target).behind()));
        subscription.pause();
        for (int number = 1; number <= 100; number++) {
            result(target.dispatchEvent(TypedEvent.of(ORDER.withId("42"), number)));
        }
        eventually(() -> assertEquals(-1, only(target).behind()));
    }
}
