package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a spoke tells of itself and of its link, and what a hub counts. */
class StatusTest extends LinkTest {
    private static final EventType<Integer> NUMBER = EventType.of("number", Integer.class);

    /** What an interceptor was told, in order. */
    private static final class News implements Interceptor {
        private final Queue<String> told = new ConcurrentLinkedQueue<>();

        @Override
        public void opened(TypedEventTarget target) {
            told.add("opened");
        }

        @Override
        public void closed(TypedEventTarget target) {
            told.add("closed");
        }

        @Override
        public void connected(String address) {
            told.add("connected");
        }

        @Override
        public void disconnected(String address, Throwable error) {
            told.add("disconnected");
        }
    }

    private final News news = new News();

    private static void assertHealth(Health.State state, TypedEventTarget target) {
        eventually(() -> {
            Health health = result(target.status()).health();
            assertEquals(state, health.state(), health::toString);
            assertEquals(state == Health.State.UP, health.reason().isEmpty(), health::toString);
        });
    }

    private void assertTold(String... expected) {
        eventually(() -> assertEquals(List.of(expected), List.copyOf(news.told)));
    }

    private static Connector counting(Connector connector, AtomicInteger attempts) {
        return new Connector() {
            @Override
            public Future<Link> connect(Context context) {
                attempts.incrementAndGet();
                return connector.connect(context);
            }

            @Override
            public Future<Void> close() {
                return connector.close();
            }
        };
    }

    @Test
    void aSpokeIsDegradedUntilItsHubIsThere() {
        Hub hub = hub();
        LocalConnector connector = new LocalConnector(vertx, hub);
        connector.refuse();
        TypedEventTarget spoke = spoke(connector, news);
        assertEquals(Health.State.DEGRADED, result(spoke.status()).health().state());
        assertTold("opened", "disconnected");
        Future<Void> waiting = spoke.dispatchEvent(TypedEvent.of(NUMBER, 1));
        assertFalse(waiting.isComplete());
        connector.to(hub);
        assertHealth(Health.State.UP, spoke);
        result(waiting);
        assertTold("opened", "disconnected", "connected");
    }

    @Test
    void aLinkThatIsLostIsToldOnceAndOnceItIsBack() {
        Hub hub = hub();
        LocalConnector connector = new LocalConnector(vertx, hub);
        AtomicInteger attempts = new AtomicInteger();
        TypedEventTarget spoke = spoke(counting(connector, attempts), news);
        assertHealth(Health.State.UP, spoke);
        connector.refuse();
        assertHealth(Health.State.DEGRADED, spoke);
        eventually(() -> assertTrue(attempts.get() > 3, "some fail meanwhile"));
        assertTold("opened", "connected", "disconnected");
        connector.to(hub);
        assertHealth(Health.State.UP, spoke);
        assertTold("opened", "connected", "disconnected", "connected");
        connector.cut();
        assertTold("opened", "connected", "disconnected", "connected", "disconnected", "connected");
        result(spoke.close());
        assertTold("opened", "connected", "disconnected", "connected", "disconnected", "connected", "closed");
        assertHealth(Health.State.DOWN, spoke);
    }

    @Test
    void withoutAHubForLongerThanPublishersWaitItIsDown() {
        Hub hub = hub();
        LocalConnector connector = new LocalConnector(vertx, hub);
        TypedEventTarget spoke = spoke(connector, "&publishTimeout=300ms");
        assertHealth(Health.State.UP, spoke);
        connector.refuse();
        assertHealth(Health.State.DOWN, spoke);
        failure(spoke.dispatchEvent(TypedEvent.of(NUMBER, 1)));
        connector.to(hub);
        assertHealth(Health.State.UP, spoke);
    }

    @Test
    void aSpokeThatIsNotWantedIsDown() {
        Hub hub = hub(options().authenticator(handshake -> Future.failedFuture(new UnauthorizedException("no"))));
        TypedEventTarget spoke = spoke(new LocalConnector(vertx, hub), news);
        assertHealth(Health.State.DOWN, spoke);
        assertTold("opened", "disconnected");
        assertTrue(result(spoke.status()).health().reason().contains(spoke.toString()));
    }

    @Test
    void aHubCountsLinksAndSessions() {
        Hub hub = hub();
        LocalConnector connector = new LocalConnector(vertx, hub);
        TypedEventTarget spoke = spoke(connector);
        assertHealth(Health.State.UP, spoke);
        assertEquals(1, hub.status().opened());
        assertEquals(0, hub.status().resumed());
        connector.cut();
        eventually(() -> assertEquals(1, hub.status().resumed()));
        assertEquals(2, hub.status().opened());
        assertEquals(1, hub.status().links().size());
    }

    @Test
    void aHubCountsWhatIsPublishedTwice() {
        Hub hub = hub();
        TypedEventTarget spoke = spoke(hub);
        TypedEvent<Integer> event = TypedEvent.of(NUMBER, 1);
        result(spoke.dispatchEvent(event.withId("a")));
        result(spoke.dispatchEvent(event.withId("a")));
        result(spoke.dispatchEvent(event.withId("b")));
        result(spoke.dispatchEvent(event));
        assertEquals(1, hub.status().duplicates());
    }

    @Test
    void aHubCountsWhatAProducerSendsAgain() {
        Hub hub = hub();
        RawPeer peer = peer(hub);
        peer.helloWith(",'producer':'one','next':0", "ack", "credit", "batch", "resume");
        peer.say("number", "1");
        peer.await("$ack");
        peer.link().cut();
        RawPeer again = peer(hub);
        again.helloWith(",'producer':'one','next':0", "ack", "credit", "batch", "resume");
        again.say("number", "1");
        again.await("$ack");
        assertEquals(1, hub.status().duplicates());
    }
}
