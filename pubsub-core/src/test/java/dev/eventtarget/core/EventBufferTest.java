package dev.eventtarget.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventBufferTest {
    private static final EventType<Integer> NUMBER = EventType.of("number", Integer.class);

    @Property
    void holdsExactlyAsManyAsItShould(
            @ForAll @IntRange(min = 1, max = 100) int capacity, @ForAll OverflowPolicy policy, @ForAll boolean shared) {
        EventBuffer buffer = buffer(capacity, policy, shared);
        for (int i = 0; i < capacity; i++) {
            assertSame(Registration.ACCEPTED, buffer.offer(event(i)));
        }

        Future<Void> more = buffer.offer(event(capacity));

        assertEquals(policy == OverflowPolicy.BLOCK, !more.isComplete());
        assertEquals(policy == OverflowPolicy.FAIL, more.failed());
        assertEquals(
                policy == OverflowPolicy.DROP_NEWEST || policy == OverflowPolicy.DROP_OLDEST ? 1 : 0, buffer.dropped());
        int first = policy == OverflowPolicy.DROP_OLDEST ? 1 : 0;
        int last = policy == OverflowPolicy.DROP_OLDEST || policy == OverflowPolicy.BLOCK ? capacity : capacity - 1;
        assertEquals(IntStream.rangeClosed(first, last).boxed().toList(), drain(buffer));
        assertEquals(policy != OverflowPolicy.FAIL, more.succeeded());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void publishersInLineComeInInTheirOrderAsRoomComes(boolean shared) {
        EventBuffer buffer = buffer(1, OverflowPolicy.BLOCK, shared);
        buffer.offer(event(0));
        Future<Void> one = buffer.offer(event(1));
        Future<Void> two = buffer.offer(event(2));

        assertEquals(0, buffer.poll().detail());
        assertTrue(buffer.admit());
        assertTrue(one.succeeded());
        assertFalse(two.isComplete());
        Future<Void> three = buffer.offer(event(3));

        assertEquals(List.of(1, 2, 3), drain(buffer));
        assertTrue(two.succeeded() && three.succeeded());
        assertTrue(buffer.isEmpty());
    }

    @Test
    void aLineThatIsTooLongFailsFurtherPublishers() {
        EventBuffer buffer = buffer(2, OverflowPolicy.BLOCK, false);
        for (int i = 0; i < 2 + 1024; i++) {
            assertFalse(buffer.offer(event(i)).failed());
        }

        assertInstanceOf(BackpressureException.class, buffer.offer(event(0)).cause());
        assertEquals(2 + 1024, drain(buffer).size());
        assertSame(Registration.ACCEPTED, buffer.offer(event(0)));
    }

    @ParameterizedTest
    @EnumSource(OverflowPolicy.class)
    void eventsFromThePastComeFirstAndTakeNoRoom(OverflowPolicy policy) {
        EventBuffer buffer = buffer(2, policy, false);
        buffer.replay(List.of(event(1), event(2), event(3)));
        buffer.offer(event(4));
        buffer.offer(event(5));

        assertFalse(buffer.isEmpty());
        assertEquals(List.of(1, 2, 3, 4, 5), drain(buffer));
        assertEquals(0, buffer.dropped());
    }

    @Test
    void whatASharedBufferGetsBackComesFirst() {
        EventBuffer buffer = buffer(1, OverflowPolicy.DROP_OLDEST, true);
        buffer.offer(event(1));
        TypedEvent<?> taken = buffer.poll();
        buffer.offer(event(2));
        buffer.putBack(taken);
        buffer.offer(event(3));

        assertEquals(List.of(1, 3), drain(buffer));
        assertEquals(1, buffer.dropped());
    }

    @Test
    void whatABufferGetsBackComesFirstAndTakesNoRoom() {
        EventBuffer buffer = buffer(2, OverflowPolicy.BLOCK, false);
        buffer.replay(List.of(event(1), event(2)));
        buffer.offer(event(3));
        buffer.offer(event(4));
        buffer.putBack(buffer.poll());
        assertEquals(1, buffer.poll().detail());
        assertEquals(2, buffer.poll().detail());
        TypedEvent<?> last = buffer.poll();
        buffer.offer(event(5));
        buffer.putBack(last);

        assertEquals(3, buffer.size());
        assertEquals(List.of(3, 4, 5), drain(buffer));
        assertTrue(buffer.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clearingLetsPublishersGoAndCountsWhatIsGivenUp(boolean shared) {
        EventBuffer buffer = buffer(1, OverflowPolicy.BLOCK, shared);
        buffer.offer(event(0));
        Future<Void> waiting = buffer.offer(event(1));

        assertEquals(2, buffer.clear(event -> {}));

        assertTrue(waiting.succeeded());
        assertTrue(buffer.isEmpty());
        assertNull(buffer.poll());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyPublishersLoseNothingAndKeepTheirOrder(boolean shared) throws InterruptedException {
        int publishers = 4;
        int each = 20_000;
        EventBuffer buffer = buffer(8, OverflowPolicy.BLOCK, shared);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < publishers; p++) {
            int base = p * each;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    CountDownLatch room = new CountDownLatch(1);
                    buffer.offer(event(base + i)).onSuccess(done -> room.countDown());
                    try {
                        room.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        int[] next = new int[publishers];
        for (int taken = 0; taken < publishers * each; ) {
            TypedEvent<?> event = buffer.poll();
            buffer.admit();
            if (event == null) {
                Thread.onSpinWait();
                continue;
            }
            taken++;
            int number = (Integer) event.detail();
            assertEquals(next[number / each]++, number % each);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(buffer.isEmpty());
    }

    private static EventBuffer buffer(int capacity, OverflowPolicy policy, boolean shared) {
        ListenerOptions options = ListenerOptions.defaults().buffer(capacity, policy);
        return shared ? EventBuffer.shared(options) : EventBuffer.of(options);
    }

    private static TypedEvent<Integer> event(int number) {
        return TypedEvent.of(NUMBER, number);
    }

    private static List<Object> drain(EventBuffer buffer) {
        List<Object> drained = new ArrayList<>();
        while (true) {
            TypedEvent<?> event = buffer.poll();
            if (event != null) {
                drained.add(event.detail());
            } else if (!buffer.admit()) {
                return drained;
            }
        }
    }
}
