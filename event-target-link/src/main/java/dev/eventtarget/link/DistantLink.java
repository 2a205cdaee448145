package dev.eventtarget.link;

import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.atomic.AtomicLong;

/** A link on another event loop than the session that uses it, as the spoke has come back elsewhere. */
final class DistantLink implements Link {
    private static final long MOST_ON_THE_WAY = 256 << 10;

    private final Link link;
    private final ContextInternal there;
    private final AtomicLong onTheWay = new AtomicLong();
    private final int largeFrom;
    private final int maxDatagram;
    private volatile boolean writable;

    /** On the link's event loop. */
    DistantLink(Link link) {
        this.link = link;
        this.there = (ContextInternal) link.context();
        this.largeFrom = link.largeFrom();
        this.maxDatagram = link.maxDatagram();
        this.writable = link.isWritable();
    }

    /** Is told, on the link's event loop, that the link takes more. */
    void isNowWritable() {
        writable = link.isWritable();
    }

    @Override
    public Context context() {
        return there;
    }

    @Override
    public String remoteAddress() {
        return link.remoteAddress();
    }

    @Override
    public void handler(Handler handler) {
        throw new IllegalStateException("The link has its handler already");
    }

    @Override
    public void send(ByteBuf message, boolean text) {
        int length = message.readableBytes();
        onTheWay.addAndGet(length);
        there.execute(() -> {
            onTheWay.addAndGet(-length);
            link.send(message, text);
            writable = link.isWritable();
        });
    }

    @Override
    public boolean isWritable() {
        return writable && onTheWay.get() < MOST_ON_THE_WAY;
    }

    @Override
    public int largeFrom() {
        return largeFrom;
    }

    @Override
    public void sendAside(long sub, long number, byte[] frame) {
        onTheWay.addAndGet(frame.length);
        there.execute(() -> {
            onTheWay.addAndGet(-frame.length);
            link.sendAside(sub, number, frame);
            writable = link.isWritable();
        });
    }

    @Override
    public int maxDatagram() {
        return maxDatagram;
    }

    @Override
    public void sendDatagram(byte[] frame) {
        there.execute(() -> {
            if (frame.length <= link.maxDatagram()) {
                link.sendDatagram(frame);
            }
        });
    }

    @Override
    public void ping() {
        there.execute(link::ping);
    }

    @Override
    public void pause() {
        there.execute(link::pause);
    }

    @Override
    public void resume() {
        there.execute(link::resume);
    }

    @Override
    public Future<Void> close(CloseReason reason, String message) {
        Promise<Void> closed = Promise.promise();
        there.execute(() -> link.close(reason, message).onComplete(closed));
        return closed.future();
    }
}
