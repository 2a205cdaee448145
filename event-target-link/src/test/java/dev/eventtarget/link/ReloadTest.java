package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.spi.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A hub goes on with other options, and its links stay open. */
class ReloadTest extends LinkTest {
    private static final String[] FEATURES = {"ack", "credit", "resume", "batch"};
    private static final EventType<Integer> NUMBER = EventType.of("n", Integer.class);
    private static final EventType<Integer> SECRET = EventType.of("secret", Integer.class);

    private final TypedEventTarget target = memory();
    private final HubOptions open = options();
    private final Hub hub = hub(target, open);

    private HubOptions rules(String rules) {
        return open.authorizer(Rules.of(new JsonArray(rules.replace('\'', '"'))));
    }

    private void reload(HubOptions options) {
        result(hub.reload(options));
        assertEquals(options, hub.options());
    }

    private void publish(EventType<Integer> type, int detail) {
        result(target.dispatchEvent(TypedEvent.of(type, detail)));
    }

    @Test
    void aSubscriptionThatIsNotAllowedAnyMoreEndsAndTheOthersGoOn() {
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        peer.subscribe(1, "n");
        peer.subscribe(2, "secret");
        peer.subscribe(3, "secret", ",'group':'g'");

        reload(rules("[{'peer':'*','subscribe':['n']}]"));
        for (int sub = 2; sub <= 3; sub++) {
            JsonNode error = peer.expect("$error");
            assertEquals(sub, error.path("sub").asInt(), error::toString);
            assertEquals("unauthorized", error.path("reason").asText(), error::toString);
            assertTrue(error.path("message").asText().contains("secret"), error::toString);
        }
        publish(SECRET, 1);
        publish(NUMBER, 2);
        peer.expectEvent("n", "2", 1);
        peer.expectNothing();
        assertEquals(1, hub.status().links().get(0).subscriptions());
    }

    @Test
    void whatIsAllowedFromNowOnMayBeAskedForAtOnce() {
        reload(rules("[]"));
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        peer.say("n", "1");
        assertEquals("unauthorized", peer.expect("$nack").path("reason").asText());
        peer.expect("$ack");

        reload(rules("[{'peer':'*','publish':['n'],'subscribe':['n']}]"));
        peer.subscribe(1, "n");
        peer.say("n", "2");
        peer.await("n");
    }

    @Test
    void aSpokesListenerIsToldAndItsTargetGoesOn() {
        TypedEventTarget spoke = spoke(hub);
        CountDownLatch told = new CountDownLatch(1);
        Queue<EventTargetException> errors = new ConcurrentLinkedQueue<>();
        Queue<Integer> heard = new ConcurrentLinkedQueue<>();
        Subscription secret = ready(spoke.addEventListener(
                SECRET,
                event -> heard.add(event.detail()),
                ListenerOptions.defaults().onError(error -> {
                    awaitHere(told);
                    errors.add(error);
                })));
        ready(spoke.addEventListener(NUMBER, event -> heard.add(event.detail())));

        reload(rules("[{'peer':'*','publish':['n'],'subscribe':['n']}]"));
        result(spoke.dispatchEvent(TypedEvent.of(NUMBER, 5)));
        eventually(() -> assertEquals(5, heard.peek()));
        assertFalse(secret.ended().isComplete(), "ended before its error handler was told");
        told.countDown();
        result(secret.ended());
        assertInstanceOf(UnauthorizedException.class, errors.remove());
        assertInstanceOf(UnauthorizedException.class, failure(spoke.dispatchEvent(TypedEvent.of(SECRET, 6))));
        assertTrue(errors.isEmpty());
    }

    @Test
    void whoWasAwayIsToldWhenItComesBack() {
        RawPeer first = peer(hub);
        String session = first.hello(FEATURES).path("session").asText();
        first.subscribe(1, "n");
        first.subscribe(2, "secret");
        first.link().cut();
        first.closed();
        eventually(() -> assertEquals(1, hub.status().sessions()));

        reload(rules("[{'peer':'*','subscribe':['n']}]"));
        publish(SECRET, 1);
        publish(NUMBER, 2);
        RawPeer second = peer(hub);
        JsonNode welcome = second.helloWith(",'session':'" + session + "','acked':0,'subs':{'1':0,'2':0}", FEATURES);
        assertTrue(welcome.path("resumed").asBoolean(), welcome::toString);
        JsonNode error = second.expect("$error");
        assertEquals(2, error.path("sub").asInt(), error::toString);
        second.expectEvent("n", "2", 1);
        second.expectNothing();
    }

    @Test
    void aDeadLetterTypeHasToStayAllowedAsWell() {
        RawPeer peer = peer(hub);
        peer.hello(FEATURES);
        peer.subscribe(1, "n", ",'deadLetter':'dead'");

        reload(rules("[{'peer':'*','subscribe':['n']}]"));
        assertEquals(1, peer.expect("$error").path("sub").asInt());
    }

    @Test
    void aPeerThatIsNotAnsweredByNumberHasToLeave() {
        RawPeer allowed = peer(hub);
        allowed.say("$subscribe", "{'types':['n']}");
        allowed.expectNothing();
        RawPeer peer = peer(hub);
        peer.say("$subscribe", "{'types':['n','secret']}");
        peer.expectNothing();

        reload(rules("[{'peer':'*','subscribe':['n']}]"));
        assertTrue(peer.expectEnd(CloseReason.UNAUTHORIZED).contains("secret"));
        publish(NUMBER, 1);
        allowed.expectEvent("n", "1");
    }

    @Test
    void whoComesInIsAskedAnewAndWhoIsInStays() {
        RawPeer before = peer(hub);
        before.hello(FEATURES);

        reload(open.authenticator(
                handshake -> Future.failedFuture(new UnauthorizedException("Nobody comes in any more"))));
        RawPeer after = peer(hub);
        after.say("$hello", "{'version':1,'features':['ack'],'token':'x'}");
        assertEquals("Nobody comes in any more", after.expectEnd(CloseReason.UNAUTHORIZED));
        before.expectNothing();
    }

    @Test
    void whatWasAgreedOnWithALinkHoldsForIt() {
        RawPeer before = peer(hub);
        before.hello(FEATURES);

        reload(open.maxBatch(2).maxSubscriptions(1).maxMessage(1024).heartbeat(Duration.ofSeconds(70)));
        RawPeer after = peer(hub);
        JsonNode welcome = after.hello(FEATURES);
        assertEquals(2, welcome.path("limits").path("batch").asInt());
        assertEquals(70_000, welcome.path("heartbeat").asInt());

        before.send("[{'type':'a','detail':1},{'type':'a','detail':2},{'type':'a','detail':3}]");
        before.expect("$ack");
        before.subscribe(1, "a");
        before.subscribe(2, "b");
        String large = "'" + "x".repeat(2000) + "'";
        before.say("b", large);
        before.await("b");
        assertFalse(before.isClosed());
        after.send("[{'type':'a','detail':1},{'type':'a','detail':2},{'type':'a','detail':3}]");
        after.expectEnd(CloseReason.OVER_LIMIT);
    }

    @Test
    void heartbeatsFollowForNewLinks() {
        reload(open.heartbeat(Duration.ofMillis(100)));
        RawPeer silent = peer(hub);
        silent.say("$hello", "{'version':1,'features':['ack']}");
        assertEquals(CloseReason.TIMEOUT, silent.closed().reason());
    }

    @Test
    void aHubThatIsClosedHasNothingToReload() {
        result(hub.close());
        reload(open.heartbeat(Duration.ofMillis(1)));
    }
}
