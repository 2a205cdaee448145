package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** How something ends. */
final class Outcome {
    private Outcome() {}

    /** Why a future has failed, or null if it has not; waits for it. */
    static @Nullable Throwable error(Future<?> future) {
        Awaitility.await().atMost(FaultTest.PATIENCE).until(future::isComplete);
        return future.cause();
    }

    /** That an error is of a type, and names what matters. */
    static void assertSays(Throwable error, Class<?> type, String... words) {
        assertInstanceOf(type, error);
        for (String word : words) {
            assertTrue(error.getMessage().contains(word), error::toString);
        }
    }
}
