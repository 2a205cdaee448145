package dev.eventtarget.memory;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.Test;

/** The Reactive Streams TCK on {@link dev.eventtarget.EventStream#toPublisher()}. */
public class EventStreamPublisherTest extends FlowPublisherVerification<Integer> {
    private static final EventType<Integer> NUMBER = EventType.of("number", Integer.class);
    private static final int HISTORY = 1000;
    private static final int ATTEMPTS = 20;

    /** What should come has this long; three of the rules wait for all of it. */
    private static final int PATIENCE_MILLIS = 8000;

    private final Vertx vertx = Vertx.vertx();

    public EventStreamPublisherTest() {
        super(new TestEnvironment(PATIENCE_MILLIS, 200), 500);
    }

    @AfterClass
    public void closeVertx() {
        vertx.close();
    }

    /** Eventually: once {@code System.gc()} has returned, the TCK gives the JVM 100 ms to tell of what it has collected. */
    @Override
    @Test
    public void required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber()
            throws Throwable {
        for (int attempt = 1; ; attempt++) {
            try {
                super.required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber();
                return;
            } catch (AssertionError e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                setUp();
            }
        }
    }

    @Override
    public long maxElementsFromPublisher() {
        return HISTORY;
    }

    @Override
    public Flow.Publisher<Integer> createFlowPublisher(long elements) {
        TypedEventTarget target = EventTargets.open(vertx, "memory:" + System.nanoTime() + "?history=" + HISTORY);
        for (int i = 0; i < HISTORY; i++) {
            target.dispatchEvent(TypedEvent.of(NUMBER, i));
        }
        return PubSub.over(target)
                .subscribe(NUMBER, ListenerOptions.defaults().from(StartFrom.earliest()))
                .map(TypedEvent::detail)
                .take(elements)
                .toPublisher();
    }

    @Override
    public Flow.Publisher<Integer> createFailedFlowPublisher() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:" + System.nanoTime());
        target.close();
        return PubSub.over(target).subscribe(NUMBER).map(TypedEvent::detail).toPublisher();
    }
}
