package dev.eventtarget.link;

import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a link within this JVM. It fails as networks do: it can be cut, at once or at a certain message, and frozen, so
 * that nothing arrives at it any more.
 */
final class LocalLink implements Link {
    /** So many bytes may be under way before an end is not writable. */
    static final int WINDOW = 64 << 10;

    private static final int CLOSE_MILLIS = 500;
    private static final int MOST_DELAY = 5;
    private static final Consumer<Throwable> RETHROW = e -> {
        throw new IllegalStateException(e);
    };

    private final ContextInternal context;
    private final String name;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Queue<Message> arrived = new ArrayDeque<>();
    private final Promise<Void> gone = Promise.promise();
    private volatile Consumer<Throwable> onDefect = RETHROW;
    private volatile LocalLink other = this;
    private volatile boolean frozen;
    private volatile int mostUnderWay;
    private volatile int largeFrom = Integer.MAX_VALUE;
    private volatile int maxDatagram;
    private volatile boolean losesDatagrams;
    private final AtomicInteger asides = new AtomicInteger();
    private final AtomicInteger datagrams = new AtomicInteger();
    private volatile @Nullable Handler handler;
    private @Nullable Runnable untold;
    private boolean paused;
    private boolean closing;
    private boolean closed;
    private int cutAfter = -1;

    /** Has both ends send large events beside the messages, slower than those by up to some milliseconds. */
    LocalLink largeFrom(int bytes) {
        largeFrom = bytes;
        other.largeFrom = bytes;
        return this;
    }

    /** Has both ends send datagrams. */
    LocalLink maxDatagram(int bytes) {
        maxDatagram = bytes;
        other.maxDatagram = bytes;
        return this;
    }

    /** Loses what datagrams this end sends from now on. */
    void loseDatagrams() {
        losesDatagrams = true;
    }

    /** How many large events this end has sent beside the messages. */
    int asides() {
        return asides.get();
    }

    /** How many datagrams this end has sent. */
    int datagrams() {
        return datagrams.get();
    }

    /** What is under way; with a reason, the end of it. */
    private record Message(
            byte[] bytes, boolean text, @Nullable CloseReason reason, String words) {}

    private LocalLink(Context context, String name) {
        this.context = (ContextInternal) context;
        this.name = name;
    }

    /** Opens a link; gives the end on the first context, whose {@link #other} is the one on the second. */
    static LocalLink open(Context here, Context there) {
        LocalLink one = new LocalLink(here, "local:1");
        LocalLink two = new LocalLink(there, "local:2");
        one.other = two;
        two.other = one;
        return one;
    }

    LocalLink other() {
        return other;
    }

    /** Has told what its handler throws. */
    void onDefect(Consumer<Throwable> listener) {
        onDefect = listener;
    }

    /** Nothing arrives at this end any more, and so the other is not writable, until {@link #thaw}. */
    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
        run(() -> {
            handOver();
            other.tellWritable();
        });
    }

    /** Cuts the link: what is under way is lost. */
    void cut() {
        run(() -> end(null, "cut"));
        other.run(() -> other.end(null, "cut"));
    }

    /** Cuts the link as soon as so many messages more have arrived at this end. */
    void cutAfter(int messages) {
        run(() -> cutAfter = messages);
    }

    /** The most bytes that it has sent and that had not arrived. */
    int mostUnderWay() {
        return mostUnderWay;
    }

    /** Completes when this end has closed. */
    Future<Void> gone() {
        return gone.future();
    }

    // ---- as a link

    @Override
    public Context context() {
        return context;
    }

    @Override
    public String remoteAddress() {
        return name;
    }

    @Override
    public void handler(Handler handler) {
        this.handler = handler;
        run(() -> {
            Runnable end = untold;
            if (end != null) {
                untold = null;
                end.run();
            }
            handOver();
        });
    }

    @Override
    public void send(ByteBuf message, boolean text) {
        byte[] bytes = ByteBufUtil.getBytes(message);
        message.release();
        checkContext();
        if (!closing && !closed) {
            mostUnderWay = Math.max(mostUnderWay, underWay.addAndGet(bytes.length));
            transmit(new Message(bytes, text, null, ""));
        }
    }

    private void checkContext() {
        if (!context.nettyEventLoop().inEventLoop()) {
            onDefect.accept(new IllegalStateException("A link was used on " + Thread.currentThread()));
        }
    }

    private void transmit(Message message) {
        if (!other.run(() -> other.arrive(message))) {
            end(null, "the other end's Vert.x instance is closed");
        }
    }

    /** Runs something at this end; gives false if its Vert.x instance is closed. */
    private boolean run(Runnable task) {
        try {
            context.runOnContext(now -> task.run());
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public boolean isWritable() {
        return !closing && !closed && !other.frozen && underWay.get() < WINDOW;
    }

    @Override
    public int largeFrom() {
        return largeFrom;
    }

    @Override
    public void sendAside(long sub, long number, byte[] frame) {
        checkContext();
        asides.incrementAndGet();
        int delay = ThreadLocalRandom.current().nextInt(MOST_DELAY);
        Runnable arrive = () -> other.run(() -> other.tell(handler -> handler.aside(sub, number, frame)));
        if (delay == 0) {
            arrive.run();
        } else {
            vertx().setTimer(delay, id -> arrive.run());
        }
    }

    @Override
    public int maxDatagram() {
        return maxDatagram;
    }

    @Override
    public void sendDatagram(byte[] frame) {
        checkContext();
        datagrams.incrementAndGet();
        if (!losesDatagrams) {
            other.run(() -> other.tell(handler -> handler.datagram(frame)));
        }
    }

    private void tell(Consumer<Handler> news) {
        Handler here = handler;
        if (!closed && !frozen && here != null) {
            try {
                news.accept(here);
            } catch (Throwable e) {
                onDefect.accept(e);
            }
        }
    }

    @Override
    public void ping() {
        other.run(() -> other.whenReading(Handler::alive));
    }

    private void whenReading(Consumer<Handler> pong) {
        Handler here = handler;
        if (!closed && !frozen && here != null) {
            pong.accept(here);
            other.run(() -> {
                Handler there = other.handler;
                if (!other.closed && !other.frozen && there != null) {
                    pong.accept(there);
                }
            });
        }
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
        run(this::handOver);
    }

    @Override
    public Future<Void> close(CloseReason reason, String message) {
        checkContext();
        if (!closing && !closed) {
            closing = true;
            transmit(new Message(new byte[0], true, reason, message));
            vertx().setTimer(CLOSE_MILLIS, id -> cut());
            other.gone().onComplete(there -> run(() -> end(reason, message)));
        }
        return gone();
    }

    private Vertx vertx() {
        return context.owner();
    }

    // ---- on its context

    private void arrive(Message message) {
        if (!closed) {
            arrived.add(message);
            handOver();
        }
    }

    private void handOver() {
        Handler to = handler;
        while (to != null && !paused && !frozen && !closed && !arrived.isEmpty()) {
            Message message = arrived.remove();
            if (message.reason != null) {
                end(message.reason, message.words);
                return;
            }
            try {
                to.received(message.bytes, message.text);
            } catch (Throwable e) {
                onDefect.accept(e);
            }
            other.arrivedThere(message.bytes.length);
            if (cutAfter > 0 && --cutAfter == 0) {
                cut();
                return;
            }
        }
    }

    private void arrivedThere(int bytes) {
        int before = underWay.getAndAdd(-bytes);
        if (before >= WINDOW && before - bytes < WINDOW) {
            tellWritable();
        }
    }

    private void tellWritable() {
        run(() -> {
            Handler here = handler;
            if (here != null && isWritable()) {
                here.writable();
            }
        });
    }

    private void end(@Nullable CloseReason reason, String words) {
        if (!closed) {
            closed = true;
            arrived.clear();
            if (handler == null) {
                // whoever opened it has not got so far
                untold = () -> tellEnd(reason, words);
            } else {
                tellEnd(reason, words);
            }
            gone.complete();
        }
    }

    private void tellEnd(@Nullable CloseReason reason, String words) {
        Handler here = handler;
        if (here != null) {
            try {
                here.closed(reason, words);
            } catch (Throwable e) {
                onDefect.accept(e);
            }
        }
    }
}
