package dev.eventtarget.redis;

import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads streams into the buffers of subscriptions, in one blocked read where one server has all streams. In a cluster, where
 * no read goes over several slots, in one for each stream, and where these would be too many, the rest by asking in turns.
 *
 * <p>All listeners without a group that begin with the latest event share a reader, as long as they keep up. One whose
 * buffer is full, unless it drops events, gets a reader of its own, that goes on where the shared one has left it and reads
 * only as far as there is room; so do listeners that begin in the past, and members of groups.
 */
final class StreamReader {
    private static final int MOST_CLUSTER_LOOPS = 16;

    private final Vertx vertx;
    private final Context context;
    private final RedisSettings settings;
    private final Connections connections;
    private final StreamEntries entries;
    private final TypeDirectory types;
    private final @Nullable ConsumerGroup group;
    private final @Nullable BiConsumer<Taker, Map<String, StreamCursor>> behind;

    /** For commands that must not wait behind a blocked read. */
    private final RedisLine control;

    private final List<ReadLoop> loops = new ArrayList<>();
    private final Map<String, StreamCursor> streams = new LinkedHashMap<>();
    private final Map<Taker, Consumer<String>> patterns = new HashMap<>();
    private final List<CatchUp> catchingUp = new ArrayList<>();

    /** Complete when somebody takes something, or nobody ever will: until then there is no telling what is to be read. */
    private final Promise<Void> begun = Promise.promise();

    private volatile boolean starved;
    private volatile boolean stopped;

    private record CatchUp(Map<StreamCursor, String> ends, Promise<Void> done) {}

    /**
     * Makes one.
     *
     * @param group the group that its one taker is a member of, or null
     * @param name what it is called in logs
     * @param behind takes over a taker that has no room, or null for a reader that waits for it
     */
    StreamReader(
            Vertx vertx,
            RedisSettings settings,
            Connections connections,
            StreamEntries entries,
            TypeDirectory types,
            String name,
            @Nullable ReaderGroup group,
            @Nullable BiConsumer<Taker, Map<String, StreamCursor>> behind) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.settings = settings;
        this.connections = connections;
        this.entries = entries;
        this.types = types;
        this.behind = behind;
        this.control = new RedisLine(vertx, context, settings, connections, name);
        this.group = group == null ? null : new ConsumerGroup(vertx, context, settings, control, group, this);
    }

    /** Checks where a listener wants to begin: {@code $} for behind the last entry. */
    static String start(StartFrom from) {
        if (from instanceof StartFrom.After after) {
            if (!after.position().matches("\\d{1,20}-\\d{1,20}")) {
                throw new IllegalArgumentException("'" + after.position()
                        + "' is no position: give what TypedEvent.position() of a received event says");
            }
            return after.position();
        }
        if (from instanceof StartFrom.Since since) {
            long millis = since.time().toEpochMilli();
            return millis <= 0 ? "0-0" : millis - 1 + "-" + Long.toUnsignedString(-1);
        }
        return from == StartFrom.latest() ? "$" : "0-0";
    }

    // ---- who takes what

    /** Completes when what is published from now on will be read. */
    Future<Void> add(Taker taker, String from) {
        return control.onContext(() -> {
            begun.tryComplete();
            EventType<?> type = taker.type();
            Future<Void> added = type.isPattern() ? addPattern(taker, from) : open(taker, type.name(), from);
            return group == null ? added : added.onSuccess(done -> group.start());
        });
    }

    private Future<Void> addPattern(Taker taker, String from) {
        List<Future<Void>> known = new ArrayList<>();
        boolean[] told = {false};
        EventType<?> names = taker.type().withTopic(taker.type().name());
        Consumer<String> watcher = name -> context.runOnContext(now -> {
            if (names.matches(EventType.of(name, Object.class))
                    && !stopped
                    && patterns.containsKey(taker)
                    && taker.begins(name)) {
                // what appears after this listener is heard from its first event on
                known.add(open(taker, name, told[0] ? "0-0" : from));
            }
        });
        patterns.put(taker, watcher);
        return retried(() -> types.watch(watcher))
                .compose(watching -> control.onContext(() -> {
                    told[0] = true;
                    if (patterns.get(taker) != watcher) {
                        types.unwatch(watcher); // it has left before it was told anything
                    }
                    return Future.join(known).mapEmpty();
                }));
    }

    private Future<Void> open(Taker taker, String name, String from) {
        List<Future<Void>> opened = new ArrayList<>();
        for (String key : settings.streams(name)) {
            opened.add(begin(key, name, from).map(begin -> {
                take(taker, begin, !from.equals("$"));
                return null;
            }));
        }
        return Future.join(opened).mapEmpty();
    }

    /** Goes on for a taker where another reader has left it. */
    void takeOver(Taker taker, Map<String, StreamCursor> left) {
        context.runOnContext(now -> {
            left.values().forEach(stream -> take(taker, stream, true));
            begun.tryComplete();
            if (taker.type().isPattern() && !stopped) {
                addPattern(taker, "0-0");
            }
        });
    }

    private void adopt(Taker taker, StreamCursor begin) {
        context.runOnContext(now -> take(taker, begin, true));
    }

    /** Exactly from a position on, or from about now. */
    private void take(Taker taker, StreamCursor begin, boolean exactly) {
        if (taker.reader() != this) {
            // it has another reader since this stream was asked for
            taker.reader().adopt(taker, begin);
            return;
        }
        if (stopped || !taker.subscription().isActive()) {
            return;
        }
        String key = begin.key();
        String position = begin.position();
        StreamCursor stream = streams.get(key);
        if (stream == null) {
            stream = begin;
            streams.put(key, stream);
            stream.takers().add(taker);
            stream.recovering(group != null);
            loopForOneMore().add(stream);
        } else if (!stream.takers().contains(taker)) {
            int ahead = StreamCursor.compare(position, stream.position());
            if (ahead < 0 && exactly && behind != null) {
                // the others have read on already
                Map<String, StreamCursor> left = detach(taker);
                left.put(key, begin);
                behind.accept(taker, left);
                return;
            }
            if (ahead > 0) {
                taker.from(stream, position);
            }
            stream.takers().add(taker);
        }
    }

    private ReadLoop loopForOneMore() {
        if (loops.isEmpty() || settings.cluster() && loops.size() < MOST_CLUSTER_LOOPS) {
            loops.add(new ReadLoop(
                    this,
                    settings,
                    group,
                    control,
                    new RedisLine(vertx, context, settings, connections, "Listening"),
                    settings.cluster() && loops.size() == MOST_CLUSTER_LOOPS - 1));
        }
        return loops.get(loops.size() - 1);
    }

    /** Reads for it no more. */
    void remove(Taker taker) {
        context.runOnContext(now -> detach(taker));
    }

    private Map<String, StreamCursor> detach(Taker taker) {
        Consumer<String> watcher = patterns.remove(taker);
        if (watcher != null) {
            types.unwatch(watcher);
        }
        Map<String, StreamCursor> left = new LinkedHashMap<>();
        streams.values().removeIf(stream -> {
            if (!stream.takers().remove(taker)) {
                return false;
            }
            StreamCursor rest = new StreamCursor(stream.key(), stream.type(), taker.position(stream));
            if (rest.position().equals(stream.position())) {
                rest.read(stream.read());
            }
            left.put(stream.key(), rest);
            if (!stream.takers().isEmpty() || group != null) {
                return false;
            }
            loops.forEach(loop -> loop.remove(stream));
            return true;
        });
        loops.removeIf(loop -> {
            boolean idle = settings.cluster() && loop.isIdle();
            if (idle) {
                loop.close();
            }
            return idle;
        });
        return left;
    }

    /** Where to begin; for a group, the group is made there unless it exists. */
    private Future<StreamCursor> begin(String key, String type, String from) {
        if (group != null) {
            return retried(() -> group.create(key, from).map(made -> new StreamCursor(key, type, "0-0")));
        }
        return from.equals("$")
                ? retried(() -> end(key, type))
                : Future.succeededFuture(new StreamCursor(key, type, from));
    }

    private Future<StreamCursor> end(String key, String type) {
        return control.send(Request.cmd(Command.XINFO).arg("STREAM").arg(key))
                .map(answer -> {
                    StreamInfo info = new StreamInfo(answer);
                    StreamCursor end = new StreamCursor(key, type, info.text("last-generated-id"));
                    end.read(info.number("entries-added"));
                    return end;
                })
                .recover(error -> {
                    if (!RedisErrors.is(error, "no such key")) {
                        return Future.failedFuture(error);
                    }
                    StreamCursor none = new StreamCursor(key, type, "0-0");
                    none.read(0);
                    return Future.succeededFuture(none);
                });
    }

    /** What must be known for a listener to be ready is asked for until Redis answers, or says no. */
    private <T> Future<T> retried(Supplier<Future<T>> question) {
        return question.get().recover(error -> {
            if (stopped || RedisErrors.isReply(error) && !RedisErrors.isPassing(error)) {
                return Future.failedFuture(RedisErrors.toException("Can't listen", error));
            }
            Promise<T> later = Promise.promise();
            control.after(100, () -> retried(question).onComplete(later));
            return later.future();
        });
    }

    // ---- reading

    /** How much the next read may bring: a shared reader sees off those who have no room. */
    int room() {
        int room = Integer.MAX_VALUE;
        if (behind == null) {
            for (StreamCursor stream : streams.values()) {
                room = Math.min(room, least(stream, Taker::room));
            }
        }
        return room;
    }

    /** The same, for one stream. */
    int room(StreamCursor stream) {
        return behind == null ? least(stream, Taker::room) : Integer.MAX_VALUE;
    }

    /** How much of what others have left may be taken over. */
    int claimable(StreamCursor stream) {
        return least(stream, Taker::claimable);
    }

    private static int least(StreamCursor stream, ToIntFunction<Taker> room) {
        int least = Integer.MAX_VALUE;
        for (Taker taker : stream.takers()) {
            least = Math.min(least, room.applyAsInt(taker));
        }
        return least;
    }

    /** Notes whether there is a loop that waits for room. */
    void starved(boolean now) {
        starved = now;
    }

    /** Puts an entry into buffers. */
    void deliver(StreamCursor stream, String id, @Nullable Response fields, long deliveries, Set<Taker> awake) {
        if (group != null && !stream.unsettled().add(id)) {
            return;
        }
        if (fields == null || fields.size() == 0) {
            settle(stream, id); // deleted while it was pending
            return;
        }
        TypedEvent<EncodedDetail> event;
        try {
            event = entries.read(
                    stream.type(),
                    id,
                    fields,
                    (codec, bytes, dedupId) -> new StreamEntry(codec, bytes, stream, id, dedupId));
        } catch (CodecException e) {
            stream.takers().forEach(taker -> taker.subscription().tell(e));
            settle(stream, id);
            return;
        }
        String dedupId = ((StreamEntry) event.detail()).dedupId();
        boolean wanted = false;
        for (int i = 0; i < stream.takers().size(); i++) {
            Taker taker = stream.takers().get(i);
            if (!taker.wants(stream, id, event, dedupId)) {
                continue;
            }
            wanted = true;
            if (group != null && !taker.subscription().isActive()) {
                group.giveBack(stream, id);
            } else if (deliveries > ConsumerGroup.MOST_DELIVERIES) {
                taker.opened();
                taker.subscription().giveUp(event, (int) deliveries);
            } else if (behind != null && taker.room() <= 0) {
                behind.accept(taker, detach(taker));
                i--;
            } else {
                taker.opened();
                taker.subscription().offer(event);
                awake.add(taker);
            }
        }
        if (!wanted) {
            settle(stream, id);
        }
    }

    void checkGap(StreamCursor stream) {
        if (group != null) {
            group.checkGap(stream);
        } else if (!stream.position().equals("0-0")) {
            checkTrimmed(stream);
        }
    }

    /** Tells of entries that were trimmed before they were read: the stream has lost more than were read of it. */
    void checkTrimmed(StreamCursor stream) {
        if (!stream.beginCheck()) {
            return;
        }
        String position = stream.position();
        long counted = stream.read();
        control.send(Request.cmd(Command.XINFO).arg("STREAM").arg(stream.key())).onComplete(answer -> {
            boolean again = stream.endCheck();
            if (answer.succeeded()) {
                checkTrimmed(stream, position, counted, new StreamInfo(answer.result()));
            } else if (counted > 0 && RedisErrors.is(answer.cause(), "no such key")) {
                stream.read(stream.read() - counted); // what comes is counted anew
            }
            if (again) {
                checkTrimmed(stream);
            }
        });
    }

    private static void checkTrimmed(StreamCursor stream, String position, long counted, StreamInfo info) {
        long added = info.number("entries-added");
        long read = counted;
        if (added < counted) {
            // another stream: the one before was deleted, or its server has lost it
            read = -1;
            stream.read(read);
        }
        long trimmed = added - info.number("length");
        String first = info.text("recorded-first-entry-id");
        boolean behind = read < 0
                ? trimmed > 0 && (first.equals("0-0") || StreamCursor.compare(first, position) > 0)
                : trimmed > read;
        if (read < 0 && position.equals(info.text("last-generated-id"))) {
            stream.read(added);
        } else if (behind) {
            stream.read(Math.max(stream.read(), trimmed));
            GapException gap = new GapException("Entries of " + stream.key() + " behind " + position
                    + " were trimmed before they were read: keep more (maxLen, maxAge), or read faster");
            stream.takers().forEach(taker -> taker.subscription().tell(gap));
        }
    }

    void tell(EventTargetException error) {
        Set<Taker> all = new LinkedHashSet<>();
        streams.values().forEach(stream -> all.addAll(stream.takers()));
        all.forEach(taker -> taker.subscription().tell(error));
    }

    // ---- settling, from any thread

    void settled(Taker taker, StreamEntry entry) {
        settle(entry.stream(), entry.id());
        if (starved
                && taker.room()
                        >= Math.min(
                                ReadLoop.MOST_ENTRIES,
                                taker.subscription().buffer().capacity() / 2 + 1)) {
            readOn();
        }
    }

    /** Reads on for a listener that was paused; ends the read that waits for one that is. From any thread. */
    void demanded(Taker taker) {
        if (taker.subscription().isPaused()) {
            context.runOnContext(now -> {
                if (taker.subscription().isPaused()) {
                    loops.forEach(ReadLoop::interrupt);
                }
            });
        } else if (starved && taker.room() > 0) {
            readOn();
        }
    }

    private void readOn() {
        starved = false;
        context.runOnContext(now -> loops.forEach(ReadLoop::readOn));
    }

    private void settle(StreamCursor stream, String id) {
        if (group != null) {
            group.acknowledge(stream, id);
        }
    }

    /** Leaves an entry for other members of the group. */
    void giveBack(StreamEntry entry) {
        if (group != null) {
            group.giveBack(entry.stream(), entry.id());
        }
    }

    // ---- what a group needs

    Iterable<StreamCursor> streams() {
        return streams.values();
    }

    void claimed(StreamCursor stream, List<Response> claimed, Map<String, Long> deliveries) {
        Set<Taker> awake = new LinkedHashSet<>();
        for (Response entry : claimed) {
            String id = entry.get(0).toString();
            if (claimable(stream) > 0) {
                deliver(stream, id, entry.get(1), deliveries.getOrDefault(id, 1L) + 1, awake);
            } else if (group != null) {
                group.giveBack(stream, id); // what was read meanwhile has taken the room
            }
        }
        awake.forEach(taker -> taker.subscription().wake());
    }

    boolean isStopped() {
        return stopped;
    }

    /** Has a member of a group look for events that others have left. */
    void look() {
        if (group != null) {
            context.runOnContext(now -> group.look());
        }
    }

    // ---- how far it is

    /** How many events are not read yet, of each taker of which it can be told. */
    Future<Map<Taker, Long>> behind() {
        return control.onContext(() -> {
            Map<Taker, Long> behind = new ConcurrentHashMap<>();
            List<Future<Void>> asked = new ArrayList<>();
            for (StreamCursor stream : streams.values()) {
                List<Taker> takers = List.copyOf(stream.takers());
                Future<Long> entries = group == null ? unread(stream) : group.behind(stream);
                asked.add(entries.otherwise(-1L).map(number -> {
                    takers.forEach(taker -> behind.merge(
                            taker, taker.events(number), (one, other) -> one < 0 || other < 0 ? -1L : one + other));
                    return null;
                }));
            }
            return Future.join(asked).map(behind);
        });
    }

    private Future<Long> unread(StreamCursor stream) {
        return control.sendIfReached(Request.cmd(Command.XINFO).arg("STREAM").arg(stream.key()))
                .map(answer -> {
                    StreamInfo info = new StreamInfo(answer);
                    if (StreamCursor.compare(stream.position(), info.text("last-generated-id")) >= 0) {
                        return 0L;
                    }
                    long added = info.number("entries-added");
                    return stream.read() < 0 || added < stream.read() ? -1L : added - stream.read();
                })
                .recover(error ->
                        RedisErrors.is(error, "no such key") ? Future.succeededFuture(0L) : Future.failedFuture(error));
    }

    // ---- the end

    /** Completes when what is in the streams now has been read. Events of a group are not lost with this reader. */
    Future<Void> catchUp() {
        return catchUp(stream -> true);
    }

    /** The same, of one taker's streams: there may be thousands of others. */
    Future<Void> catchUp(Taker taker) {
        return catchUp(stream -> stream.takers().contains(taker));
    }

    private Future<Void> catchUp(Predicate<StreamCursor> concerned) {
        if (group != null) {
            return Future.succeededFuture();
        }
        return begun.future()
                .compose(taking -> control.onContext(() -> {
                    Map<StreamCursor, String> ends = new HashMap<>();
                    List<Future<Void>> asked = new ArrayList<>();
                    for (StreamCursor stream : List.copyOf(streams.values())) {
                        if (concerned.test(stream)) {
                            asked.add(retried(() -> end(stream.key(), stream.type()))
                                    .map(end -> {
                                        ends.put(stream, end.position());
                                        return null;
                                    }));
                        }
                    }
                    return Future.join(asked).compose(answered -> {
                        CatchUp catchUp = new CatchUp(ends, Promise.promise());
                        catchingUp.add(catchUp);
                        checkCatchUps();
                        return catchUp.done.future();
                    });
                }));
    }

    void checkCatchUps() {
        catchingUp.removeIf(catchUp -> {
            catchUp.ends
                    .entrySet()
                    .removeIf(end -> streams.get(end.getKey().key()) != end.getKey()
                            || StreamCursor.compare(end.getKey().position(), end.getValue()) >= 0);
            return catchUp.ends.isEmpty() && catchUp.done.tryComplete();
        });
    }

    /** Reads no more; what is being handled can still be acknowledged. */
    Future<Void> stop() {
        stopped = true;
        return control.onContext(() -> {
            patterns.values().forEach(types::unwatch);
            begun.tryComplete();
            catchingUp.forEach(catchUp -> catchUp.done.tryComplete());
            return Future.join(loops.stream().map(ReadLoop::stop).toList()).mapEmpty();
        });
    }

    /** Acknowledges what has been handled and leaves. */
    Future<Void> close() {
        return stop().eventually(() -> group == null ? Future.succeededFuture() : group.leave())
                .eventually(control::close);
    }
}
