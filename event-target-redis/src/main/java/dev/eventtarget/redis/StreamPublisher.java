package dev.eventtarget.redis;

import static dev.eventtarget.redis.StreamEntries.ascii;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.ClosedException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.Health;
import dev.eventtarget.TypedEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jctools.queues.atomic.MpscLinkedAtomicQueue;
import org.jspecify.annotations.Nullable;

/**
 * Appends events to streams. What comes while batches of a stream are under way makes up its next one. Two may be under
 * way at once, so that the server need not wait; when one fails, the one behind it fails too, and both are sent again, one
 * after the other, so that order holds whatever fails. (Without the idempotent append it doesn't, and an event may be
 * overtaken where the server refuses it.)
 */
final class StreamPublisher {
    private static final int BATCH_BYTES = 1 << 20;
    private static final long SWEEP_MILLIS = 100;
    private static final long RETRY_MILLIS = 100;
    private static final int MOST_UNDER_WAY = 2;

    private final Vertx vertx;
    private final Context context;
    private final RedisSettings settings;
    private final StreamEntries entries;
    private final TypeDirectory types;
    private final RedisLine line;
    private final ProducerNonce nonce;
    private final Consumer<TypedEvent<?>> duplicate;
    private final byte[] window;
    private final AtomicInteger pending = new AtomicInteger();
    private final Queue<Incoming> inbox = new MpscLinkedAtomicQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** By key; what is in them is touched on the context alone, but for what says otherwise. */
    private final Map<String, Stream> streams = new ConcurrentHashMap<>();

    /** On the context alone: nothing is sent any more. */
    private boolean closed;

    private volatile @Nullable ClosedException refusal;
    private final long sweep;
    private final List<Promise<Void>> empty = new ArrayList<>();

    private record Refusal(Throwable error, long since) {}

    private record Incoming(String type, int shard, Outgoing event) {}

    StreamPublisher(
            Vertx vertx,
            Context context,
            RedisSettings settings,
            StreamEntries entries,
            Connections connections,
            TypeDirectory types,
            ProducerNonce nonce,
            Consumer<TypedEvent<?>> duplicate) {
        this.vertx = vertx;
        this.context = context;
        this.settings = settings;
        this.entries = entries;
        this.types = types;
        this.line = new RedisLine(vertx, context, settings, connections, "Publishing");
        this.nonce = nonce;
        this.duplicate = duplicate;
        this.window = ascii(Long.toString(Math.max(1, settings.dedupWindow().toMillis())));
        this.sweep = vertx.setPeriodic(SWEEP_MILLIS, id -> context.runOnContext(now -> failLate()));
    }

    /** From any thread; the future completes when Redis has confirmed. */
    Future<Void> publish(TypedEvent<?> event) {
        return publish(event, false);
    }

    /** The same, also when others are refused. */
    Future<Void> publishDeadLetter(TypedEvent<?> event) {
        return publish(event, true);
    }

    private Future<Void> publish(TypedEvent<?> event, boolean deadLetter) {
        byte[][] fields = entries.write(event);
        int counted = pending.incrementAndGet();
        // read when it is counted, so that whoever is not refused is waited for
        ClosedException refused = refusal;
        if (refused != null && !deadLetter) {
            settled(1);
            return Future.failedFuture(refused);
        }
        if (counted > settings.maxPending()) {
            settled(1);
            return Future.failedFuture(
                    new BackpressureException(
                            settings.maxPending()
                                    + " events wait for Redis to confirm them: wait for the futures of what you published before you publish more"));
        }
        String id = StreamEntries.dedupId(event);
        ContextInternal caller = ContextInternal.current();
        Promise<Void> promise = caller == null ? Promise.promise() : caller.promise();
        Outgoing outgoing = new Outgoing(
                id == null ? null : event,
                fields,
                id == null ? null : id.getBytes(StandardCharsets.UTF_8),
                System.nanoTime() + settings.publishTimeout().toNanos(),
                promise);
        inbox.add(new Incoming(event.type().name(), shard(event), outgoing));
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            context.runOnContext(now -> collect());
        }
        return promise.future();
    }

    /** By the ordering key, the topic's id or else the event's; the first where there is none, so that order is kept. */
    private int shard(TypedEvent<?> event) {
        String topicId = event.type().id();
        String key = topicId == null ? event.id() : topicId;
        if (settings.shards() == 1 || key == null) {
            return 0;
        }
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % settings.shards());
    }

    private void collect() {
        Deque<Stream> touched = new ArrayDeque<>();
        while (true) {
            Incoming next = inbox.poll();
            if (next == null) {
                scheduled.set(false);
                if (inbox.isEmpty() || !scheduled.compareAndSet(false, true)) {
                    break;
                }
                continue;
            }
            Stream stream = streams.computeIfAbsent(
                    settings.stream(next.type, next.shard), key -> new Stream(key, next.type, next.shard));
            stream.waiting.add(next.event);
            if (stream.waiting.size() == 1) {
                touched.add(stream);
            }
        }
        if (closed) {
            streams.values().forEach(Stream::giveUp);
        } else {
            touched.forEach(Stream::flush);
        }
    }

    private void failLate() {
        streams.values().forEach(Stream::failLate);
    }

    private void settled(int events) {
        if (pending.addAndGet(-events) == 0) {
            checkEmpty();
        }
    }

    // ---- how it goes, from any thread

    /** Completes when it is known whether there is a connection. */
    Future<Void> check() {
        return line.check();
    }

    /** Where Redis has refused what was published last: what it refuses finally, of every type, is down. */
    Health health() {
        Throwable found = null;
        boolean none = !streams.isEmpty();
        for (Stream stream : streams.values()) {
            Throwable refusal = stream.refusal();
            none &= refusal != null && !RedisErrors.isPassing(refusal);
            found = refusal == null ? found : refusal;
        }
        if (found == null) {
            return Health.up();
        }
        String reason =
                String.valueOf(RedisErrors.toException("Not published", found).getMessage());
        return none ? Health.down(reason) : Health.degraded(reason);
    }

    /** Fails events that are not counted yet, but for dead letters. */
    void refuse(ClosedException error) {
        refusal = error;
    }

    /** Completes when every event has its outcome. */
    Future<Void> idle() {
        Promise<Void> waiting = Promise.promise();
        synchronized (empty) {
            empty.add(waiting);
        }
        checkEmpty();
        return waiting.future();
    }

    private void checkEmpty() {
        if (pending.get() == 0) {
            List<Promise<Void>> waiting;
            synchronized (empty) {
                waiting = List.copyOf(empty);
                empty.clear();
            }
            waiting.forEach(Promise::tryComplete);
        }
    }

    /** Fails what is not confirmed and what still comes, and leaves. */
    Future<Void> close() {
        vertx.cancelTimer(sweep);
        nonce.close();
        return line.onContext(() -> {
                    closed = true;
                    streams.values().forEach(Stream::giveUp);
                    return Future.succeededFuture();
                })
                .eventually(line::close)
                .mapEmpty();
    }

    /** Events of one stream: those that wait, and the batch under way. */
    private final class Stream {
        private final String type;
        private final int shard;
        private final byte[] key;
        private final byte[] memory;
        private final byte[] ids;
        private final Deque<Outgoing> waiting = new ArrayDeque<>();
        private final Deque<Batch> underWay = new ArrayDeque<>();

        /** Since a batch has failed, until all that were under way are sent again. */
        private boolean repairing;

        private volatile @Nullable Refusal refusal;

        Stream(String key, String type, int shard) {
            this.type = type;
            this.shard = shard;
            this.key = key.getBytes(StandardCharsets.UTF_8);
            // what stands in braces decides the slot in a cluster: that of the stream's own key
            String tagged = settings.prefix() + ":{" + key + "}:";
            this.memory = (tagged + "producer:" + nonce.nonce()).getBytes(StandardCharsets.UTF_8);
            this.ids = (tagged + "id:").getBytes(StandardCharsets.UTF_8);
        }

        void flush() {
            while (!repairing
                    && !waiting.isEmpty()
                    && underWay.size() < (types.isAnnounced(type) ? MOST_UNDER_WAY : 1)) {
                sendNext();
            }
        }

        private void sendNext() {
            List<Outgoing> events = new ArrayList<>(Math.min(waiting.size(), settings.batch()));
            int bytes = 0;
            while (events.size() < settings.batch() && bytes < BATCH_BYTES) {
                Outgoing next = waiting.poll();
                if (next == null) {
                    break;
                }
                events.add(next);
                bytes += next.bytes();
            }
            long sequence;
            try {
                sequence = nonce.next(events.size());
            } catch (EventTargetException e) {
                events.forEach(event -> event.promise().tryFail(e));
                settled(events.size());
                return;
            }
            String start = nonce.nonce() + ":" + shard + ":" + sequence + ":";
            for (int i = 0; i < events.size(); i++) {
                Outgoing event = events.get(i);
                byte[] own = event.id();
                event.dedupId(own == null ? ascii(start + i) : own);
            }
            Batch before = underWay.peekLast();
            Batch batch = new Batch(this, sequence, events);
            underWay.add(batch);
            batch.send(before == null ? -1 : before.last());
        }

        /** The outcome of sending a batch that may still be wanted. */
        void answered(Batch batch, @Nullable Throwable failure) {
            if (!underWay.contains(batch)) {
                return; // given up meanwhile
            }
            batch.sent = false;
            batch.error = failure;
            if (failure == null) {
                refusal = null;
                underWay.remove(batch);
                batch.succeed();
            } else {
                if (RedisErrors.isReply(failure) && !isOutOfOrder(failure)) {
                    refusal = new Refusal(failure, System.nanoTime());
                }
                repairing = true;
            }
            goOn();
        }

        /** From any thread: what Redis has said last, if it was no and not long ago. */
        @Nullable Throwable refusal() {
            Refusal last = refusal;
            return last == null
                            || System.nanoTime() - last.since
                                    > settings.publishTimeout().toNanos()
                    ? null
                    : last.error;
        }

        private void goOn() {
            if (!repairing) {
                flush();
            } else if (underWay.stream().noneMatch(batch -> batch.sent)) {
                repair();
            }
        }

        /** Sends again what has failed, when every batch has its answer: the first one alone, then the next. */
        private void repair() {
            Batch first = underWay.peek();
            while (first != null && first.isHopeless()) {
                underWay.remove();
                first.fail();
                first = underWay.peek();
            }
            if (first == null) {
                repairing = false;
                flush();
                return;
            }
            Batch again = first;
            again.sent = true;
            boolean refused = again.error != null && RedisErrors.isReply(again.error) && !isOutOfOrder(again.error);
            if (refused) {
                vertx.setTimer(RETRY_MILLIS, id -> context.runOnContext(now -> again.send(-1)));
            } else {
                again.send(-1);
            }
        }

        /** A batch's events live and die together: they came together. */
        void failLate() {
            long now = System.nanoTime();
            Batch first = underWay.peek();
            Throwable error = first == null ? null : first.error;
            while (first != null && first.events.get(0).deadline() - now < 0) {
                underWay.remove();
                first.fail();
                first = underWay.peek();
            }
            while (!waiting.isEmpty() && waiting.getFirst().deadline() - now < 0) {
                waiting.remove()
                        .promise()
                        .tryFail(RedisErrors.toException("Not published within " + settings.publishTimeout(), error));
                settled(1);
            }
            goOn();
        }

        void giveUp() {
            List<Batch> batches = List.copyOf(underWay);
            List<Outgoing> left = List.copyOf(waiting);
            underWay.clear();
            waiting.clear();
            batches.forEach(Batch::fail);
            left.forEach(event -> event.promise().tryFail(RedisErrors.toException("Not published when closed", null)));
            settled(left.size());
        }
    }

    private static boolean isOutOfOrder(Throwable error) {
        return RedisErrors.is(error, "OUTOFORDER");
    }

    private final class Batch {
        private final Stream stream;
        private final long sequence;
        private final List<Outgoing> events;
        private boolean sent;
        private boolean repeated;
        private boolean over;
        private @Nullable Throwable error;

        Batch(Stream stream, long sequence, List<Outgoing> events) {
            this.stream = stream;
            this.sequence = sequence;
            this.events = events;
        }

        long last() {
            return sequence + events.size() - 1;
        }

        boolean isHopeless() {
            return error != null && !RedisErrors.isPassing(error) && !isOutOfOrder(error);
        }

        /** Behind a number that must be known by then, or -1. */
        void send(long after) {
            if (over) {
                return;
            }
            sent = true;
            line.connection().onComplete(on -> announceAndAppend(on, after), error -> stream.answered(this, error));
        }

        private void announceAndAppend(RedisConnection on, long after) {
            types.announce(line, on, stream.type)
                    .onComplete(done -> append(on, after), failure -> stream.answered(this, failure));
        }

        private void append(RedisConnection on, long after) {
            if (over) {
                return;
            }
            List<byte[]> trim = trim();
            Future<?> answer;
            if (settings.idempotent()) {
                boolean first = !repeated;
                repeated = true;
                answer = line.send(
                                on,
                                AppendScript.append(
                                        stream.key, stream.memory, stream.ids, window, trim, sequence, after, events))
                        .onSuccess(places -> {
                            if (first) {
                                places.forEach(place -> tellDuplicate(events.get(place.toInteger())));
                            }
                        });
            } else {
                List<Request> requests = new ArrayList<>(events.size());
                for (Outgoing event : events) {
                    requests.add(xadd(event, trim));
                }
                answer = requests.size() == 1 ? line.send(on, requests.get(0)) : line.batch(on, requests);
            }
            answer.onComplete(done -> stream.answered(this, null), failure -> {
                if (RedisErrors.is(failure, "NOSCRIPT")) {
                    repeated = false;
                    line.send(on, AppendScript.load())
                            .onComplete(loaded -> append(on, after), error -> stream.answered(this, error));
                } else {
                    stream.answered(this, failure);
                }
            });
        }

        private void tellDuplicate(Outgoing left) {
            TypedEvent<?> event = left.event();
            if (event != null) {
                duplicate.accept(event);
            }
        }

        private Request xadd(Outgoing event, List<byte[]> trim) {
            Request request = Request.cmd(Command.XADD).arg(stream.key);
            if (!trim.isEmpty()) {
                request.arg(trim.get(0)).arg("~").arg(trim.get(1));
            }
            request.arg("*");
            event.addTo(request);
            return request;
        }

        void succeed() {
            over = true;
            for (Outgoing event : events) {
                event.promise().tryComplete();
            }
            settled(events.size());
        }

        void fail() {
            over = true;
            EventTargetException failure =
                    RedisErrors.toException("Events of " + stream.type + " are not published", error);
            for (Outgoing event : events) {
                event.promise().tryFail(failure);
            }
            settled(events.size());
        }
    }

    private List<byte[]> trim() {
        if (settings.maxLen() > 0) {
            return List.of(ascii("MAXLEN"), ascii(Integer.toString(settings.maxLen())));
        }
        return settings.maxAge().isZero()
                ? List.of()
                : List.of(
                        ascii("MINID"),
                        ascii(Long.toString(
                                System.currentTimeMillis() - settings.maxAge().toMillis())));
    }
}
