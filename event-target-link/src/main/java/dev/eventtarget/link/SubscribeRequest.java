package dev.eventtarget.link;

import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.frame.Fields;
import dev.eventtarget.spi.EncodedDetail;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a numbered {@code $subscribe} asks for.
 *
 * @param type what to hear
 * @param options how to listen at the hub's target
 * @param credit how many events may be unacknowledged
 * @param needsItsOwn whether it takes a listener of its own, which the latest events alone do not
 */
record SubscribeRequest(EventType<EncodedDetail> type, ListenerOptions options, int credit, boolean needsItsOwn) {
    private static final int MOST_ATTEMPTS = 1000;
    private static final long LONGEST_DELAY_MILLIS = 3_600_000;

    /**
     * Reads one.
     *
     * @param inProcess whether the hub's target has its publishers wait for slow listeners
     * @throws dev.eventtarget.link.frame.Violation if it is malformed
     * @throws IllegalArgumentException if a topic is none
     * @throws UnauthorizedException if the peer may not have it
     */
    static SubscribeRequest of(Fields detail, Session session, HubOptions hub, boolean inProcess) {
        EventType<EncodedDetail> type = session.permitted(detail.text("type"));
        boolean bounded = detail.has("credit") && session.features().contains("credit");
        int credit = bounded ? (int) Math.min(Integer.MAX_VALUE, detail.number("credit", 0)) : Integer.MAX_VALUE;
        // what is under way to the spoke is being handled, as the hub's target sees it
        int most = Math.max(1, Math.min(hub.maxQueuedEvents(), ListenerOptions.DEFAULT_BUFFER));
        int window = credit == 0 ? most : Math.min(credit, most);
        StartFrom from = start(detail);
        ListenerOptions options = ListenerOptions.defaults().concurrency(window).from(from);
        String group = detail.optionalText("group");
        if (group != null) {
            options = options.group(group).buffer(window, options.overflow());
        }
        if (inProcess && hub.slowSpokes() != SlowSpokePolicy.PAUSE) {
            // else the target's publishers would wait for the spoke
            options = options.buffer(hub.maxQueuedEvents(), OverflowPolicy.DROP_OLDEST);
        }
        Fields retry = detail.fields("retry");
        if (retry != null) {
            options = options.retry(RetryPolicy.backoff(
                    (int) Math.min(MOST_ATTEMPTS, retry.number("attempts", 1)),
                    millis(retry, "delay", 100),
                    millis(retry, "most", 30_000)));
        }
        String deadLetter = deadLetter(detail, session, hub);
        if (deadLetter != null) {
            options = options.deadLetter(deadLetter);
        }
        boolean own = hub.slowSpokes() == SlowSpokePolicy.PAUSE
                || group != null
                || retry != null
                || deadLetter != null
                || from != StartFrom.latest();
        return new SubscribeRequest(type, options, credit, own);
    }

    private static Duration millis(Fields retry, String name, long otherwise) {
        return Duration.ofMillis(Math.min(LONGEST_DELAY_MILLIS, retry.number(name, 0, otherwise)));
    }

    private static @Nullable String deadLetter(Fields detail, Session session, HubOptions hub) {
        String topic = detail.optionalText("deadLetter");
        if (topic != null) {
            EventType<EncodedDetail> type = EventType.of(topic, EncodedDetail.class);
            if (type.isPattern() || !hub.authorizer().mayPublish(session.peer(), type)) {
                throw new UnauthorizedException("Dead letters to " + topic + " are not allowed for " + session.peer());
            }
        }
        return topic;
    }

    private static StartFrom start(Fields detail) {
        if (!detail.has("from") || detail.detail().path("from").isTextual()) {
            String named = detail.optionalText("from");
            return switch (named == null ? "latest" : named) {
                case "latest" -> StartFrom.latest();
                case "earliest" -> StartFrom.earliest();
                default -> throw detail.wrong("from", "is neither latest nor earliest");
            };
        }
        Fields from = Objects.requireNonNull(detail.fields("from"));
        String after = from.optionalText("after");
        if (after != null) {
            return StartFrom.after(after);
        }
        try {
            return StartFrom.since(Instant.parse(from.text("since")));
        } catch (DateTimeException e) {
            throw from.wrong("since", "is no ISO-8601 instant");
        }
    }
}
