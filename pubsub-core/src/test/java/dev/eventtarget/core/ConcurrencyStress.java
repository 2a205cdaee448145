package dev.eventtarget.core;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.eventtarget.Capability;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.codec.EventCodecs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What must hold however threads interleave; run by jcstress. */
class ConcurrencyStress {
    private static final EventType<Integer> TYPE = EventType.of("order.placed", Integer.class);
    private static final TypedEvent<Integer> EVENT = TypedEvent.of(TYPE, 1);

    private ConcurrencyStress() {}

    /** A listener added while its type is looked up is found ever after, by name. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Found during the addition or not, and found after it.")
    @Outcome(expect = FORBIDDEN, desc = "A stale route.")
    @State
    public static class AddByName {
        private final ListenerRegistry registry = new ListenerRegistry();

        @Actor
        public void add() {
            registry.add(new Counting(TYPE));
        }

        @Actor
        public void find(II_Result result) {
            result.r1 = registry.find(TYPE).length;
        }

        @Arbiter
        public void after(II_Result result) {
            result.r2 = registry.find(TYPE).length;
        }
    }

    /** The same for a pattern, whose routes are cached when first seen. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 2"},
            expect = ACCEPTABLE,
            desc = "Found during the addition or not, and found after it.")
    @Outcome(expect = FORBIDDEN, desc = "A stale route.")
    @State
    public static class AddPattern {
        private final ListenerRegistry registry = new ListenerRegistry();

        public AddPattern() {
            registry.add(new Counting(EventType.of(">", Integer.class)));
        }

        @Actor
        public void add() {
            registry.add(new Counting(EventType.of("order.*", Integer.class)));
        }

        @Actor
        public void find(II_Result result) {
            result.r1 = registry.find(TYPE).length;
        }

        @Arbiter
        public void after(II_Result result) {
            result.r2 = registry.find(TYPE).length;
        }
    }

    /** One leaves while another one joins: the one that stays is there. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The one that stays.")
    @Outcome(expect = FORBIDDEN, desc = "A lost or a left one.")
    @State
    public static class AddAndRemove {
        private final ListenerRegistry registry = new ListenerRegistry();
        private final Counting leaving = new Counting(TYPE);

        public AddAndRemove() {
            registry.add(leaving);
        }

        @Actor
        public void add() {
            registry.add(new Counting(TYPE));
        }

        @Actor
        public void remove() {
            registry.remove(leaving);
        }

        @Arbiter
        public void after(I_Result result) {
            result.r1 = registry.find(TYPE).length;
        }
    }

    /** Two publishers overrun a buffer of one while it is emptied: nothing is lost and no future stays open. */
    @JCStressTest
    @Outcome(id = "3, 2", expect = ACCEPTABLE, desc = "All events out, both publishers let go.")
    @Outcome(expect = FORBIDDEN, desc = "A lost event, or a publisher that waits for ever.")
    @State
    public static class Overrun {
        private final EventBuffer buffer =
                EventBuffer.of(ListenerOptions.defaults().buffer(1, OverflowPolicy.BLOCK));
        private final AtomicInteger polled = new AtomicInteger();
        private Future<Void> first = Future.succeededFuture();
        private Future<Void> second = Future.succeededFuture();

        public Overrun() {
            buffer.offer(EVENT);
        }

        @Actor
        public void publish() {
            first = buffer.offer(EVENT);
        }

        @Actor
        public void publishToo() {
            second = buffer.offer(EVENT);
        }

        @Actor
        public void consume() {
            drain();
        }

        @Arbiter
        public void after(II_Result result) {
            drain();
            result.r1 = polled.get();
            result.r2 = (first.succeeded() ? 1 : 0) + (second.succeeded() ? 1 : 0);
        }

        private void drain() {
            do {
                while (buffer.poll() != null) {
                    polled.incrementAndGet();
                }
            } while (buffer.admit());
        }
    }

    /** Two publish to an idle subscription with a buffer: both events are handled, one at a time. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Both handled, never two at once.")
    @Outcome(expect = FORBIDDEN, desc = "A lost wake-up, or two at once.")
    @State
    public static class Wake {
        private int handled;
        private int inside;
        private int together;
        private final ListenerSubscription subscription = subscription(event -> {
            together += inside;
            inside = 1;
            handled++;
            inside = 0;
            return Registration.ACCEPTED;
        });

        @Actor
        public void publish() {
            subscription.accept(EVENT);
        }

        @Actor
        public void publishToo() {
            subscription.accept(EVENT);
        }

        @Arbiter
        public void after(II_Result result) {
            result.r1 = handled;
            result.r2 = together;
        }
    }

    /** A paused subscription is resumed while an event comes: the event is handled. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Handled.")
    @Outcome(expect = FORBIDDEN, desc = "Left in the buffer.")
    @State
    public static class Resume {
        private int handled;
        private final ListenerSubscription subscription = subscription(event -> {
            handled++;
            return Registration.ACCEPTED;
        });

        public Resume() {
            subscription.pause();
        }

        @Actor
        public void publish() {
            subscription.accept(EVENT);
        }

        @Actor
        public void resume() {
            subscription.resume();
        }

        @Arbiter
        public void after(I_Result result) {
            result.r1 = handled;
        }
    }

    /** A subscription is closed while an event is published: it ends all the same. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Handled or not, and ended.")
    @Outcome(expect = FORBIDDEN, desc = "Never ends.")
    @State
    public static class Close {
        private int handled;
        private final ListenerSubscription subscription = subscription(event -> {
            handled++;
            return Registration.ACCEPTED;
        });

        @Actor
        public void publish() {
            subscription.accept(EVENT);
        }

        @Actor
        public void close() {
            subscription.close();
        }

        @Arbiter
        public void after(II_Result result) {
            result.r1 = handled;
            result.r2 = subscription.ended().succeeded() ? 1 : 0;
        }
    }

    private static ListenerSubscription subscription(ListenerCall call) {
        ListenerOptions options = ListenerOptions.defaults();
        return new ListenerSubscription(Nowhere.TARGET, TYPE, call, options, null, EventBuffer.of(options), call);
    }

    private static final class Counting extends Registration {
        Counting(EventType<?> type) {
            super(type);
        }

        @Override
        public Future<Void> offer(TypedEvent<?> event) {
            return ACCEPTED;
        }

        @Override
        public void wake() {}
    }

    private static final class Nowhere extends AbstractEventTarget {
        private static final Nowhere TARGET = new Nowhere(Vertx.vertx());

        Nowhere(Vertx vertx) {
            super(vertx, EventCodecs.named("json"), Set.of(Capability.ORDERED), Duration.ZERO, List.of());
        }

        @Override
        protected Future<Void> publish(TypedEvent<?> event) {
            return Registration.ACCEPTED;
        }

        @Override
        protected Future<Void> subscribe(ListenerSubscription subscription) {
            return Registration.ACCEPTED;
        }

        @Override
        protected void unsubscribe(ListenerSubscription subscription) {}

        @Override
        protected boolean callsInline() {
            return true;
        }
    }
}
