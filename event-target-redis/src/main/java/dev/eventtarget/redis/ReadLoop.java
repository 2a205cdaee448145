package dev.eventtarget.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One connection, and the read that waits on it for entries of a reader's streams. On the reader's context. */
final class ReadLoop {
    /** The most entries of one read. */
    static final int MOST_ENTRIES = 512;

    private static final long GAP_CHECK_NANOS = 1_000_000_000;
    private static final long UNBLOCK_MILLIS = 5;
    private static final long STOP_MILLIS = 500;
    private static final long MOST_POLL_MILLIS = 50;
    private static final long MOST_CLUSTER_BLOCK_MILLIS = 200;

    private final StreamReader reader;
    private final RedisSettings settings;
    private final @Nullable ConsumerGroup group;
    private final RedisLine control;
    private final List<StreamCursor> streams = new ArrayList<>();
    private final RedisLine line;
    private final Promise<Void> ended = Promise.promise();
    private final boolean polls;
    private @Nullable RedisConnection used;
    private @Nullable String clientId;
    private boolean reading;
    private boolean waiting;
    private boolean unblocking;
    private boolean full = true;
    private boolean cut;
    private long reads;
    private long pause;
    private long gapsChecked = System.nanoTime();

    /**
     * Makes one.
     *
     * @param control for what must not wait behind its read
     * @param line its connection
     * @param polls whether it asks for each stream by itself: such a one takes any number of them in a cluster
     */
    ReadLoop(
            StreamReader reader,
            RedisSettings settings,
            @Nullable ConsumerGroup group,
            RedisLine control,
            RedisLine line,
            boolean polls) {
        this.reader = reader;
        this.settings = settings;
        this.group = group;
        this.control = control;
        this.line = line;
        this.polls = polls;
    }

    /** Has the next read include a stream, also where one is waiting without it. */
    void add(StreamCursor stream) {
        streams.add(stream);
        interrupt();
        next();
    }

    /** Ends the read that waits; in a cluster it ends soon by itself. */
    void interrupt() {
        if (reading && !unblocking && !settings.cluster()) {
            unblocking = true;
            control.after(0, () -> unblock(reads));
        }
    }

    /** Again where it came before the read that it is to end. */
    private void unblock(long read) {
        String id = clientId;
        if (!reading || reads != read || id == null || reader.isStopped() && group == null) {
            unblocking = false;
            return;
        }
        control.send(Request.cmd(Command.CLIENT).arg("UNBLOCK").arg(id))
                .onComplete(done -> control.after(UNBLOCK_MILLIS, () -> unblock(read)));
    }

    /** Reads this stream no more. */
    void remove(StreamCursor stream) {
        streams.remove(stream);
    }

    boolean isIdle() {
        return streams.isEmpty();
    }

    /** Goes on if it has waited for room. */
    void readOn() {
        if (waiting) {
            next();
        }
    }

    private void next() {
        if (reading || reader.isStopped() || streams.isEmpty()) {
            return;
        }
        int room = reader.room();
        if (room <= 0) {
            waiting = true;
            reader.starved(true);
            room = reader.room();
            if (room <= 0) {
                return;
            }
            reader.starved(false);
        }
        waiting = false;
        reading = true;
        reads++;
        int count = Math.min(MOST_ENTRIES, room);
        line.connection().onComplete(on -> read(on, count), error -> {
            reading = false;
            failed(error);
        });
    }

    private void read(RedisConnection on, int count) {
        if (used != on) {
            begin(on, count);
            return;
        }
        if (full && System.nanoTime() - gapsChecked > GAP_CHECK_NANOS) {
            gapsChecked = System.nanoTime();
            streams.forEach(reader::checkGap);
        }
        List<StreamCursor> recovering =
                streams.stream().filter(StreamCursor::recovering).toList();
        List<StreamCursor> wanted = recovering.isEmpty() ? List.copyOf(streams) : recovering;
        if (wanted.isEmpty()) {
            reading = false;
            return;
        }
        // each stream gives at least one event: of more than there is room for, some are asked, without waiting
        boolean waits = recovering.isEmpty() && !cut;
        List<StreamCursor> asked = waits ? wanted : wanted.subList(0, Math.min(count, wanted.size()));
        if (polls) {
            poll(on, asked, !recovering.isEmpty(), count);
            return;
        }
        long block = waits ? blockMillis() : 0;
        line.send(
                        on,
                        request(asked, !recovering.isEmpty(), count, block),
                        block + settings.commandTimeout().toMillis())
                .onComplete(
                        answer -> {
                            reading = false;
                            take(asked, !recovering.isEmpty(), answer, count);
                            next();
                            closeIfStopped();
                        },
                        error -> {
                            reading = false;
                            failed(error);
                            closeIfStopped();
                        });
    }

    /** In a cluster nothing but its end wakes a read, and who leaves a group waits for that. */
    private long blockMillis() {
        long block = settings.block().toMillis();
        return settings.cluster() && group != null ? Math.min(block, MOST_CLUSTER_BLOCK_MILLIS) : block;
    }

    private Request request(List<StreamCursor> asked, boolean recovering, int count, long block) {
        Request request = Request.cmd(group == null ? Command.XREAD : Command.XREADGROUP);
        if (group != null) {
            request.arg("GROUP").arg(group.name()).arg(group.consumer());
        }
        request.arg("COUNT").arg(Math.max(1, count / asked.size()));
        if (block > 0) {
            request.arg("BLOCK").arg(block);
        }
        request.arg("STREAMS");
        asked.forEach(stream -> request.arg(stream.key()));
        asked.forEach(stream -> request.arg(group == null || recovering ? stream.position() : ">"));
        return request;
    }

    /** Each stream by itself, without blocking; the less often, the less there is. */
    private void poll(RedisConnection on, List<StreamCursor> asked, boolean recovering, int count) {
        List<Future<Response>> answers = new ArrayList<>();
        int each = Math.max(1, count / asked.size());
        for (StreamCursor stream : asked) {
            answers.add(line.send(on, request(List.of(stream), recovering, each, 0)));
        }
        Future.join(answers).onComplete(all -> {
            reading = false;
            if (all.failed()) {
                failed(all.cause());
            } else {
                boolean any = false;
                for (int i = 0; i < asked.size(); i++) {
                    Response answer = answers.get(i).result();
                    any |= answer != null;
                    take(List.of(asked.get(i)), recovering, answer, each);
                }
                pause = any || recovering ? 0 : Math.min(MOST_POLL_MILLIS, pause + 5);
                line.after(pause, this::next);
            }
            closeIfStopped();
        });
    }

    /** Closes the connection of a loop without streams. */
    void close() {
        line.close();
    }

    /** What a read brings that was under way when the reader was stopped is not lost to the group. */
    Future<Void> stop() {
        if (group == null || !reading) {
            return line.close();
        }
        if (!settings.cluster() && clientId != null) {
            unblock(reads);
        }
        // or there is no connection, and nothing comes
        line.after(blockMillis() + STOP_MILLIS, this::closeIfStopped);
        return ended.future();
    }

    private void closeIfStopped() {
        if (reader.isStopped()) {
            line.close().onComplete(ended::tryComplete, error -> ended.tryComplete());
        }
    }

    /** On a connection that is new: what was delivered over the last one is asked for again. */
    private void begin(RedisConnection on, int count) {
        line.send(on, Request.cmd(Command.CLIENT).arg("ID"))
                .onComplete(
                        id -> {
                            clientId = id.toString();
                            used = on;
                            for (StreamCursor stream : streams) {
                                if (group != null) {
                                    stream.recovering(true);
                                    stream.position("0-0");
                                }
                                reader.checkGap(stream);
                            }
                            read(on, count);
                        },
                        error -> {
                            reading = false;
                            failed(error);
                        });
    }

    private void failed(Throwable error) {
        if (reader.isStopped()) {
            return;
        }
        if (group != null && RedisErrors.is(error, "NOGROUP")) {
            // somebody has deleted the stream or the group: begin anew with what there is
            Future.join(streams.stream()
                            .map(stream -> group.create(stream.key(), "0-0"))
                            .toList())
                    .onComplete(made -> line.after(100, this::next));
        } else if (RedisErrors.is(error, "UNBLOCKED") || RedisErrors.isLoading(error)) {
            // the stream was deleted, has moved to another node, or is not read in yet after a start
            line.after(100, this::next);
        } else if (RedisErrors.isReply(error)) {
            reader.tell(RedisErrors.toException("Can't read", error));
            line.after(Math.max(100, settings.block().toMillis()), this::next);
        } else {
            line.after(0, this::next);
        }
    }

    private void take(List<StreamCursor> asked, boolean recovering, @Nullable Response answer, int count) {
        int taken = 0;
        StreamCursor firstCut = null;
        Set<Taker> awake = new LinkedHashSet<>();
        if (answer != null) {
            Map<String, StreamCursor> byKey = new HashMap<>();
            asked.forEach(stream -> byKey.put(stream.key(), stream));
            for (Response part : answer) {
                StreamCursor stream = byKey.get(part.get(0).toString());
                if (stream != null) {
                    taken += part.get(1).size();
                    if (!take(stream, recovering, part.get(1), awake) && firstCut == null) {
                        firstCut = stream;
                    }
                }
            }
        } else if (recovering) {
            asked.forEach(stream -> stream.recovering(false));
        }
        full = taken >= count;
        cut = firstCut != null || cut && full;
        if (cut) {
            // whose turn it was not comes first
            Collections.rotate(streams, firstCut == null ? -asked.size() : -streams.indexOf(firstCut));
        }
        awake.forEach(taker -> taker.subscription().wake());
        reader.checkCatchUps();
    }

    /** Gives whether there was room for all; what there was none for is read again. */
    private boolean take(StreamCursor stream, boolean recovering, Response list, Set<Taker> awake) {
        if (recovering && list.size() == 0) {
            stream.recovering(false);
        }
        for (Response entry : list) {
            String id = entry.get(0).toString();
            if (!reader.isStopped() && reader.room(stream) <= 0) {
                stream.recovering(group != null);
                return false;
            }
            if (reader.isStopped()) {
                if (group != null) {
                    group.giveBack(stream, id);
                }
                continue;
            }
            reader.deliver(stream, id, entry.get(1), 1, awake);
            stream.position(id);
            if (group == null) {
                stream.readMore();
            }
        }
        return true;
    }
}
