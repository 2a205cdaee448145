package dev.eventtarget.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.Capability;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.core.codec.EventCodecs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbstractEventTargetTest {
    private static final EventType<Integer> NUMBER = EventType.of("number", Integer.class);
    private static final long PATIENCE_SECONDS = 60;
    private static final long MOST_NANOS = 2_000_000_000;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void closeVertx() throws Exception {
        result(vertx.close());
    }

    @Test
    void anEventThatIsTakenJustWhenItsListenerIsPausedWaits() throws Exception {
        AtomicReference<ListenerSubscription> listening = new AtomicReference<>();
        List<TypedEvent<Integer>> past = new ArrayList<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Iterator<TypedEvent<Integer>> iterator() {
                Iterator<TypedEvent<Integer>> events = super.iterator();
                return new Iterator<>() {
                    private boolean paused;

                    @Override
                    public boolean hasNext() {
                        return events.hasNext();
                    }

                    @Override
                    public TypedEvent<Integer> next() {
                        if (!paused) {
                            paused = true;
                            listening.get().pause();
                        }
                        return events.next();
                    }
                };
            }
        };
        for (int number = 1; number <= 3; number++) {
            past.add(TypedEvent.of(NUMBER, number));
        }
        Nowhere target = new Nowhere(vertx, List.of()) {
            @Override
            protected Future<Void> subscribe(ListenerSubscription subscription) {
                listening.set(subscription);
                subscription.buffer().replay(past);
                return super.subscribe(subscription);
            }
        };
        List<Integer> heard = new ArrayList<>();

        Subscription subscription = target.addEventListener(NUMBER, event -> heard.add(event.detail()));

        assertEquals(List.of(), heard);
        subscription.fetch(1);
        assertEquals(List.of(1), heard);
        subscription.resume();
        assertEquals(List.of(1, 2, 3), heard);
        result(target.close());
    }

    /** The transport is left on another thread, at any moment while the closing goes on. */
    @Test
    void whoeverSeesATargetClosedFindsItsInterceptorsTold() throws Exception {
        AtomicReference<Promise<Void>> leaving = new AtomicReference<>();
        Thread transport = new Thread(() -> {
            int moment = 0;
            while (!Thread.currentThread().isInterrupted()) {
                Promise<Void> left = leaving.getAndSet(null);
                if (left != null) {
                    moment = (moment + 1) % 100;
                    for (int i = 0; i < moment; i++) {
                        Thread.onSpinWait();
                    }
                    left.complete();
                }
            }
        });
        transport.start();
        try {
            // on a busy machine each takes long, as one thread waits for the other to be stopped
            long end = System.nanoTime() + MOST_NANOS;
            for (int i = 0; i < 2000 && System.nanoTime() < end; i++) {
                List<TypedEventTarget> told = new CopyOnWriteArrayList<>();
                Nowhere target =
                        new Nowhere(vertx, List.of(new Interceptor() {
                            @Override
                            public void closed(TypedEventTarget target) {
                                long begun = System.nanoTime();
                                while (System.nanoTime() - begun < 50_000) {
                                    Thread.onSpinWait();
                                }
                                told.add(target);
                            }
                        })) {
                            @Override
                            protected Future<Void> disconnect() {
                                Promise<Void> left = Promise.promise();
                                leaving.set(left);
                                return left.future();
                            }
                        };
                result(target.close());
                assertEquals(List.of(target), told);
            }
        } finally {
            transport.interrupt();
            transport.join();
        }
    }

    private static <T> T result(Future<T> future) throws Exception {
        CompletableFuture<T> result = future.toCompletionStage().toCompletableFuture();
        return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Without a transport: events go nowhere. */
    private static class Nowhere extends AbstractEventTarget {
        Nowhere(Vertx vertx, List<Interceptor> interceptors) {
            super(
                    vertx,
                    EventCodecs.named("json"),
                    Set.of(Capability.ORDERED),
                    Duration.ofSeconds(PATIENCE_SECONDS),
                    interceptors);
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
