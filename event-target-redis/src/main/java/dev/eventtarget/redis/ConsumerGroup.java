package dev.eventtarget.redis;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.jspecify.annotations.Nullable;

/** A reader's part in a consumer group: acknowledging, showing that it lives, and taking over from those that don't. */
final class ConsumerGroup {
    /** After so many deliveries none of which was handled to its end, an event is taken to kill its consumers. */
    static final int MOST_DELIVERIES = 16;

    private static final int CLAIM = 256;
    private static final int ACK = 1024;
    private static final long MOST_PERIOD_MILLIS = 2000;
    private static final long IDLE_CONSUMER_MILLIS = 3_600_000;

    private final Vertx vertx;
    private final Context context;
    private final RedisSettings settings;
    private final RedisLine control;
    private final String name;
    private final Runnable left;
    private final StreamReader reader;
    private final String consumer;
    private final Queue<Handled> handled = new MpscLinkedAtomicQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong unacknowledged = new AtomicLong();
    private volatile @Nullable Promise<Void> acknowledged;

    /** On the context alone: what the next turn gives back. */
    private final Map<StreamCursor, List<String>> givenBack = new HashMap<>();

    /** Entries that are being taken over from others. */
    private int claiming;

    private boolean acknowledging;
    private long timer = -1;
    private int rounds;

    private record Handled(StreamCursor stream, String id) {}

    ConsumerGroup(
            Vertx vertx,
            Context context,
            RedisSettings settings,
            RedisLine control,
            ReaderGroup group,
            StreamReader reader) {
        this.vertx = vertx;
        this.context = context;
        this.settings = settings;
        this.control = control;
        this.name = group.redisName();
        this.left = group.left();
        this.reader = reader;
        String named = settings.consumer();
        this.consumer = named != null ? named : newName();
    }

    private static String newName() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        return host + "-" + ProcessHandle.current().pid() + "-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    String consumer() {
        return consumer;
    }

    /** What Redis calls the group. */
    String name() {
        return name;
    }

    Future<Void> create(String key, String from) {
        return control.send(Request.cmd(Command.XGROUP)
                        .arg("CREATE")
                        .arg(key)
                        .arg(name)
                        .arg(from)
                        .arg("MKSTREAM"))
                .<Void>mapEmpty()
                .recover(error ->
                        RedisErrors.is(error, "BUSYGROUP") ? Future.succeededFuture() : Future.failedFuture(error));
    }

    void start() {
        if (reader.isStopped()) {
            return;
        }
        timer = vertx.setPeriodic(period(), id -> context.runOnContext(now -> tick()));
        context.runOnContext(now -> look());
    }

    private long period() {
        return Math.max(1, Math.min(MOST_PERIOD_MILLIS, settings.claimAfter().toMillis() / 3));
    }

    // ---- acknowledging

    /** From any thread. */
    void acknowledge(StreamCursor stream, String id) {
        unacknowledged.incrementAndGet();
        handled.add(new Handled(stream, id));
        schedule();
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            context.runOnContext(now -> flush());
        }
    }

    /** One round of acknowledgements is under way at a time; what is handled meanwhile makes up the next. */
    private void flush() {
        scheduled.set(false);
        if (acknowledging) {
            return;
        }
        Map<StreamCursor, List<String>> byStream = new HashMap<>();
        for (Handled next = handled.poll(); next != null; next = handled.poll()) {
            byStream.computeIfAbsent(next.stream, stream -> new ArrayList<>()).add(next.id);
        }
        List<Future<Void>> sent = new ArrayList<>();
        byStream.forEach((stream, ids) -> {
            for (int from = 0; from < ids.size(); from += ACK) {
                sent.add(send(stream, ids.subList(from, Math.min(ids.size(), from + ACK))));
            }
        });
        if (!sent.isEmpty()) {
            acknowledging = true;
            Future.join(sent).onComplete(done -> {
                acknowledging = false;
                if (!handled.isEmpty()) {
                    schedule();
                }
            });
        }
    }

    private Future<Void> send(StreamCursor stream, List<String> ids) {
        Request request = Request.cmd(Command.XACK).arg(stream.key()).arg(name);
        ids.forEach(request::arg);
        return control.send(request)
                .<Void>map(done -> {
                    stream.settled(ids);
                    if (unacknowledged.addAndGet(-ids.size()) == 0) {
                        Promise<Void> waiting = acknowledged;
                        if (waiting != null) {
                            waiting.tryComplete();
                        }
                    }
                    return null;
                })
                .recover(error -> {
                    if (control.isClosed()) {
                        return Future.succeededFuture();
                    }
                    // lost on the way: said again, as to acknowledge twice does no harm
                    Promise<Void> later = Promise.promise();
                    control.after(
                            RedisErrors.isReply(error) ? 1000 : 50,
                            () -> send(stream, ids).onComplete(later));
                    return later.future();
                });
    }

    // ---- the others

    /** Shows that this consumer lives, and takes over what nobody has shown for to be alive. */
    private void tick() {
        rounds++;
        boolean refresh = rounds % Math.max(1, settings.claimAfter().toMillis() / 3 / period()) == 0;
        boolean remove = rounds % 300 == 0;
        for (StreamCursor stream : reader.streams()) {
            if (refresh) {
                refresh(stream);
            }
            if (remove) {
                removeIdle(stream);
            }
        }
        look();
    }

    /** Takes over what others have left, unless it is leaving itself. */
    void look() {
        if (!reader.isStopped()) {
            reader.streams().forEach(this::claim);
        }
    }

    /** To claim one's own entries sets their idle time back. */
    private void refresh(StreamCursor stream) {
        List<String> ids = List.copyOf(stream.unsettled());
        for (int from = 0; from < ids.size(); from += CLAIM) {
            Request request = Request.cmd(Command.XCLAIM)
                    .arg(stream.key())
                    .arg(name)
                    .arg(consumer)
                    .arg(0);
            ids.subList(from, Math.min(ids.size(), from + CLAIM)).forEach(request::arg);
            control.send(request.arg("JUSTID"));
        }
    }

    /** As much as there is room for: what this consumer can't handle soon is for others. */
    private void claim(StreamCursor stream) {
        if (reader.claimable(stream) <= claiming) {
            return;
        }
        long idle = settings.claimAfter().toMillis();
        control.send(Request.cmd(Command.XPENDING)
                        .arg(stream.key())
                        .arg(name)
                        .arg("IDLE")
                        .arg(idle)
                        .arg("-")
                        .arg("+")
                        .arg(CLAIM))
                .onSuccess(pending -> {
                    int room = reader.claimable(stream) - claiming;
                    Map<String, Long> deliveries = new HashMap<>();
                    for (Response entry : pending) {
                        String id = entry.get(0).toString();
                        if (deliveries.size() < room && !stream.unsettled().contains(id)) {
                            deliveries.put(id, entry.get(3).toLong());
                        }
                    }
                    if (!deliveries.isEmpty()) {
                        claim(stream, deliveries, idle);
                    }
                });
    }

    private void claim(StreamCursor stream, Map<String, Long> deliveries, long idle) {
        Request request = Request.cmd(Command.XCLAIM)
                .arg(stream.key())
                .arg(name)
                .arg(consumer)
                .arg(idle);
        deliveries.keySet().stream().sorted(StreamCursor::compare).forEach(request::arg);
        int asked = deliveries.size();
        claiming += asked;
        control.send(request)
                .onSuccess(claimed -> {
                    List<Response> entries = new ArrayList<>();
                    for (Response entry : claimed) {
                        if (entry != null && entry.size() > 1) {
                            entries.add(entry);
                        }
                    }
                    reader.claimed(stream, entries, deliveries);
                })
                .onComplete(answered -> claiming -= asked);
    }

    private void removeIdle(StreamCursor stream) {
        control.send(Request.cmd(Command.XINFO)
                        .arg("CONSUMERS")
                        .arg(stream.key())
                        .arg(name))
                .onSuccess(consumers -> {
                    for (Response one : consumers) {
                        StreamInfo other = new StreamInfo(one);
                        if (!other.text("name").equals(consumer)
                                && other.number("pending") == 0
                                && other.number("idle") > IDLE_CONSUMER_MILLIS) {
                            remove(stream, other.text("name"));
                        }
                    }
                });
    }

    private Future<Response> remove(StreamCursor stream, String other) {
        return control.sendIfConnected(Request.cmd(Command.XGROUP)
                .arg("DELCONSUMER")
                .arg(stream.key())
                .arg(name)
                .arg(other));
    }

    /** The server counts what a group has read, mostly. */
    void checkGap(StreamCursor stream) {
        control.send(Request.cmd(Command.XINFO).arg("GROUPS").arg(stream.key())).onSuccess(groups -> {
            for (Response one : groups) {
                StreamInfo group = new StreamInfo(one);
                if (group.text("name").equals(name) && group.knows("entries-read")) {
                    stream.read(group.number("entries-read"));
                    reader.checkTrimmed(stream);
                }
            }
        });
    }

    /** What the group has to do and this consumer does not have; -1 where the server can't tell. */
    Future<Long> behind(StreamCursor stream) {
        return control.sendIfReached(Request.cmd(Command.XINFO).arg("GROUPS").arg(stream.key()))
                .map(groups -> {
                    for (Response one : groups) {
                        StreamInfo group = new StreamInfo(one);
                        if (group.text("name").equals(name) && group.knows("lag")) {
                            long others =
                                    group.number("pending") - stream.unsettled().size();
                            return group.number("lag") + Math.max(0, others);
                        }
                    }
                    return -1L;
                });
    }

    // ---- leaving

    /** Completes when all that was handled is acknowledged, and the rest is left for others to take at once. */
    Future<Void> leave() {
        vertx.cancelTimer(timer);
        Promise<Void> waiting = Promise.promise();
        acknowledged = waiting;
        if (unacknowledged.get() == 0) {
            waiting.tryComplete();
        }
        long limit = vertx.setTimer(settings.commandTimeout().toMillis(), id -> waiting.tryComplete());
        return waiting.future()
                .onComplete(done -> vertx.cancelTimer(limit))
                .compose(done -> control.onContext(() -> {
                    List<Future<Response>> given = new ArrayList<>();
                    for (StreamCursor stream : reader.streams()) {
                        if (settings.consumer() == null) {
                            given.add(removeOrGiveBack(stream).otherwiseEmpty());
                        } else if (!stream.unsettled().isEmpty()) {
                            given.add(giveBack(stream, List.copyOf(stream.unsettled()))
                                    .otherwiseEmpty());
                        }
                    }
                    return Future.join(given).<Void>mapEmpty().onComplete(all -> left.run());
                }))
                .otherwiseEmpty();
    }

    // ---- giving back

    /** From any thread; entries that are given back one after the other go together. */
    void giveBack(StreamCursor stream, String id) {
        context.runOnContext(now -> {
            if (givenBack.isEmpty()) {
                context.runOnContext(then -> giveBackAll());
            }
            givenBack.computeIfAbsent(stream, first -> new ArrayList<>()).add(id);
        });
    }

    private void giveBackAll() {
        List<Future<Response>> given = new ArrayList<>();
        givenBack.forEach((stream, ids) -> given.add(giveBack(stream, ids)));
        givenBack.clear();
        Future.join(given).onComplete(done -> left.run());
    }

    /** Makes entries look as if they had long been forgotten. */
    private Future<Response> giveBack(StreamCursor stream, List<String> ids) {
        Request request = Request.cmd(Command.XCLAIM)
                .arg(stream.key())
                .arg(name)
                .arg(consumer)
                .arg(0);
        ids.forEach(request::arg);
        return control.sendIfConnected(request.arg("IDLE")
                        .arg(settings.claimAfter().toMillis())
                        .arg("JUSTID"))
                .onSuccess(done -> ids.forEach(stream.unsettled()::remove));
    }

    /** To delete a consumer deletes what is pending for it: that is given back first, also what it never saw. */
    private Future<Response> removeOrGiveBack(StreamCursor stream) {
        return control.sendIfConnected(Request.cmd(Command.XPENDING)
                        .arg(stream.key())
                        .arg(name)
                        .arg("-")
                        .arg("+")
                        .arg(1 << 20)
                        .arg(consumer))
                .compose(pending -> {
                    List<String> ids = new ArrayList<>();
                    pending.forEach(entry -> ids.add(entry.get(0).toString()));
                    return ids.isEmpty() ? remove(stream, consumer) : giveBack(stream, ids);
                });
    }
}
