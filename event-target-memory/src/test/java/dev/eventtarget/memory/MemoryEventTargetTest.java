package dev.eventtarget.memory;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.ClosedException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What only the memory target does; the contract that all targets share has its own tests. */
class MemoryEventTargetTest {
    private static final EventType<String> SAID = EventType.of("word.said", String.class);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void closeVertx() throws Exception {
        get(vertx.close());
    }

    @Test
    void callsAPlainListenerOnThePublishersThreadBeforeDispatchReturns() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        AtomicReference<Thread> caller = new AtomicReference<>();
        target.addEventListener(SAID, event -> caller.set(Thread.currentThread()));

        Future<Void> outcome = target.dispatchEvent(TypedEvent.of(SAID, "a"));

        assertSame(Thread.currentThread(), caller.get());
        assertTrue(outcome.succeeded());
    }

    @Test
    void callsAPlainListenerThatWasPausedAgainOnResume() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        List<String> heard = new CopyOnWriteArrayList<>();
        Subscription subscription = target.addEventListener(SAID, event -> heard.add(event.detail()));

        subscription.pause();
        target.dispatchEvent(TypedEvent.of(SAID, "a"));
        target.dispatchEvent(TypedEvent.of(SAID, "b"));
        assertEquals(List.of(), heard);
        subscription.fetch(1);
        assertEquals(List.of("a"), heard);
        subscription.resume();
        target.dispatchEvent(TypedEvent.of(SAID, "c"));

        assertEquals(List.of("a", "b", "c"), heard);
    }

    @Test
    void aVerticleIsUndeployedAlthoughItsListenerHangs() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?closeTimeout=100ms");
        AsyncEventListener<String> hanging = event -> Promise.promise().future();
        String deployment = get(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                return target.addAsyncEventListener(SAID, hanging).ready();
            }
        }));
        target.dispatchEvent(TypedEvent.of(SAID, "a"));

        get(vertx.undeploy(deployment));

        assertEquals(Set.of(), vertx.deploymentIDs());
    }

    @Test
    void hasTheSameDetailObjectForEveryListener() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        EventType<Object> type = EventType.of("thing", Object.class);
        Object detail = new Object();
        List<Object> heard = new CopyOnWriteArrayList<>();
        target.addEventListener(type, event -> heard.add(event.detail()));
        target.addEventListener(EventType.of("*", Object.class), event -> heard.add(event.detail()));

        target.dispatchEvent(TypedEvent.of(type, detail));

        assertEquals(List.of(detail, detail), heard);
    }

    @Test
    void sendsEveryEventThroughTheCodecWhenAskedTo() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?codec=json");
        EventType<Object> type = EventType.of("thing", Object.class);

        Future<Void> outcome = target.dispatchEvent(TypedEvent.of(type, new Object() {
            @SuppressWarnings("unused")
            public Object getMyself() {
                return this;
            }
        }));

        assertEquals(Reason.CODEC, ((EventTargetException) outcome.cause()).reason());
    }

    @Test
    void twoThatOpenTheSameShareATargetUntilBothHaveClosed() throws Exception {
        TypedEventTarget one = EventTargets.open(vertx, "memory:shared");
        TypedEventTarget other = EventTargets.open(
                vertx, new JsonObject().put("transport", "memory").put("name", "shared"));
        List<String> heard = new CopyOnWriteArrayList<>();
        other.addEventListener(SAID, event -> heard.add(event.detail()));

        one.dispatchEvent(TypedEvent.of(SAID, "a"));
        get(one.close());
        other.dispatchEvent(TypedEvent.of(SAID, "b"));

        assertEquals(List.of("a", "b"), heard);
        assertEquals(Reason.CLOSED, reason(one.dispatchEvent(TypedEvent.of(SAID, "c"))));
        get(other.close());
        assertThrows(ClosedException.class, () -> other.addEventListener(SAID, event -> {}));
    }

    @Test
    void differentNamesAreDifferentTargets() {
        List<String> heard = new CopyOnWriteArrayList<>();
        EventTargets.open(vertx, "memory:one").addEventListener(SAID, event -> heard.add(event.detail()));

        EventTargets.open(vertx, "memory:other").dispatchEvent(TypedEvent.of(SAID, "a"));

        assertEquals(List.of(), heard);
    }

    @Test
    void refusesTheSameNameWithOtherSettings() {
        EventTargets.open(vertx, "memory:shop?history=10");

        ConfigurationException error =
                assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, "memory:shop?history=20"));

        assertTrue(error.getMessage().contains("history=10"), error.getMessage());
    }

    @Test
    void refusesAnUnknownOptionAndSaysWhichThereAre() {
        ConfigurationException error =
                assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, "memory:?histroy=10"));

        assertTrue(
                error.getMessage().contains("histroy") && error.getMessage().contains("closeTimeout"),
                error.getMessage());
    }

    @Test
    void refusesAnUnknownTransportAndSaysWhichThereAre() {
        ConfigurationException error =
                assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, "carrier-pigeon://coop"));

        assertTrue(error.getMessage().contains("memory"), error.getMessage());
    }

    @Test
    void refusesAnUnknownCodec() {
        ConfigurationException error =
                assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, "memory:?codec=xml"));

        assertTrue(error.getMessage().contains("json"), error.getMessage());
    }

    @Test
    void reportsAGapWhenHistoryNoLongerReachesBackToThePosition() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?history=3");
        List<TypedEvent<String>> first = new CopyOnWriteArrayList<>();
        Subscription before = target.addEventListener(SAID, first::add);
        say(target, "a");
        get(before.close());
        for (String word : List.of("b", "c", "d", "e")) {
            say(target, word);
        }

        List<EventTargetException> errors = new CopyOnWriteArrayList<>();
        List<String> heard = new CopyOnWriteArrayList<>();
        target.addEventListener(
                SAID,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults()
                        .from(StartFrom.after(first.get(0).position()))
                        .onError(errors::add));

        await().untilAsserted(() -> assertEquals(List.of("c", "d", "e"), heard));
        awaitGap(errors);
    }

    @Test
    void takesAPositionOfAnotherHistoryForAGapAndRefusesWhatIsNone() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:one?history=3");
        TypedEventTarget other = EventTargets.open(vertx, "memory:other?history=3");
        List<TypedEvent<String>> heard = new CopyOnWriteArrayList<>();
        other.addEventListener(SAID, heard::add);
        say(other, "x");
        say(target, "a");

        List<EventTargetException> errors = new CopyOnWriteArrayList<>();
        List<String> after = new CopyOnWriteArrayList<>();
        target.addEventListener(
                SAID,
                event -> after.add(event.detail()),
                ListenerOptions.defaults()
                        .from(StartFrom.after(heard.get(0).position()))
                        .onError(errors::add));
        awaitGap(errors);
        assertEquals(List.of("a"), after);

        ListenerOptions nonsense = ListenerOptions.defaults().from(StartFrom.after("yesterday"));
        assertThrows(IllegalArgumentException.class, () -> target.addEventListener(SAID, event -> {}, nonsense));
        assertThrows(
                IllegalArgumentException.class, () -> target.addEventListener(SAID, event -> {}, nonsense.group("g")));
    }

    @Test
    void givesUpAtTheCloseTimeoutAndSaysHowManyEvents() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?closeTimeout=50ms");
        target.addEventListener(SAID, event -> {}).pause();
        say(target, "a");
        say(target, "b");

        ExecutionException error = assertThrows(ExecutionException.class, () -> get(target.close()));

        EventTargetException cause = (EventTargetException) error.getCause();
        assertEquals(Reason.TIMEOUT, cause.reason());
        assertTrue(cause.getMessage().contains("2 events"), cause.getMessage());
    }

    @Test
    void closeWaitsForEventsThatWait() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        List<String> heard = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        get(vertx.deployVerticle(
                new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        target.addEventListener(SAID, event -> {
                            go.await();
                            heard.add(event.detail());
                        });
                        return Future.succeededFuture();
                    }
                },
                new io.vertx.core.DeploymentOptions().setThreadingModel(io.vertx.core.ThreadingModel.WORKER)));
        for (int i = 0; i < 3000; i++) {
            target.dispatchEvent(TypedEvent.of(SAID, "" + i));
        }

        Future<Void> closed = target.close();
        assertEquals(Reason.CLOSED, reason(target.dispatchEvent(TypedEvent.of(SAID, "late"))));
        go.countDown();
        get(closed);

        // 1024 in the buffer, one being handled, and 1024 publishers in line: the others were told so
        assertTrue(heard.size() >= 2048, "only " + heard.size());
    }

    @Test
    void aHandleThatIsNotTheLastDrainsItsOwnListeners() throws Exception {
        TypedEventTarget one = EventTargets.open(vertx, "memory:shared");
        TypedEventTarget other = EventTargets.open(vertx, "memory:shared");
        List<String> heard = new CopyOnWriteArrayList<>();
        one.addAsyncEventListener(SAID, event -> later(() -> heard.add(event.detail())));
        for (String word : List.of("a", "b", "c")) {
            say(one, word);
        }

        Future<Void> closed = one.close();
        say(other, "late");
        get(closed);

        assertEquals(List.of("a", "b", "c"), heard);
    }

    @Test
    void theLastMemberOfAGroupDrainsItsBuffer() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        List<String> heard = new CopyOnWriteArrayList<>();
        ListenerOptions group = ListenerOptions.defaults().group("g");
        Subscription one = target.addAsyncEventListener(SAID, event -> later(() -> heard.add(event.detail())), group);
        Subscription other = target.addAsyncEventListener(SAID, event -> later(() -> heard.add(event.detail())), group);
        for (int i = 0; i < 10; i++) {
            say(target, "" + i);
        }

        get(Future.all(one.drain(), other.drain()));

        await().untilAsserted(() -> assertEquals(10, heard.size()));
    }

    private Future<?> later(Runnable task) {
        return vertx.timer(5, java.util.concurrent.TimeUnit.MILLISECONDS).andThen(done -> task.run());
    }

    @Test
    void aDrainThatTakesTooLongSaysSo() throws Exception {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?closeTimeout=50ms");
        Subscription paused = target.addEventListener(SAID, event -> {}).pause();
        say(target, "a");

        ExecutionException error = assertThrows(ExecutionException.class, () -> get(paused.drain()));

        assertEquals(Reason.TIMEOUT, ((EventTargetException) error.getCause()).reason());
        get(paused.ended());
        get(target.close());
    }

    @Test
    void interceptorsStandAroundPublicationAndDeliveryInOrder() {
        List<String> log = new CopyOnWriteArrayList<>();
        TypedEventTarget target = EventTargets.open(vertx, "memory:", logging("outer", log), logging("inner", log));
        target.addEventListener(SAID, event -> log.add("listener"));

        say(target, "a");

        assertEquals(
                List.of("outer publishes", "inner publishes", "outer delivers", "inner delivers", "listener"), log);
    }

    private static Interceptor logging(String name, List<String> log) {
        return new Interceptor() {
            @Override
            public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
                log.add(name + " publishes");
                return next.apply(event);
            }

            @Override
            public Future<?> deliver(
                    TypedEvent<?> event, Subscription subscription, Function<TypedEvent<?>, Future<?>> next) {
                log.add(name + " delivers");
                return next.apply(event);
            }
        };
    }

    @Test
    void dropsADuplicateWithinTheWindowButNotOneThatFailed() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?dedup=2");
        List<String> heard = new CopyOnWriteArrayList<>();
        Subscription full = target.addEventListener(
                SAID, event -> {}, ListenerOptions.defaults().buffer(1, OverflowPolicy.FAIL));
        target.addEventListener(SAID, event -> heard.add(event.detail()));

        for (String id : List.of("1", "1", "2", "3", "2", "1")) {
            target.dispatchEvent(TypedEvent.of(SAID, id).withId(id));
        }
        assertEquals(List.of("1", "2", "3", "1"), heard);

        full.pause();
        say(target, "fills the buffer");
        assertEquals(
                Reason.BACKPRESSURE,
                reason(target.dispatchEvent(TypedEvent.of(SAID, "4").withId("4"))));
        full.resume();
        assertTrue(
                target.dispatchEvent(TypedEvent.of(SAID, "4 again").withId("4")).succeeded());
        assertTrue(heard.contains("4 again"));
    }

    @Test
    void positionsGrowAndDifferFromIds() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?history=10");
        List<TypedEvent<String>> heard = new CopyOnWriteArrayList<>();
        target.addEventListener(SAID, heard::add);

        target.dispatchEvent(TypedEvent.of(SAID, "a").withId("7"));
        target.dispatchEvent(TypedEvent.of(SAID, "b").withId("7"));

        assertEquals("7", heard.get(1).id());
        assertNotEquals(heard.get(0).position(), heard.get(1).position());
        assertFalse(heard.get(0).position().isEmpty());
    }

    private static void awaitGap(List<EventTargetException> errors) {
        await().untilAsserted(() -> assertEquals(
                List.of(GapException.class),
                errors.stream().map(Object::getClass).toList()));
    }

    private static void say(TypedEventTarget target, String word) {
        assertTrue(target.dispatchEvent(TypedEvent.of(SAID, word)).succeeded());
    }

    private static Reason reason(Future<?> outcome) {
        return ((EventTargetException) outcome.cause()).reason();
    }

    private static <T> T get(Future<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(Duration.ofSeconds(60).toSeconds(), SECONDS);
    }
}
