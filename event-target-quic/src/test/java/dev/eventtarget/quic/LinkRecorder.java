package dev.eventtarget.quic;

import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One side of a link: writes down what comes, and does on the link's event loop what it is told to. */
final class LinkRecorder implements Link.Handler {
    /** A message that came. */
    record Message(byte[] bytes, boolean isText) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** How a link was closed. */
    record Closed(CloseReason reason, String message) {}

    /** An event that came beside the messages. */
    record Aside(long sub, long number, byte[] frame) {}

    final Link link;
    final Queue<Message> received = new ConcurrentLinkedQueue<>();
    final Queue<Aside> asides = new ConcurrentLinkedQueue<>();
    final Queue<byte[]> datagrams = new ConcurrentLinkedQueue<>();
    final Queue<Closed> closed = new ConcurrentLinkedQueue<>();
    final Queue<String> mistakes = new ConcurrentLinkedQueue<>();
    final AtomicInteger alive = new AtomicInteger();
    volatile Consumer<Message> then = message -> {};
    volatile Runnable thenWritable = () -> {};

    LinkRecorder(Link link) {
        this.link = link;
    }

    void run(Runnable action) {
        link.context().runOnContext(ignored -> action.run());
    }

    void send(String text) {
        run(() -> link.send(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), true));
    }

    void send(byte[] bytes, boolean text) {
        ByteBuf message = Unpooled.copiedBuffer(bytes);
        run(() -> link.send(message, text));
    }

    void close(CloseReason reason, String message) {
        run(() -> link.close(reason, message));
    }

    private void check() {
        if (Vertx.currentContext() != link.context()) {
            mistakes.add("called on " + Thread.currentThread());
        }
        if (!closed.isEmpty()) {
            mistakes.add("called after the end");
        }
    }

    @Override
    public void received(byte[] bytes, boolean text) {
        check();
        Message message = new Message(bytes, text);
        received.add(message);
        then.accept(message);
    }

    @Override
    public void writable() {
        check();
        if (!link.isWritable()) {
            mistakes.add("said to be writable and is not");
        }
        thenWritable.run();
    }

    @Override
    public void aside(long sub, long number, byte[] frame) {
        check();
        asides.add(new Aside(sub, number, frame));
    }

    @Override
    public void datagram(byte[] frame) {
        check();
        datagrams.add(frame);
    }

    @Override
    public void alive() {
        check();
        alive.incrementAndGet();
    }

    @Override
    public void closed(CloseReason reason, String message) {
        check();
        closed.add(new Closed(reason, message));
    }
}
