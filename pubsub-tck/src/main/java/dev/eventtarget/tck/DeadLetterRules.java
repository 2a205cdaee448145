package dev.eventtarget.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

@Needs(Capability.ACKNOWLEDGED)
abstract class DeadLetterRules extends Rules {
    private static final EventType<Integer> DEAD = EventType.of("tck.dead", Integer.class);
    private static final ListenerOptions TO_DEAD = options().deadLetter(DEAD.topic());

    DeadLetterRules(EventTargetContract suite) {
        super(suite);
    }

    private static EventListener<Integer> refusing(String why) {
        return event -> {
            throw new IllegalStateException(why);
        };
    }

    private Recorder<Integer> listenToTheDead() {
        Recorder<Integer> dead = new Recorder<>();
        listen(DEAD, dead);
        return dead;
    }

    @Everywhere
    void anEventWhoseAttemptsAreUsedUpIsDeadLettered(Where where) throws Exception {
        Recorder<Integer> dead = listenToTheDead();
        listen(place(where), NUMBER, refusing("out of stock"), TO_DEAD.retry(RetryPolicy.immediately(3)));
        Instant time = Instant.parse("2024-02-29T23:59:59.123456Z");
        publish(TypedEvent.of(NUMBER.withId("42"), 7)
                .withId("event-7")
                .withTime(time)
                .withSource("shop")
                .withHeader("trace", "abc"));
        assertHears(dead, 7);
        TypedEvent<Integer> letter = dead.events().get(0);
        assertEquals(DEAD.topic(), letter.type().topic());
        assertEquals("event-7", letter.id());
        assertEquals(time, letter.time());
        assertEquals("shop", letter.source());
        Map<String, String> headers = letter.headers();
        assertEquals("abc", headers.get("trace"));
        assertEquals("tck.number:42", headers.get(DeadLetter.TYPE));
        assertEquals("listener_failed", headers.get(DeadLetter.REASON));
        assertEquals("3", headers.get(DeadLetter.ATTEMPTS));
        assertTrue(Objects.requireNonNull(headers.get(DeadLetter.MESSAGE)).contains("out of stock"));
        assertFalse(headers.containsKey(DeadLetter.GROUP));
    }

    @Everywhere
    void aRefusalByAFutureIsDeadLetteredToo(Where where) throws Exception {
        Recorder<Integer> dead = listenToTheDead();
        listenAsync(place(where), NUMBER, event -> Future.failedFuture("out of stock"), TO_DEAD);
        publish(NUMBER, 1);
        publish(NUMBER, 2);
        assertHears(dead, 1, 2);
        assertEquals("1", dead.events().get(0).headers().get(DeadLetter.ATTEMPTS));
    }

    @Test
    @Needs(Capability.GROUPS)
    void aDeadLetterNamesItsGroup() {
        Recorder<Integer> dead = listenToTheDead();
        listen(NUMBER, refusing("out of stock"), TO_DEAD.group("billing"));
        publish(NUMBER, 1);
        assertHears(dead, 1);
        assertEquals("billing", dead.events().get(0).headers().get(DeadLetter.GROUP));
    }

    @Everywhere
    void aDeadLetteredEventIsNotAnErrorToo(Where where) throws Exception {
        Place place = place(where);
        Recorder<Integer> dead = listenToTheDead();
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        listen(place, NUMBER, refusing("out of stock"), TO_DEAD.onError(errors::add));
        publishNumbers(1, 5);
        assertHearsNumbers(dead, 1, 5);
        settle(place);
        assertTrue(errors.isEmpty(), () -> "reported: " + errors);
    }

    @Everywhere
    void deliveryGoesOnAfterADeadLetter(Where where) throws Exception {
        Recorder<Integer> dead = listenToTheDead();
        Recorder<Integer> handled = new Recorder<>();
        listen(
                place(where),
                NUMBER,
                event -> {
                    if (event.detail() % 3 == 0) {
                        throw new IllegalStateException("out of stock");
                    }
                    handled.handle(event);
                },
                TO_DEAD.retry(RetryPolicy.immediately(2)));
        publishNumbers(1, 30);
        assertHears(
                handled::details,
                numbers(1, 30).stream().filter(number -> number % 3 != 0).toList());
        assertHears(
                dead::details,
                numbers(1, 30).stream().filter(number -> number % 3 == 0).toList());
    }

    @Test
    void aDeadLettersMessageIsCut() {
        Recorder<Integer> dead = listenToTheDead();
        listen(NUMBER, refusing("x".repeat(5_000)), TO_DEAD);
        publish(NUMBER, 1);
        assertHears(dead, 1);
        String message = Objects.requireNonNull(dead.events().get(0).headers().get(DeadLetter.MESSAGE));
        assertTrue(message.length() <= 1_000 && message.contains("xxx"), message);
    }

    @Test
    void aRefusalWithoutAMessageIsDeadLettered() {
        Recorder<Integer> dead = listenToTheDead();
        listen(
                NUMBER,
                event -> {
                    throw new IllegalStateException();
                },
                TO_DEAD);
        publish(NUMBER, 1);
        assertHears(dead, 1);
    }

    @Test
    void everyRefusingListenerLeavesItsOwnDeadLetter() {
        Recorder<Integer> dead = listenToTheDead();
        listen(NUMBER, refusing("out of stock"), TO_DEAD);
        listen(NUMBER, refusing("no such address"), TO_DEAD);
        publish(NUMBER, 1);
        assertHears(dead, 1, 1);
    }
}
