package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RedisStreamDedupTest {
    @Test
    void anIdIsADuplicateFromTheSecondTimeOn() {
        RedisStreamDedup dedup = new RedisStreamDedup();
        assertFalse(dedup.isDuplicate("a"));
        assertTrue(dedup.isDuplicate("a"));
        assertFalse(dedup.isDuplicate("b"));
        assertTrue(dedup.isDuplicate("a"));
        assertEquals(2, dedup.size());
    }

    @Test
    void itRemembers4096UnlessToldOtherwise() {
        assertEquals(4096, new RedisStreamDedup().capacity());
        assertEquals(10, new RedisStreamDedup(10).capacity());
        assertThrows(IllegalArgumentException.class, () -> new RedisStreamDedup(0));
    }

    @Property(tries = 50)
    void theLastIdsAreRememberedAndThoseBeforeThemForgotten(@ForAll @IntRange(min = 1, max = 200) int capacity) {
        RedisStreamDedup dedup = new RedisStreamDedup(capacity);
        for (int i = 0; i < 3 * capacity; i++) {
            assertFalse(dedup.isDuplicate("id-" + i));
            assertEquals(Math.min(i + 1, capacity), dedup.size());
        }
        for (int i = 2 * capacity; i < 3 * capacity; i++) {
            assertTrue(dedup.isDuplicate("id-" + i));
        }
        assertFalse(dedup.isDuplicate("id-0"));
    }

    @Test
    void clearedItRemembersNothing() {
        RedisStreamDedup dedup = new RedisStreamDedup(10);
        dedup.isDuplicate("a");
        dedup.clear();
        assertEquals(0, dedup.size());
        assertFalse(dedup.isDuplicate("a"));
    }

    @Test
    void ofManyThreadsOneIsTheFirst() throws Exception {
        RedisStreamDedup dedup = new RedisStreamDedup();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Long> task = () -> IntStream.range(0, 2000)
                    .filter(i -> !dedup.isDuplicate("id-" + i))
                    .count();
            long first = 0;
            for (Future<Long> count : threads.invokeAll(Collections.nCopies(4, task))) {
                first += count.get();
            }
            assertEquals(2000, first);
        } finally {
            threads.shutdown();
        }
    }
}
