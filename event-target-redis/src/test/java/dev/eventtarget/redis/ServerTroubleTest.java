package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Redis is up, and yet it does not do what it is asked. */
class ServerTroubleTest extends RedisTest {
    private static final EventType<Integer> ORDER = EventType.of("order", Integer.class);
    private static final EventType<Integer> OTHER = EventType.of("other", Integer.class);

    /** More than patient retries need, and far less than a loop without a pause would send. */
    private static final long COMMANDS_PER_SECOND = 300;

    private final RedisServer server = use(RedisServer.start());
    private final Queue<Integer> heard = new ConcurrentLinkedQueue<>();
    private final Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();

    private static Future<Void> publish(TypedEventTarget target, int number) {
        return target.dispatchEvent(TypedEvent.of(ORDER, number));
    }

    private void listen(TypedEventTarget target, ListenerOptions options) {
        ready(target.addEventListener(ORDER, event -> heard.add(event.detail()), options.onError(errors::add)));
    }

    private void assertHears(Integer... numbers) {
        eventually(() -> assertEquals(List.of(numbers), List.copyOf(heard)));
    }

    /** For a second, or however long it takes, the adapter does not ask more often than it makes sense. */
    private static void assertPatient(RedisServer server) {
        long before = Long.parseLong(server.info("total_commands_processed"));
        long start = System.nanoTime();
        Awaitility.await().pollDelay(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> true);
        double seconds = (System.nanoTime() - start) / 1e9;
        long commands = Long.parseLong(server.info("total_commands_processed")) - before;
        assertTrue(commands < COMMANDS_PER_SECOND * seconds, () -> commands + " commands in " + seconds + " s");
    }

    /** How many reads it has answered with an error. */
    private static int failedReads(RedisServer server) {
        return Integer.parseInt(server.info("cmdstat_xread").replaceFirst(".*failed_calls=(\\d+).*", "$1"));
    }

    // ---- out of memory

    @Test
    void withoutMemoryPublishingWaitsAndThenFails() {
        TypedEventTarget target = open(server.url(), "publishTimeout=10s");
        result(publish(target, 1));
        server.call("CONFIG", "SET", "maxmemory", "1");
        EventTargetException failure = failure(publish(target, 2));
        assertEquals(Reason.TRANSPORT, failure.reason());
        assertTrue(failure.isRetryable());
        assertTrue(failure.getMessage().contains("OOM"), failure.getMessage());
        server.call("CONFIG", "SET", "maxmemory", "0");
        result(publish(target, 3));
        assertEquals(
                List.of("1", "3"),
                server.entries(prefix + ":order").stream()
                        .map(entry -> entry.get("detail"))
                        .toList());
    }

    @Test
    void whatWaitsForMemoryIsPublishedOnceThereIsSome() {
        TypedEventTarget target = open(server.url());
        listen(target, ListenerOptions.defaults().group("billing"));
        result(publish(target, 1));
        assertHears(1);
        server.call("CONFIG", "SET", "maxmemory", "1");
        List<Future<Void>> waiting = IntStream.rangeClosed(2, 100)
                .mapToObj(number -> publish(target, number))
                .toList();
        assertPatient(server);
        assertTrue(waiting.stream().noneMatch(Future::isComplete));
        server.call("CONFIG", "SET", "maxmemory", "0");
        waiting.forEach(RedisTest::result);
        assertHears(IntStream.rangeClosed(1, 100).boxed().toArray(Integer[]::new));
        assertEquals(List.of(), List.copyOf(errors));
    }

    // ---- read-only

    @Test
    void whatAReplicaRefusesIsPublishedOnceItIsMaster() {
        RedisServer master = use(RedisServer.start("repl-diskless-sync-delay 0"));
        server.call("REPLICAOF", "127.0.0.1", master.port());
        eventually(() -> assertEquals("up", server.info("master_link_status")));
        EventTargetException failure = failure(publish(open(server.url(), "publishTimeout=10s"), 0));
        assertEquals(Reason.TRANSPORT, failure.reason());
        assertTrue(failure.isRetryable());
        assertTrue(failure.getMessage().contains("READONLY"), failure.getMessage());
        TypedEventTarget target = open(server.url());
        Future<Void> waiting = publish(target, 1);
        assertPatient(server);
        assertFalse(waiting.isComplete());
        server.call("REPLICAOF", "NO", "ONE");
        result(waiting);
        listen(target, ListenerOptions.defaults());
        result(publish(target, 2));
        assertHears(2);
    }

    // ---- something else at the key

    @Test
    void aKeyThatIsNoStreamFailsItsTypeAlone() {
        server.call("SET", prefix + ":order", "something else");
        TypedEventTarget target = open(server.url());
        EventTargetException failure = failure(publish(target, 1));
        assertEquals(Reason.TRANSPORT, failure.reason());
        assertFalse(failure.isRetryable());
        assertTrue(failure.getMessage().contains("WRONGTYPE"), failure.getMessage());
        result(target.dispatchEvent(TypedEvent.of(OTHER, 1)));
        for (ListenerOptions options :
                List.of(ListenerOptions.defaults(), ListenerOptions.defaults().group("billing"))) {
            EventTargetException refused =
                    failure(target.addEventListener(ORDER, event -> {}, options).ready());
            assertEquals(Reason.TRANSPORT, refused.reason());
        }
        server.call("DEL", prefix + ":order");
        listen(target, ListenerOptions.defaults());
        result(publish(target, 2));
        assertHears(2);
    }

    @Test
    void aListenerWhoseStreamIsReplacedIsToldAndGoesOn() {
        TypedEventTarget target = open(server.url(), "block=200ms");
        listen(target, ListenerOptions.defaults());
        result(publish(target, 1));
        assertHears(1);
        server.call("SET", prefix + ":order", "something else");
        eventually(() -> assertTrue(errors.stream().anyMatch(error -> error.reason() == Reason.TRANSPORT)));
        assertPatient(server);
        server.call("DEL", prefix + ":order");
        // a read that waits has found nothing wrong
        eventually(() -> assertEquals("1", server.info("blocked_clients")));
        int failed = failedReads(server);
        result(publish(target, 2));
        eventually(() -> assertTrue(heard.contains(2)));
        assertEquals(failed, failedReads(server));
        assertTrue(errors.size() <= failed);
    }

    @Test
    void aGroupWhoseStreamIsDeletedGoesOnWithTheNewOne() {
        TypedEventTarget target = open(server.url(), "block=200ms");
        listen(target, ListenerOptions.defaults().group("billing"));
        result(publish(target, 1));
        assertHears(1);
        server.call("DEL", prefix + ":order");
        result(publish(target, 2));
        assertHears(1, 2);
    }

    @Test
    void aServerThatIsEmptiedGoesOn() {
        TypedEventTarget target = open(server.url(), "block=200ms");
        listen(target, ListenerOptions.defaults());
        Queue<Integer> group = new ConcurrentLinkedQueue<>();
        ready(target.addEventListener(
                ORDER,
                event -> group.add(event.detail()),
                ListenerOptions.defaults().group("billing")));
        result(publish(target, 1));
        assertHears(1);
        server.call("FLUSHALL");
        server.call("SCRIPT", "FLUSH");
        result(publish(target, 2));
        assertHears(1, 2);
        eventually(() -> assertEquals(List.of(1, 2), List.copyOf(group)));
    }

    // ---- not allowed

    @Test
    void aWrongPasswordIsRefusedAtOnce() {
        server.call("ACL", "SETUSER", "shop", "on", ">secret", "~*", "&*", "+@all");
        TypedEventTarget target = open("redis://shop:wrong@" + server.address());
        UnauthorizedException refused = assertInstanceOf(UnauthorizedException.class, failure(publish(target, 1)));
        assertFalse(refused.isRetryable());
        assertFalse(refused.getMessage().contains("wrong@"), refused.getMessage());
        assertInstanceOf(
                UnauthorizedException.class,
                failure(target.addEventListener(ORDER, event -> {}).ready()));
        result(publish(open("redis://shop:secret@" + server.address()), 2));
    }

    @Test
    void whatTheUserMayNotDoIsRefusedUntilItMay() {
        server.call("ACL", "SETUSER", "shop", "on", ">secret", "~" + prefix + ":*", "&*", "+@all");
        server.call("ACL", "SETUSER", "shop", "-evalsha", "-eval", "-xadd");
        TypedEventTarget target = open("redis://shop:secret@" + server.address());
        listen(target, ListenerOptions.defaults());
        assertInstanceOf(UnauthorizedException.class, failure(publish(target, 1)));
        server.call("ACL", "SETUSER", "shop", "+evalsha", "+eval", "+xadd");
        result(publish(target, 2));
        assertHears(2);

        server.call("ACL", "SETUSER", "shop", "resetkeys", "~another:*");
        assertInstanceOf(UnauthorizedException.class, failure(publish(target, 3)));
        assertInstanceOf(
                UnauthorizedException.class,
                failure(target.addEventListener(
                                OTHER, event -> {}, ListenerOptions.defaults().group("billing"))
                        .ready()));
        assertPatient(server);
        server.call("ACL", "SETUSER", "shop", "~" + prefix + ":*");
        result(publish(target, 4));
        assertHears(2, 4);
    }

    // ---- no answer

    @Test
    void aServerThatHangsFailsPublishersAndIsUsedAgainAfterwards() throws Exception {
        TypedEventTarget target =
                open(server.url(), "publishTimeout=10s", "commandTimeout=1s", "maxPending=100", "block=200ms");
        listen(target, ListenerOptions.defaults());
        result(publish(target, 1));
        assertHears(1);
        server.suspend();
        List<Future<Void>> waiting = new ArrayList<>();
        for (int number = 2; number <= 101; number++) {
            waiting.add(publish(target, number));
        }
        BackpressureException full = assertInstanceOf(BackpressureException.class, failure(publish(target, 102)));
        assertTrue(full.isRetryable());
        for (Future<Void> future : waiting) {
            NotConnectedException failure = assertInstanceOf(NotConnectedException.class, failure(future));
            assertTrue(failure.isRetryable());
        }
        server.resume();
        // one may be given up while the next attempt to connect is yet to come
        AtomicInteger last = new AtomicInteger(199);
        eventually(() -> result(publish(target, last.incrementAndGet())));
        eventually(() -> assertTrue(heard.contains(last.get())));
        List<Integer> order = List.copyOf(heard);
        assertEquals(order.stream().distinct().sorted().toList(), order);
    }

    @Test
    void whatIsPublishedWhileTheServerHangsIsPublishedOnce() throws Exception {
        TcpProxy proxy = TcpProxy.start(vertx, server.port());
        TypedEventTarget target = open(proxy.url(), "commandTimeout=1s", "publishTimeout=2m");
        result(publish(target, 1));
        server.suspend();
        int connections = proxy.connections();
        List<Future<Void>> waiting = IntStream.rangeClosed(2, 50)
                .mapToObj(number -> publish(target, number))
                .toList();
        // by then several attempts wait in the server's sockets, and it will carry out each
        eventually(() -> assertTrue(proxy.connections() > connections + 2));
        assertTrue(waiting.stream().noneMatch(Future::isComplete));
        server.resume();
        waiting.forEach(RedisTest::result);
        assertEquals(
                IntStream.rangeClosed(1, 50).boxed().toList(),
                server.entries(prefix + ":order").stream()
                        .map(entry -> Integer.valueOf(entry.get("detail")))
                        .toList());
    }

    @Test
    void closingEndsThoughTheServerIsGone() {
        List<TypedEventTarget> targets = new ArrayList<>();
        for (ListenerOptions options :
                List.of(ListenerOptions.defaults(), ListenerOptions.defaults().group("billing"))) {
            TypedEventTarget target = open(server.url(), "commandTimeout=1s");
            targets.add(target);
            listen(target, options);
            result(publish(target, 1));
        }
        assertHears(1, 1, 1);
        server.kill();
        List<Future<Void>> unconfirmed =
                targets.stream().map(target -> publish(target, 2)).toList();
        // the closeTimeout is 3 s, and what is not confirmed by then is told so
        List<Future<Void>> closed =
                targets.stream().map(TypedEventTarget::close).toList();
        closed.forEach(outcome -> assertEquals(Reason.TIMEOUT, failure(outcome).reason()));
        unconfirmed.forEach(RedisTest::failure);
    }
}
