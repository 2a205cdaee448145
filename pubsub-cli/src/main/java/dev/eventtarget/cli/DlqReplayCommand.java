package dev.eventtarget.cli;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;

@Command(
        name = "replay",
        description = {
            "Publishes dead letters anew, from the earliest on: each under the type that it had, and without the headers"
                    + " that it got as a dead letter.",
            "",
            "All listeners to that type hear it, also those that have handled it before. Its id is new, as the old one is"
                    + " known already and would be taken for a duplicate; the header replayed-id has the old one.",
            "What has been published is noted as read by the group " + DlqReplayCommand.GROUP
                    + ", so that a second replay does not repeat it. A dead letter that an event of this replay leaves"
                    + " behind is left for the next one."
        },
        footerHeading = "%nExamples, where EVENT_TARGET_URL is set:%n",
        footer = {"  pubsub dlq replay order.rejected --count 1", "  pubsub dlq replay order.rejected"})
final class DlqReplayCommand extends DeadLetterCommand {
    /** The group that notes what was replayed. */
    static final String GROUP = "dlq-replay";

    /** The header that has the id of the event that was given up. */
    static final String REPLAYED_ID = "replayed-id";

    /** Members of a group look every two seconds for what others have left. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** A refused dead letter waits for so long to be tried again, which does not happen, as the command ends. */
    private static final Duration NEVER = Duration.ofDays(1);

    private final Set<String> replayed = new HashSet<>();
    private volatile boolean busy;

    DlqReplayCommand(Main main) {
        super(main, PATIENCE);
    }

    @Override
    Subscription listen(TypedEventTarget target, EventType<EncodedDetail> type, ListenerOptions options) {
        AsyncEventListener<EncodedDetail> listener = event -> replay(target, event);
        return target.addAsyncEventListener(
                type, listener, options.group(GROUP).retry(RetryPolicy.backoff(2, NEVER, NEVER)));
    }

    private Future<?> replay(TypedEventTarget target, TypedEvent<EncodedDetail> deadLetter) {
        String topic = deadLetter.headers().get(DeadLetter.TYPE);
        if (topic == null) {
            fail("The event at " + deadLetter.position() + " is no dead letter, as it has no header " + DeadLetter.TYPE
                    + ": it is passed over");
            return Future.succeededFuture();
        }
        String id = deadLetter.id();
        if (id != null && replayed.contains(id)) {
            err().println("An event of this replay is a dead letter again: a further replay would take it up");
            return leave("published by this replay");
        }
        EventType<EncodedDetail> type;
        try {
            type = EventType.of(topic, EncodedDetail.class);
        } catch (IllegalArgumentException e) {
            fail("The dead letter at " + deadLetter.position() + " is passed over: " + e.getMessage());
            return Future.succeededFuture();
        }
        String newId = (id == null ? "" : id + ":") + "replay:" + deadLetter.position();
        replayed.add(newId);
        busy = true;
        return target.dispatchEvent(deadLetter
                        .with(type, deadLetter.detail())
                        .withHeaders(headers(deadLetter))
                        .withId(newId))
                .onComplete(outcome -> {
                    busy = false;
                    if (outcome.succeeded()) {
                        done();
                    } else {
                        fail(Main.describe(outcome.cause()));
                        end();
                    }
                });
    }

    /** Ends without this one: it stays for the next replay, as a retry that is not made does not count. */
    private Future<?> leave(String why) {
        end();
        return Future.failedFuture(why);
    }

    private static Map<String, String> headers(TypedEvent<?> deadLetter) {
        Map<String, String> headers = new LinkedHashMap<>(deadLetter.headers());
        Set.of(DeadLetter.TYPE, DeadLetter.REASON, DeadLetter.MESSAGE, DeadLetter.ATTEMPTS, DeadLetter.GROUP)
                .forEach(headers::remove);
        String id = deadLetter.id();
        if (id != null) {
            headers.putIfAbsent(REPLAYED_ID, id);
        }
        return headers;
    }

    @Override
    boolean isBusy() {
        return busy;
    }

    @Override
    String summary(String deadLetters) {
        return "published " + deadLetters + " anew";
    }
}
