package dev.eventtarget.redis;

import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventType;
import dev.eventtarget.GapException;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.core.DedupWindow;
import dev.eventtarget.core.ListenerSubscription;
import dev.eventtarget.spi.EncodedDetail;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the streams of one subscription into its buffer, as far as there is room. Without a group it goes through the
 * streams by itself; with one it is a consumer of the group. Over one connection and in one blocked read where one server
 * has all streams; in a cluster over one for each stream.
 */
final class StreamReader {
    private static final int READ = 512;
    private static final long GAP_CHECK_NANOS = 1_000_000_000;

    private final Vertx vertx;
    private final Context context;
    private final RedisSettings settings;
    private final StreamEntries entries;
    private final TypeDirectory types;
    private final ListenerSubscription subscription;
    private final EventType<?> type;
    private final ListenerOptions options;
    private final @Nullable DedupWindow handled;
    private final @Nullable ConsumerGroup group;

    /** For commands that must not wait behind a blocked read. */
    private final RedisLine control;

    private final List<Loop> loops = new ArrayList<>();
    private final Consumer<String> newType = name -> add(name, true);
    private volatile boolean starved;
    private volatile boolean stopped;
    private boolean ready;

    StreamReader(
            Vertx vertx,
            RedisSettings settings,
            StreamEntries entries,
            TypeDirectory types,
            ListenerSubscription subscription) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.settings = settings;
        this.entries = entries;
        this.types = types;
        this.subscription = subscription;
        this.type = subscription.type();
        this.options = subscription.options();
        this.handled = settings.consumerDedup() == 0 ? null : new DedupWindow(settings.consumerDedup());
        this.control = new RedisLine(vertx, context, settings, "Listening to " + type.topic());
        String name = options.group();
        this.group = name == null ? null : new ConsumerGroup(vertx, context, settings, control, name, this);
    }

    /** Completes when what is published from now on will be read. */
    Future<Void> start() {
        String from = checked(options.from());
        Promise<Void> started = Promise.promise();
        context.runOnContext(now -> begin(from).onComplete(started));
        return started.future();
    }

    private Future<Void> begin(String from) {
        Future<Void> begun =
                type.isPattern() ? types.watch(newType).compose(told -> settle()) : open(type.name(), from);
        return begun.onSuccess(done -> {
            ready = true;
            if (group != null) {
                group.start();
            }
        });
    }

    private final List<Future<Void>> opening = new ArrayList<>();

    private Future<Void> settle() {
        Promise<Void> all = Promise.promise();
        context.runOnContext(now -> Future.join(opening).<Void>mapEmpty().onComplete(all));
        return all.future();
    }

    /** A type that a pattern may match: one that is new, or one that was there. */
    private void add(String name, boolean told) {
        context.runOnContext(now -> {
            if (!stopped && type.withTopic(type.name()).matches(EventType.of(name, Object.class))) {
                // what appears after this listener is heard from its first event on
                opening.add(open(name, ready ? "0-0" : checked(options.from())));
            }
        });
    }

    private Future<Void> open(String name, String from) {
        List<Future<Void>> opened = new ArrayList<>();
        for (String key : settings.streams(name)) {
            opened.add(position(key, from).map(position -> {
                read(new ReadStream(key, name, position));
                return null;
            }));
        }
        return Future.join(opened).mapEmpty();
    }

    private void read(ReadStream stream) {
        if (stopped) {
            return;
        }
        stream.recovering(group != null);
        if (settings.cluster() || loops.isEmpty()) {
            Loop loop = new Loop();
            loops.add(loop);
            loop.streams.add(stream);
            loop.next();
        } else {
            loops.get(0).add(stream);
        }
    }

    /** The entry behind which to begin; for a group, the group is made there unless it exists. */
    private Future<String> position(String key, String from) {
        if (group != null) {
            return retried(() -> group.create(key, from).map("0-0"));
        }
        return from.equals("$") ? retried(() -> lastEntry(key)) : Future.succeededFuture(from);
    }

    /** What must be known for the listener to be ready is asked for until Redis answers, or says no. */
    private <T> Future<T> retried(Supplier<Future<T>> question) {
        return question.get().recover(error -> {
            if (stopped
                    || RedisErrors.isReply(error) && !RedisErrors.isPassing(error)
                    || RedisErrors.isNotAllowed(error)) {
                return Future.failedFuture(RedisErrors.toException("Can't listen to " + type.topic(), error));
            }
            Promise<T> later = Promise.promise();
            control.after(100, () -> retried(question).onComplete(later));
            return later.future();
        });
    }

    private Future<String> lastEntry(String key) {
        return control.send(Request.cmd(Command.XINFO).arg("STREAM").arg(key))
                .map(info -> field(info, "last-generated-id"))
                .recover(error -> RedisErrors.is(error, "no such key")
                        ? Future.succeededFuture("0-0")
                        : Future.failedFuture(error));
    }

    static String field(Response map, String name) {
        for (int i = 0; i + 1 < map.size(); i += 2) {
            if (map.get(i).toString().equals(name)) {
                return map.get(i + 1).toString();
            }
        }
        throw new IllegalStateException("Redis 7.0 or later is needed: its answer has no " + name);
    }

    private static String checked(StartFrom from) {
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

    // ---- reading

    /** One connection, and the read that waits on it. */
    private final class Loop {
        private final List<ReadStream> streams = new ArrayList<>();
        private final RedisLine line = new RedisLine(vertx, context, settings, "Listening to " + type.topic());
        private @Nullable RedisConnection used;
        private @Nullable String clientId;
        private boolean reading;
        private boolean waiting;
        private long gapsChecked = System.nanoTime();
        private boolean behind = true;

        /** Has the next read include a stream, also where one is waiting without it. */
        void add(ReadStream stream) {
            streams.add(stream);
            String id = clientId;
            if (reading && id != null) {
                control.send(Request.cmd(Command.CLIENT).arg("UNBLOCK").arg(id));
            }
            next();
        }

        void next() {
            if (reading || stopped || streams.isEmpty()) {
                return;
            }
            int room = room();
            if (room <= 0) {
                waiting = true;
                starved = true;
                if (room() <= 0) {
                    return;
                }
                starved = false;
                waiting = false;
                room = room();
            }
            reading = true;
            int count = Math.min(READ, room);
            line.connection().onComplete(on -> read(on, count), error -> {
                reading = false;
                if (!stopped) {
                    subscription.tell(RedisErrors.toException("Listening to " + type.topic(), error));
                    line.after(settings.block().toMillis(), this::next);
                }
            });
        }

        private void read(RedisConnection on, int count) {
            if (used != on) {
                begin(on, count);
                return;
            }
            if (behind && System.nanoTime() - gapsChecked > GAP_CHECK_NANOS) {
                gapsChecked = System.nanoTime();
                List.copyOf(streams).forEach(StreamReader.this::checkGap);
            }
            List<ReadStream> asked =
                    streams.stream().filter(ReadStream::recovering).toList();
            boolean recovering = !asked.isEmpty();
            if (!recovering) {
                asked = List.copyOf(streams);
            }
            long block = settings.block().toMillis();
            Request request = Request.cmd(group == null ? Command.XREAD : Command.XREADGROUP);
            if (group != null) {
                request.arg("GROUP").arg(group.name(type)).arg(group.consumer());
            }
            request.arg("COUNT").arg(Math.max(1, count / asked.size()));
            if (!recovering) {
                request.arg("BLOCK").arg(block);
            }
            request.arg("STREAMS");
            asked.forEach(stream -> request.arg(stream.key()));
            asked.forEach(stream -> request.arg(group == null || recovering ? stream.position() : ">"));
            List<ReadStream> streamsRead = asked;
            line.send(on, request, block + settings.commandTimeout().toMillis())
                    .onComplete(
                            answer -> {
                                reading = false;
                                take(streamsRead, recovering, answer, count);
                                next();
                            },
                            error -> {
                                reading = false;
                                failed(error);
                            });
        }

        /** On a connection that is new: what was delivered over the last one is asked for again. */
        private void begin(RedisConnection on, int count) {
            line.send(on, Request.cmd(Command.CLIENT).arg("ID"))
                    .onComplete(
                            id -> {
                                clientId = id.toString();
                                used = on;
                                gapsChecked = System.nanoTime();
                                streams.forEach(stream -> {
                                    if (group != null) {
                                        stream.recovering(true);
                                        stream.position("0-0");
                                    }
                                    checkGap(stream);
                                });
                                read(on, count);
                            },
                            error -> {
                                reading = false;
                                failed(error);
                            });
        }

        private void failed(Throwable error) {
            if (stopped) {
                return;
            }
            if (RedisErrors.is(error, "UNBLOCKED")) {
                next();
            } else if (group != null && RedisErrors.is(error, "NOGROUP")) {
                // somebody has deleted the stream or the group: begin anew with what there is
                Future.join(streams.stream()
                                .map(stream -> group.create(stream.key(), "0-0"))
                                .toList())
                        .onComplete(made -> line.after(100, this::next));
            } else if (RedisErrors.isReply(error)) {
                subscription.tell(RedisErrors.toException("Listening to " + type.topic(), error));
                line.after(Math.max(100, settings.block().toMillis()), this::next);
            } else {
                line.after(0, this::next);
            }
        }

        private void take(List<ReadStream> asked, boolean recovering, @Nullable Response answer, int count) {
            int taken = 0;
            if (answer != null) {
                for (Response part : answer) {
                    String key = part.get(0).toString();
                    for (ReadStream stream : asked) {
                        if (stream.key().equals(key)) {
                            taken += part.get(1).size();
                            take(stream, recovering, part.get(1));
                        }
                    }
                }
            } else if (recovering) {
                asked.forEach(stream -> stream.recovering(false));
            }
            behind = taken >= count;
            if (taken > 0) {
                subscription.wake();
            }
        }

        private void take(ReadStream stream, boolean recovering, Response list) {
            if (recovering && list.size() == 0) {
                stream.recovering(false);
            }
            for (Response entry : list) {
                String id = entry.get(0).toString();
                if (group == null || recovering) {
                    stream.position(id);
                }
                deliver(stream, id, entry.get(1), 1);
            }
        }
    }

    private int room() {
        return subscription.buffer().capacity() - subscription.buffer().size();
    }

    /** Puts an entry into the buffer; the listener is not woken. Gives whether it was not there before. */
    boolean deliver(ReadStream stream, String id, @Nullable Response fields, long deliveries) {
        if (group != null && !stream.unsettled().add(id)) {
            return false;
        }
        if (fields == null || fields.size() == 0) {
            // deleted while it was pending
            settle(stream, id);
            return true;
        }
        TypedEvent<EncodedDetail> event;
        try {
            event = entries.read(
                    stream.type(),
                    id,
                    fields,
                    (codec, bytes, dedupId) -> new StreamEntry(codec, bytes, stream, id, dedupId));
        } catch (CodecException e) {
            subscription.tell(e);
            settle(stream, id);
            return true;
        }
        String dedupId = event.id();
        if (!type.matches(event.type()) || handled != null && dedupId != null && handled.contains(dedupId)) {
            settle(stream, id);
            return true;
        }
        if (deliveries > ConsumerGroup.MOST_DELIVERIES) {
            subscription.giveUp(event, (int) deliveries);
        } else {
            subscription.offer(event);
        }
        return true;
    }

    /** Tells of entries that were trimmed before they were read. */
    private void checkGap(ReadStream stream) {
        String position = stream.position();
        if (group != null) {
            group.checkGap(stream);
            return;
        }
        if (position.equals("0-0")) {
            return;
        }
        control.send(Request.cmd(Command.XINFO).arg("STREAM").arg(stream.key()))
                .onSuccess(info -> gap(stream, position, info));
    }

    void gap(ReadStream stream, String position, Response info) {
        String deleted = field(info, "max-deleted-entry-id");
        String first = field(info, "recorded-first-entry-id");
        boolean empty = first.equals("0-0");
        if (ReadStream.compare(deleted, position) > 0
                && (empty || ReadStream.compare(first, position) > 0)
                && ReadStream.compare(deleted, stream.toldDeleted()) > 0) {
            stream.toldDeleted(deleted);
            subscription.tell(new GapException("Entries of " + stream.key() + " between " + position + " and " + deleted
                    + " were trimmed before they were read: keep more (maxLen, maxAge), or read faster"));
        }
    }

    // ---- settling, from any thread

    void settled(StreamEntry entry) {
        String dedupId = entry.dedupId();
        if (handled != null && dedupId != null) {
            handled.add(dedupId);
        }
        settle(entry.stream(), entry.id());
        if (starved && room() >= Math.min(READ, subscription.buffer().capacity() / 2 + 1)) {
            starved = false;
            context.runOnContext(now -> loops.forEach(loop -> {
                if (loop.waiting) {
                    loop.waiting = false;
                    loop.next();
                }
            }));
        }
    }

    private void settle(ReadStream stream, String id) {
        if (group != null) {
            group.acknowledge(stream, id);
        }
    }

    List<ReadStream> streams() {
        List<ReadStream> all = new ArrayList<>();
        loops.forEach(loop -> all.addAll(loop.streams));
        return all;
    }

    void wake() {
        subscription.wake();
    }

    EventType<?> type() {
        return type;
    }

    void tell(EventTargetException error) {
        subscription.tell(error);
    }

    /** Reads no more. */
    void stop() {
        stopped = true;
        types.unwatch(newType);
        context.runOnContext(now -> loops.forEach(loop -> loop.line.close()));
    }

    /** Acknowledges what has been handled and leaves. */
    Future<Void> close() {
        stop();
        Future<Void> left = group == null ? Future.succeededFuture() : group.leave();
        return left.eventually(control::close);
    }
}
