package dev.eventtarget.redis;

import dev.eventtarget.EventType;
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
    private final StreamReader reader;
    private final String consumer;
    private final Queue<Handled> handled = new MpscLinkedAtomicQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong unacknowledged = new AtomicLong();
    private volatile @Nullable Promise<Void> acknowledged;

    /** On the context alone: what the next turn gives back. */
    private final Map<ReadStream, List<String>> givenBack = new HashMap<>();

    private Promise<Void> givingBack = Promise.promise();
    private long timer = -1;
    private int rounds;

    private record Handled(ReadStream stream, String id) {}

    ConsumerGroup(
            Vertx vertx,
            Context context,
            RedisSettings settings,
            RedisLine control,
            String group,
            EventType<?> type,
            StreamReader reader) {
        this.vertx = vertx;
        this.context = context;
        this.settings = settings;
        this.control = control;
        // groups on a pattern or a scoped topic are others than that on the type
        this.name = type.isPattern() || type.id() != null ? group + "@" + type.topic() : group;
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
        timer = vertx.setPeriodic(period(), id -> context.runOnContext(now -> tick()));
    }

    private long period() {
        return Math.max(1, Math.min(MOST_PERIOD_MILLIS, settings.claimAfter().toMillis() / 3));
    }

    // ---- acknowledging

    /** From any thread. */
    void acknowledge(ReadStream stream, String id) {
        unacknowledged.incrementAndGet();
        handled.add(new Handled(stream, id));
        schedule();
    }

    private void schedule() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            context.runOnContext(now -> flush());
        }
    }

    private void flush() {
        scheduled.set(false);
        Map<ReadStream, List<String>> byStream = new HashMap<>();
        for (Handled next = handled.poll(); next != null; next = handled.poll()) {
            byStream.computeIfAbsent(next.stream, stream -> new ArrayList<>()).add(next.id);
        }
        byStream.forEach((stream, ids) -> {
            for (int from = 0; from < ids.size(); from += ACK) {
                send(stream, ids.subList(from, Math.min(ids.size(), from + ACK)));
            }
        });
    }

    private void send(ReadStream stream, List<String> ids) {
        Request request = Request.cmd(Command.XACK).arg(stream.key()).arg(name);
        ids.forEach(request::arg);
        control.send(request)
                .onComplete(
                        done -> {
                            ids.forEach(stream.unsettled()::remove);
                            if (unacknowledged.addAndGet(-ids.size()) == 0) {
                                Promise<Void> waiting = acknowledged;
                                if (waiting != null) {
                                    waiting.tryComplete();
                                }
                            }
                        },
                        // lost on the way: said again, as to acknowledge twice does no harm
                        error -> control.after(RedisErrors.isReply(error) ? 1000 : 50, () -> send(stream, ids)));
    }

    // ---- the others

    /** Shows that this consumer lives, and takes over what nobody has shown for to be alive. */
    private void tick() {
        rounds++;
        boolean refresh = rounds % Math.max(1, settings.claimAfter().toMillis() / 3 / period()) == 0;
        boolean remove = rounds % 300 == 0;
        for (ReadStream stream : reader.streams()) {
            if (refresh) {
                refresh(stream);
            }
            if (remove) {
                removeIdle(stream);
            }
        }
        look();
    }

    void look() {
        reader.streams().forEach(this::claim);
    }

    /** To claim one's own entries sets their idle time back. */
    private void refresh(ReadStream stream) {
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

    private void claim(ReadStream stream) {
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
                    Map<String, Long> deliveries = new HashMap<>();
                    for (Response entry : pending) {
                        String id = entry.get(0).toString();
                        if (!stream.unsettled().contains(id)) {
                            deliveries.put(id, entry.get(3).toLong());
                        }
                    }
                    if (!deliveries.isEmpty()) {
                        claim(stream, deliveries, idle);
                    }
                });
    }

    private void claim(ReadStream stream, Map<String, Long> deliveries, long idle) {
        Request request = Request.cmd(Command.XCLAIM)
                .arg(stream.key())
                .arg(name)
                .arg(consumer)
                .arg(idle);
        deliveries.keySet().stream().sorted(ReadStream::compare).forEach(request::arg);
        control.send(request).onSuccess(claimed -> {
            List<Response> entries = new ArrayList<>();
            for (Response entry : claimed) {
                if (entry != null && entry.size() > 1) {
                    entries.add(entry);
                }
            }
            reader.claimed(stream, entries, deliveries);
        });
    }

    private void removeIdle(ReadStream stream) {
        control.send(Request.cmd(Command.XINFO)
                        .arg("CONSUMERS")
                        .arg(stream.key())
                        .arg(name))
                .onSuccess(consumers -> {
                    for (Response other : consumers) {
                        String idle = StreamReader.text(other, "name");
                        if (!idle.equals(consumer)
                                && StreamReader.number(other, "pending") == 0
                                && StreamReader.number(other, "idle") > IDLE_CONSUMER_MILLIS) {
                            remove(stream, idle);
                        }
                    }
                });
    }

    private Future<Response> remove(ReadStream stream, String other) {
        return control.sendIfConnected(Request.cmd(Command.XGROUP)
                .arg("DELCONSUMER")
                .arg(stream.key())
                .arg(name)
                .arg(other));
    }

    /** The server counts what a group has read, mostly. */
    void checkGap(ReadStream stream) {
        control.send(Request.cmd(Command.XINFO).arg("GROUPS").arg(stream.key())).onSuccess(groups -> {
            for (Response one : groups) {
                if (StreamReader.text(one, "name").equals(name) && StreamReader.field(one, "entries-read") != null) {
                    stream.read(StreamReader.number(one, "entries-read"));
                    reader.checkTrimmed(stream);
                }
            }
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
                .compose(done -> control.onContext(now -> {
                    List<Future<Response>> left = new ArrayList<>();
                    for (ReadStream stream : reader.streams()) {
                        left.add((stream.unsettled().isEmpty()
                                        ? removeIfDone(stream)
                                        : giveBack(stream, List.copyOf(stream.unsettled())))
                                .otherwiseEmpty());
                    }
                    return Future.join(left).<Void>mapEmpty();
                }))
                .otherwiseEmpty();
    }

    // ---- giving back

    /** From any thread; entries that are given back one after the other go together. */
    Future<Void> giveBack(ReadStream stream, String id) {
        return control.onContext(now -> {
            Promise<Void> promise = Promise.promise();
            if (givenBack.isEmpty()) {
                control.after(0, () -> {
                    Map<ReadStream, List<String>> all = new HashMap<>(givenBack);
                    givenBack.clear();
                    Promise<Void> done = givingBack;
                    givingBack = Promise.promise();
                    Future.join(all.entrySet().stream()
                                    .map(one -> giveBack(one.getKey(), one.getValue()))
                                    .toList())
                            .<Void>mapEmpty()
                            .onComplete(done);
                });
            }
            givenBack.computeIfAbsent(stream, first -> new ArrayList<>()).add(id);
            givingBack.future().onComplete(promise);
            return promise.future();
        });
    }

    /** Makes entries look as if they had long been forgotten. */
    private Future<Response> giveBack(ReadStream stream, List<String> ids) {
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

    /** Only where nothing is pending: to delete a consumer deletes what is pending for it. */
    private Future<Response> removeIfDone(ReadStream stream) {
        if (settings.consumer() != null) {
            return Future.succeededFuture();
        }
        return control.sendIfConnected(Request.cmd(Command.XPENDING)
                        .arg(stream.key())
                        .arg(name)
                        .arg("-")
                        .arg("+")
                        .arg(1)
                        .arg(consumer))
                .compose(pending -> pending.size() == 0 ? remove(stream, consumer) : Future.succeededFuture());
    }
}
