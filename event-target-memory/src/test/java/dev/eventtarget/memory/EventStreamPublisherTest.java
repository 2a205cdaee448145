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

/** The Reactive Streams TCK on {@link dev.eventtarget.EventStream#toPublisher()}. */
public class EventStreamPublisherTest extends FlowPublisherVerification<Integer> {
    private static final EventType<Integer> NUMBER = EventType.of("number", Integer.class);
    private static final int HISTORY = 1000;

    private final Vertx vertx = Vertx.vertx();

    public EventStreamPublisherTest() {
        super(new TestEnvironment(2000, 200), 500);
    }

    @AfterClass
    public void closeVertx() {
        vertx.close();
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
