package dev.eventtarget.benchmarks;

import com.google.common.eventbus.AllowConcurrentEvents;
import dev.eventtarget.EventListener;
import dev.eventtarget.TypedEvent;
import java.util.List;
import java.util.stream.IntStream;
import net.engio.mbassy.listener.Handler;
import net.engio.mbassy.listener.Listener;
import net.engio.mbassy.listener.References;
import org.greenrobot.eventbus.Subscribe;

/**
 * Adds up what was ordered. There are three classes that do the same, as a call site that has seen three can't be
 * inlined: applications have many listener classes, and a benchmark with one would measure something else.
 */
public abstract class Tally implements EventListener<Order> {
    /** What was ordered so far; each listener is called by one thread. */
    protected long sum;

    private Tally() {}

    static List<Tally> list(int size) {
        return IntStream.range(0, size)
                .<Tally>mapToObj(i -> switch (i % 3) {
                    case 0 -> new First();
                    case 1 -> new Second();
                    default -> new Third();
                })
                .toList();
    }

    long sum() {
        return sum;
    }

    /** One of three. */
    @Listener(references = References.Strong)
    public static final class First extends Tally {
        @Override
        public void handle(TypedEvent<Order> event) {
            sum += event.detail().quantity();
        }

        /** As the peers call it. */
        @Subscribe
        @Handler
        @com.google.common.eventbus.Subscribe
        @AllowConcurrentEvents
        public void on(Order order) {
            sum += order.quantity();
        }
    }

    /** One of three. */
    @Listener(references = References.Strong)
    public static final class Second extends Tally {
        @Override
        public void handle(TypedEvent<Order> event) {
            sum += event.detail().quantity();
        }

        /** As the peers call it. */
        @Subscribe
        @Handler
        @com.google.common.eventbus.Subscribe
        @AllowConcurrentEvents
        public void on(Order order) {
            sum += order.quantity();
        }
    }

    /** One of three. */
    @Listener(references = References.Strong)
    public static final class Third extends Tally {
        @Override
        public void handle(TypedEvent<Order> event) {
            sum += event.detail().quantity();
        }

        /** As the peers call it. */
        @Subscribe
        @Handler
        @com.google.common.eventbus.Subscribe
        @AllowConcurrentEvents
        public void on(Order order) {
            sum += order.quantity();
        }
    }
}
