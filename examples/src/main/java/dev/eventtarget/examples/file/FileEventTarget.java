package dev.eventtarget.examples.file;

import dev.eventtarget.AsyncEventListener;
import dev.eventtarget.Capability;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.EventType;
import dev.eventtarget.Health;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.OverflowPolicy;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TargetStatus;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.UnsupportedCapabilityException;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Events are lines of a file, {@code {"type": …, "detail": …}}, that processes of one machine append to and read. Who listens,
 * how and where, is left to a target in memory, which gets what is read.
 */
final class FileEventTarget implements TypedEventTarget {
    private static final System.Logger LOG = System.getLogger(FileEventTarget.class.getName());

    /** Events that may be on their way into the buffers of listeners: fewer than wait in line at each, 1024. */
    private static final int AHEAD = 512;

    /** How long a line of another process may be there before it is read. */
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Path file;
    private final Duration closeTimeout;
    private final List<Interceptor> interceptors;
    private final EventCodec codec;
    private final TypedEventTarget listeners;
    private final Function<TypedEvent<?>, Future<Void>> publications;
    private final Function<TypedEvent<?>, Future<Void>> deadLetters;

    private final FileChannel out;
    private final ExecutorService writer;
    private final Thread reader;
    private final long start;
    private final Semaphore room = new Semaphore(AHEAD);
    private final Queue<Written> written = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();

    private volatile @Nullable TypedEvent<?> arriving;
    private volatile Health health = Health.up();
    private volatile long position;
    private volatile long end = Long.MAX_VALUE;
    private volatile boolean closing;
    private boolean refusing; // the writer's own
    private @Nullable Future<Void> closed;

    /** A line, by where it ends, whose publisher waits. */
    private record Written(long end, CompletableFuture<Void> accepted) {}

    FileEventTarget(Vertx vertx, Path file, Duration closeTimeout, List<Interceptor> interceptors) throws IOException {
        this.file = file;
        this.closeTimeout = closeTimeout;
        this.interceptors = interceptors;
        codec = service(EventCodec.class, found -> found.name().equals("json"), "pubsub-core");
        publications = chain(event -> append(event, false));
        deadLetters = chain(event -> append(event, true));
        out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        start = out.size();
        // snippet: file-listeners
        List<Interceptor> around = new ArrayList<>();
        around.add(new Outward());
        interceptors.forEach(interceptor -> around.add(new Deliveries(interceptor)));
        listeners = service(
                        EventTargetProvider.class,
                        found -> found.transports().contains("memory"),
                        "event-target-memory")
                .open(vertx, EventTargetConfig.of("memory:?closeTimeout=" + closeTimeout), around);
        // end
        writer = Executors.newSingleThreadExecutor(task -> daemon(task, "writer"));
        reader = daemon(this::read, "reader");
        reader.start();
        interceptors.forEach(interceptor -> interceptor.opened(this));
    }

    private Thread daemon(Runnable task, String what) {
        Thread thread = new Thread(task, file.getFileName() + "-" + what);
        thread.setDaemon(true);
        return thread;
    }

    private static <S> S service(Class<S> type, Predicate<S> wanted, String module) {
        return ServiceLoader.load(type).stream()
                .map(ServiceLoader.Provider::get)
                .filter(wanted)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("file: needs " + module + " among the dependencies"));
    }

    private Function<TypedEvent<?>, Future<Void>> chain(Function<TypedEvent<?>, Future<Void>> last) {
        Function<TypedEvent<?>, Future<Void>> chain = last;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            Interceptor interceptor = interceptors.get(i);
            Function<TypedEvent<?>, Future<Void>> next = chain;
            chain = event -> interceptor.publish(event, next);
        }
        return chain;
    }

    // ---- publishing

    // snippet: file-dispatch
    @Override
    public Future<Void> dispatchEvent(TypedEvent<?> event) {
        if (closing) {
            return Future.failedFuture(closedException());
        }
        try {
            return publications.apply(event);
        } catch (RuntimeException e) {
            return Future.failedFuture(e); // an interceptor has thrown it
        }
    }

    private Future<Void> append(TypedEvent<?> event, boolean deadLetter) {
        byte[] line;
        try {
            line = line(codec.encode(event));
        } catch (CodecException e) {
            return Future.failedFuture(e);
        }
        CompletableFuture<Void> appended = new CompletableFuture<>();
        try {
            writer.execute(() -> {
                if (refusing && !deadLetter) {
                    appended.completeExceptionally(closedException());
                    return;
                }
                try {
                    written.add(new Written(write(line), appended));
                    accept();
                } catch (IOException e) {
                    appended.completeExceptionally(new EventTargetException(
                            Reason.TRANSPORT, true, "The file " + file + " can't be written: " + e, e));
                }
            });
        } catch (RejectedExecutionException e) {
            return Future.failedFuture(closedException());
        }
        Context context = Vertx.currentContext();
        return context == null ? Future.fromCompletionStage(appended) : Future.fromCompletionStage(appended, context);
    }
    // end

    /** A line break in JSON is white space: those in strings are escaped. */
    private static byte[] line(byte[] json) {
        byte[] line = new byte[json.length + 1];
        for (int i = 0; i < json.length; i++) {
            line[i] = json[i] == '\n' || json[i] == '\r' ? (byte) ' ' : json[i];
        }
        line[json.length] = '\n';
        return line;
    }

    /** One write for a line, so that lines of several processes do not get mixed up; gives where the file ends then. */
    private long write(byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        LockSupport.unpark(reader);
        return out.size();
    }

    /** Publishers wait until their line is read here: who listens from then on does not hear it. */
    private void accept() {
        for (Written first = written.peek(); first != null && first.end <= position; first = written.peek()) {
            if (written.remove(first)) {
                first.accepted.complete(null);
            }
        }
    }

    // ---- listening

    // snippet: file-listen
    @Override
    public <T extends @Nullable Object> Subscription addEventListener(
            EventType<T> type, EventListener<T> listener, ListenerOptions options) {
        return listeners.addEventListener(type, listener, checked(options));
    }

    @Override
    public <T extends @Nullable Object> Subscription addAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener, ListenerOptions options) {
        return listeners.addAsyncEventListener(type, listener, checked(options));
    }

    private ListenerOptions checked(ListenerOptions options) {
        if (closing) {
            throw closedException();
        }
        if (options.group() != null || options.from() != StartFrom.latest()) {
            throw new UnsupportedCapabilityException(this + " has neither groups nor a start in the past, only "
                    + capabilities() + ": choose another transport");
        }
        // the publisher that FAIL would fail is in another process
        return options.overflow() == OverflowPolicy.FAIL
                ? options.buffer(options.buffer(), OverflowPolicy.BLOCK)
                : options;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.ORDERED, Capability.ACKNOWLEDGED, Capability.WILDCARDS, Capability.CROSS_PROCESS);
    }
    // end

    @Override
    public <T extends @Nullable Object> boolean removeEventListener(EventType<T> type, EventListener<T> listener) {
        return listeners.removeEventListener(type, listener);
    }

    @Override
    public <T extends @Nullable Object> boolean removeAsyncEventListener(
            EventType<T> type, AsyncEventListener<T> listener) {
        return listeners.removeAsyncEventListener(type, listener);
    }

    // snippet: file-read
    private void read() {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            in.position(start);
            while (!Thread.interrupted()) {
                position = in.position();
                accept();
                if (position >= end && !caughtUp.isDone()) {
                    room.acquire(AHEAD);
                    room.release(AHEAD);
                    caughtUp.complete(null);
                }
                int bytes = in.read(buffer.clear());
                if (bytes <= 0) {
                    LockSupport.parkNanos(POLL_NANOS);
                }
                for (int i = 0; i < bytes; i++) {
                    if (buffer.get(i) == '\n') {
                        arrive(line.toByteArray());
                        line.reset();
                    } else {
                        line.write(buffer.get(i));
                    }
                }
            }
        } catch (InterruptedException | ClosedByInterruptException e) {
            // the target has closed
        } catch (IOException e) {
            health = Health.down("The file " + file + " can't be read: " + e);
            LOG.log(System.Logger.Level.ERROR, health.reason());
        } finally {
            position = Long.MAX_VALUE;
            accept();
        }
    }

    private void arrive(byte[] line) throws InterruptedException {
        TypedEvent<EncodedDetail> event;
        try {
            event = codec.decode(line);
        } catch (CodecException e) {
            LOG.log(System.Logger.Level.WARNING, "A line of {0} is no event: {1}", file, e.getMessage());
            return;
        }
        room.acquire();
        arriving = event;
        listeners.dispatchEvent(event).onComplete(accepted -> room.release());
    }
    // end

    // snippet: file-outward
    /** What listeners are given comes from the file; what they publish, their dead letters, goes there. */
    private final class Outward implements Interceptor {
        @Override
        @SuppressWarnings("ReferenceEquality") // that very event, and no other one like it
        public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
            return event == arriving ? next.apply(event) : deadLetters.apply(event);
        }
    }
    // end

    // ---- closing

    @Override
    public Future<TargetStatus> status() {
        return listeners
                .status()
                .map(status -> health.isUp() ? status : new TargetStatus(health, status.subscriptions()));
    }

    // snippet: file-close
    @Override
    public synchronized Future<Void> close() {
        if (closed == null) {
            closing = true;
            writer.execute(this::refuse);
            closed = Future.fromCompletionStage(caughtUp)
                    .timeout(closeTimeout.toMillis(), TimeUnit.MILLISECONDS)
                    .otherwiseEmpty()
                    .compose(readAll -> listeners.close())
                    .onComplete(outcome -> leave());
        }
        return closed;
    }

    /** Behind what was accepted: the reader has to come to here. */
    private void refuse() {
        refusing = true;
        try {
            end = out.size();
        } catch (IOException e) {
            caughtUp.completeExceptionally(e);
        }
        LockSupport.unpark(reader);
    }

    private void leave() {
        reader.interrupt();
        writer.execute(() -> {
            try {
                out.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "The file {0} can't be closed: {1}", file, e);
            }
        });
        writer.shutdown();
        interceptors.forEach(interceptor -> interceptor.closed(this));
    }
    // end

    private ClosedException closedException() {
        return new ClosedException(this + " is closed: open a target anew to go on");
    }

    @Override
    public String toString() {
        return "file:" + file;
    }
}
