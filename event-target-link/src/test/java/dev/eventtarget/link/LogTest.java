package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.link.spi.Link;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A log that a system in production can keep on. */
class LogTest extends LinkTest {
    private static final EventType<Integer> NUMBER = EventType.of("number", Integer.class);

    private final String mark = UUID.randomUUID().toString();

    /** Fails as long as it is told to. */
    private final class Failing implements Connector {
        private final LocalConnector connector;
        private final AtomicInteger failed = new AtomicInteger();
        private volatile boolean fails;

        Failing(LocalConnector connector) {
            this.connector = connector;
        }

        @Override
        public Future<Link> connect(Context context) {
            if (!fails) {
                return connector.connect(context);
            }
            failed.incrementAndGet();
            return Future.failedFuture(new NotConnectedException("local:" + mark + " is away"));
        }

        void fail() {
            fails = true;
            connector.cut();
        }

        @Override
        public Future<Void> close() {
            return connector.close();
        }
    }

    @Test
    void aLinkThatGoesIsOneLineAndOneThatIsBackIsAnother() {
        Hub hub = hub();
        Failing connector = new Failing(new LocalConnector(vertx, hub));
        connector.fails = true;
        try (LogLines log = new LogLines("local:")) {
            TypedEventTarget spoke = spoke(connector);
            for (int i = 0; i < 10; i++) {
                spoke.addEventListener(NUMBER.withId("" + i), event -> {});
            }
            for (int outage = 1; outage <= 3; outage++) {
                int before = connector.failed.get();
                eventually(() -> assertTrue(connector.failed.get() > before + 3));
                Future<Void> published = spoke.dispatchEvent(TypedEvent.of(NUMBER, outage));
                connector.fails = false;
                result(published);
                if (outage < 3) {
                    connector.fail();
                }
            }
            // tests beside this one have spokes as well
            String name = spoke.toString();
            Predicate<String> ours = line -> line.contains(name) || line.contains(mark);
            List<String> lines = log.lines().stream()
                    .filter(ours)
                    .map(line -> line.replaceFirst(" .*", ""))
                    .toList();
            assertEquals(
                    List.of("WARNING", "INFO", "WARNING", "INFO", "WARNING", "INFO"), lines, log.lines()::toString);
            assertEquals(List.of(), log.traces().stream().filter(ours).toList());
        }
    }

    @Test
    void anAuthenticatorThatFailsIsToldOnceUntilItWorks() {
        AtomicBoolean works = new AtomicBoolean();
        Hub hub = hub(options()
                .authenticator(handshake -> works.get()
                        ? Future.succeededFuture(Peer.ANONYMOUS)
                        : Future.failedFuture(new IllegalStateException("the database of " + mark))));
        try (LogLines log = new LogLines(mark)) {
            for (int outage = 1; outage <= 2; outage++) {
                works.set(false);
                for (int i = 0; i < 20; i++) {
                    RawPeer peer = peer(new LocalConnector(vertx, hub).token("token"));
                    assertEquals(CloseReason.INTERNAL, peer.closed().reason());
                }
                assertEquals(outage, log.lines().size(), log.lines()::toString);
                works.set(true);
                RawPeer peer = peer(hub);
                peer.hello();
            }
            assertEquals(List.of(), log.traces());
        }
    }

    @Test
    void aConfirmationOfWhatWasGivenUpIsNoMistakeOfTheHub() {
        TypedEventTarget target = memory();
        Hub hub = hub(target, options().closeTimeout(Duration.ofSeconds(1)));
        Subscription paused = target.addEventListener(
                NUMBER, event -> {}, ListenerOptions.defaults().buffer(1, OverflowPolicy.BLOCK));
        paused.pause();
        TypedEventTarget spoke = spoke(hub, "&publishTimeout=500ms");
        try (LogLines log = new LogLines(spoke.toString())) {
            result(target.dispatchEvent(TypedEvent.of(NUMBER, 1)));
            failure(spoke.dispatchEvent(TypedEvent.of(NUMBER, 2)));
            Future<Void> closed = spoke.close();
            paused.resume();
            result(closed);
            eventually(() -> assertEquals(0, hub.status().links().size()));
            assertEquals(List.of(), log.lines());
        }
    }
}
