package dev.eventtarget.memory;

import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.ListenerSubscription;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last events, each with its position: {@code run-number}, where the run tells histories apart. Guarded by itself: its
 * user holds the lock over whatever must not come between.
 */
final class History {
    private static final Pattern POSITION = Pattern.compile("([0-9a-z]{1,13})-([0-9]{1,18})");

    private final int capacity;
    private final String run = Long.toString(System.currentTimeMillis() * 1000 + System.nanoTime() % 1000, 36);
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long last;

    private record Entry(long number, Instant time, TypedEvent<?> event) {}

    History(int capacity) {
        this.capacity = capacity;
    }

    /** Gives the event its position. */
    TypedEvent<?> append(TypedEvent<?> event) {
        TypedEvent<?> placed = event.withPosition(run + "-" + ++last);
        if (entries.size() == capacity) {
            entries.remove();
        }
        entries.add(new Entry(last, Instant.now(), placed));
        return placed;
    }

    /** Puts what a new subscription asked for of the past into its buffer. */
    void replay(ListenerSubscription subscription) {
        StartFrom from = subscription.options().from();
        if (from instanceof StartFrom.After after) {
            long handled = number(after.position());
            long oldest = entries.isEmpty() ? last + 1 : entries.getFirst().number;
            if (handled < 0 || handled > last || handled + 1 < oldest) {
                subscription.tell(new GapException("Not all events after " + after.position()
                        + " are there any more: delivery begins with the oldest one there is. "
                        + "Resume sooner, or keep a longer history"));
            }
            put(subscription, entry -> handled > last || entry.number > handled);
        } else if (from instanceof StartFrom.Since since) {
            put(subscription, entry -> !entry.time.isBefore(since.time()));
        } else if (from instanceof StartFrom.Earliest) {
            put(subscription, entry -> true);
        }
    }

    /** The number in a position, or -1 if it is another history's. */
    private long number(String position) {
        Matcher matcher = POSITION.matcher(position);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + position + "' is no position: give what TypedEvent.position() of a received event says");
        }
        return matcher.group(1).equals(run) ? Long.parseLong(matcher.group(2)) : -1;
    }

    private void put(ListenerSubscription subscription, Predicate<Entry> wanted) {
        EventType<?> type = subscription.type();
        List<TypedEvent<?>> events = new ArrayList<>();
        for (Entry entry : entries) {
            if (wanted.test(entry) && type.matches(entry.event.type())) {
                events.add(entry.event);
            }
        }
        subscription.buffer().replay(events);
    }
}
