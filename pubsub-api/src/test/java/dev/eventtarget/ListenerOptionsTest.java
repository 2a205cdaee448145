package dev.eventtarget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerOptionsTest {
    private static final ListenerOptions DEFAULTS = ListenerOptions.defaults();

    @Test
    void theDefaults() {
        assertFalse(DEFAULTS.isOnce());
        assertNull(DEFAULTS.group());
        assertEquals(StartFrom.latest(), DEFAULTS.from());
        assertEquals(1, DEFAULTS.concurrency());
        assertEquals(1024, DEFAULTS.buffer());
        assertEquals(OverflowPolicy.BLOCK, DEFAULTS.overflow());
        assertEquals(RetryPolicy.none(), DEFAULTS.retry());
        assertNull(DEFAULTS.deadLetter());
        assertNull(DEFAULTS.onError());
    }

    @Test
    void eachMethodChangesACopyAndKeepsTheRest() {
        RetryPolicy retry = RetryPolicy.immediately(3);
        Consumer<EventTargetException> onError = e -> {};
        ListenerOptions options = DEFAULTS.once()
                .group("billing")
                .from(StartFrom.since(Instant.EPOCH))
                .concurrency(16)
                .buffer(8, OverflowPolicy.DROP_OLDEST)
                .retry(retry)
                .deadLetter("order.dead")
                .onError(onError);
        // once more in another order: no method forgets what another has set
        for (ListenerOptions same : new ListenerOptions[] {
            options,
            DEFAULTS.onError(onError)
                    .deadLetter("order.dead")
                    .retry(retry)
                    .buffer(8, OverflowPolicy.DROP_OLDEST)
                    .concurrency(16)
                    .from(StartFrom.since(Instant.EPOCH))
                    .group("billing")
                    .once()
        }) {
            assertTrue(same.isOnce());
            assertEquals("billing", same.group());
            assertEquals(StartFrom.since(Instant.EPOCH), same.from());
            assertEquals(16, same.concurrency());
            assertEquals(8, same.buffer());
            assertEquals(OverflowPolicy.DROP_OLDEST, same.overflow());
            assertSame(retry, same.retry());
            assertEquals("order.dead", same.deadLetter().topic());
            assertSame(onError, same.onError());
        }
        theDefaults();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b_c.d:9"})
    void groupNames(String name) {
        assertEquals(name, DEFAULTS.group(name).group());
        assertEquals(255, DEFAULTS.group("g".repeat(255)).group().length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "ä", "a/b", "*", "a\n"})
    void otherGroupNamesAreRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.group(name));
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.group("g".repeat(256)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void lessThanOneIsRefused(int number) {
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.concurrency(number));
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.buffer(number, OverflowPolicy.FAIL));
        assertThrows(IllegalArgumentException.class, () -> RetryPolicy.immediately(number));
    }

    @Test
    void theBufferIsBounded() {
        assertEquals(1 << 20, DEFAULTS.buffer(1 << 20, OverflowPolicy.FAIL).buffer());
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.buffer((1 << 20) + 1, OverflowPolicy.FAIL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "order.*", ">", "$dead", "a b"})
    void aDeadLetterNeedsATypeOfItsOwn(String name) {
        assertThrows(IllegalArgumentException.class, () -> DEFAULTS.deadLetter(name));
    }

    @Test
    void retriesHaveSaneDelays() {
        Duration second = Duration.ofSeconds(1);
        assertEquals(new RetryPolicy(3, second, second), RetryPolicy.backoff(3, second, second));
        assertEquals(1, RetryPolicy.none().attempts());
        assertEquals(Duration.ZERO, RetryPolicy.immediately(2).initialDelay());
        assertEquals(
                Integer.MAX_VALUE, RetryPolicy.immediately(Integer.MAX_VALUE).attempts());
        assertThrows(IllegalArgumentException.class, () -> RetryPolicy.backoff(2, second.negated(), second));
        assertThrows(IllegalArgumentException.class, () -> RetryPolicy.backoff(2, second, second.minusNanos(1)));
        assertThrows(IllegalArgumentException.class, () -> RetryPolicy.backoff(0, second, second));
    }
}
