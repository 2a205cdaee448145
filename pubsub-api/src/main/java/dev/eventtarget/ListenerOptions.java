package dev.eventtarget;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a listener is called. Immutable: each method returns a changed copy.
 *
 * <pre>{@code
 * ListenerOptions.defaults()
 *     .group("billing")
 *     .concurrency(16)
 *     .retry(RetryPolicy.backoff(5, Duration.ofMillis(100), Duration.ofSeconds(10)))
 *     .deadLetter("order.dead")
 * }</pre>
 */
public final class ListenerOptions {
    /** Events that a subscription buffers unless told otherwise. */
    public static final int DEFAULT_BUFFER = 1024;

    private static final ListenerOptions DEFAULTS = new ListenerOptions(
            false, null, StartFrom.latest(), 1, DEFAULT_BUFFER, OverflowPolicy.BLOCK, RetryPolicy.none(), null, null);

    private final boolean once;
    private final @Nullable String group;
    private final StartFrom from;
    private final int concurrency;
    private final int buffer;
    private final OverflowPolicy overflow;
    private final RetryPolicy retry;
    private final @Nullable EventType<?> deadLetter;
    private final @Nullable Consumer<? super EventTargetException> onError;

    private ListenerOptions(
            boolean once,
            @Nullable String group,
            StartFrom from,
            int concurrency,
            int buffer,
            OverflowPolicy overflow,
            RetryPolicy retry,
            @Nullable EventType<?> deadLetter,
            @Nullable Consumer<? super EventTargetException> onError) {
        this.once = once;
        this.group = group;
        this.from = from;
        this.concurrency = concurrency;
        this.buffer = buffer;
        this.overflow = overflow;
        this.retry = retry;
        this.deadLetter = deadLetter;
        this.onError = onError;
    }

    /** {@return every event from now on, one at a time, no retry, a buffer of 1024 with back-pressure} */
    public static ListenerOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Calls the listener for one event and closes the subscription. The default is every event.
     *
     * @return a copy
     */
    public ListenerOptions once() {
        return new ListenerOptions(true, group, from, concurrency, buffer, overflow, retry, deadLetter, onError);
    }

    /**
     * Shares the events with the other listeners of a group: each goes to one of them. Without a group, the default,
     * every listener gets every event. Groups of one name on different types or patterns are different groups. Needs {@link Capability#GROUPS}.
     *
     * @param name 1 to 255 characters of {@code [A-Za-z0-9_.:-]}
     * @return a copy
     * @throws IllegalArgumentException if the name is not of that form
     */
    public ListenerOptions group(String name) {
        if (name.isEmpty()
                || name.length() > 255
                || !name.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || "_.:-".indexOf(c) >= 0)) {
            throw new IllegalArgumentException("'" + name + "' is no group name: give 1 to 255 of [A-Za-z0-9_.:-]");
        }
        return new ListenerOptions(once, name, from, concurrency, buffer, overflow, retry, deadLetter, onError);
    }

    /**
     * Where to begin; {@link StartFrom#latest()} is the default. The others need {@link Capability#REPLAY}. For a group it
     * counts when the group is made, and not for members that join later.
     *
     * @param from the start
     * @return a copy
     */
    public ListenerOptions from(StartFrom from) {
        return new ListenerOptions(
                once, group, Objects.requireNonNull(from), concurrency, buffer, overflow, retry, deadLetter, onError);
    }

    /**
     * How many events may be handled at once; 1, the default, keeps order. An {@link AsyncEventListener} is called for one
     * event after another, in order, while so many of its futures are open. An {@link EventListener} on a worker or
     * virtual-thread context is called so many times in parallel; on an event loop, one at a time all the same.
     *
     * @param events at least 1
     * @return a copy
     * @throws IllegalArgumentException if less
     */
    public ListenerOptions concurrency(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("concurrency is " + events + ": it must be at least 1");
        }
        return new ListenerOptions(once, group, from, events, buffer, overflow, retry, deadLetter, onError);
    }

    /**
     * How many events may wait for the listener, and what happens to more. The default is {@value #DEFAULT_BUFFER} and
     * {@link OverflowPolicy#BLOCK}. The members of a group share the buffer of its first one.
     *
     * @param events 1 to 1,048,576
     * @param overflow what happens to more
     * @return a copy
     * @throws IllegalArgumentException if out of bounds
     */
    public ListenerOptions buffer(int events, OverflowPolicy overflow) {
        if (events < 1 || events > 1 << 20) {
            throw new IllegalArgumentException("buffer is " + events + ": it must be 1 to 1,048,576 events");
        }
        return new ListenerOptions(
                once, group, from, concurrency, events, Objects.requireNonNull(overflow), retry, deadLetter, onError);
    }

    /**
     * How often an event that was refused is delivered again. The default is {@link RetryPolicy#none()}; others need {@link
     * Capability#ACKNOWLEDGED}.
     *
     * @param policy attempts and delays
     * @return a copy
     */
    public ListenerOptions retry(RetryPolicy policy) {
        return new ListenerOptions(
                once, group, from, concurrency, buffer, overflow, Objects.requireNonNull(policy), deadLetter, onError);
    }

    /**
     * Publishes an event whose attempts are used up, or whose detail does not decode, on the same target under another
     * type, with the headers of {@link DeadLetter} added. By default there is none and {@link #onError} has the last word.
     *
     * @param name the type's name; no pattern
     * @return a copy
     * @throws IllegalArgumentException if it is malformed or a pattern
     */
    public ListenerOptions deadLetter(String name) {
        EventType<Object> type = EventType.of(name, Object.class);
        if (type.isPattern()) {
            throw new IllegalArgumentException(name + " is a pattern: dead letters need a type of their own");
        }
        return new ListenerOptions(once, group, from, concurrency, buffer, overflow, retry, type, onError);
    }

    /**
     * Is told what went wrong: {@link DeliveryException} for an event whose attempts are used up, {@link CodecException}
     * for a detail that does not decode, {@link GapException} for events that the transport no longer has. By default it is
     * logged as one line. Called on the listener's thread; must not block.
     *
     * @param handler is told
     * @return a copy
     */
    public ListenerOptions onError(Consumer<? super EventTargetException> handler) {
        return new ListenerOptions(
                once, group, from, concurrency, buffer, overflow, retry, deadLetter, Objects.requireNonNull(handler));
    }

    /** {@return whether the subscription ends after one event} */
    public boolean isOnce() {
        return once;
    }

    /** {@return the group, or null for none} */
    public @Nullable String group() {
        return group;
    }

    /** {@return where to begin} */
    public StartFrom from() {
        return from;
    }

    /** {@return how many events may be handled at once} */
    public int concurrency() {
        return concurrency;
    }

    /** {@return how many events may wait} */
    public int buffer() {
        return buffer;
    }

    /** {@return what happens when the buffer is full} */
    public OverflowPolicy overflow() {
        return overflow;
    }

    /** {@return how often a refused event is delivered again} */
    public RetryPolicy retry() {
        return retry;
    }

    /** {@return where events go whose attempts are used up, or null for nowhere} */
    public @Nullable EventType<?> deadLetter() {
        return deadLetter;
    }

    /** {@return who is told of errors, or null to log them} */
    public @Nullable Consumer<? super EventTargetException> onError() {
        return onError;
    }
}
