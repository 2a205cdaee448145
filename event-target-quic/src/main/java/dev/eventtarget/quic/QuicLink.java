package dev.eventtarget.quic;

import dev.eventtarget.NotConnectedException;
import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.link.spi.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.quic.QuicStreamInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.QuicStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over a bidirectional stream of QUIC: messages behind their lengths. Vert.x opens the stream; from then on this
 * handler stands in the stream's pipeline before Vert.x' own. What is sent in one turn of the event loop goes as one write,
 * and {@link #pause} stops the reading, so that flow control stops the peer.
 *
 * <p>Who closes ends the stream behind what was sent. When the other side has read that far it ends the stream as well, and
 * the connection is closed, with the reason. So no message that was sent before is lost; what went beside them may be.
 *
 * <p>All methods run on the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails comes back as an exception or the end of the stream
final class QuicLink extends ChannelDuplexHandler implements Link {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");
    private static final long CLOSE_TIMEOUT = TimeUnit.SECONDS.toNanos(3);
    private static final long LONGEST_CLOSE = TimeUnit.SECONDS.toNanos(30);

    private static final long MOST_UNSENT = 64 << 10;

    /** What a peer may send behind the closing before it is cut off. */
    private static final long MOST_DISCARDED = 4 << 20;

    /** Before the streams beside it. */
    private static final QuicStreamPriority FIRST = new QuicStreamPriority(0, true);

    private final NodeConnection node;
    private final ContextInternal context;
    private final QuicStreamChannel channel;
    private final Settings settings;
    private final MessageReader reader;
    private final AsideStreams asides;
    private final Pulse pulse;
    private final Promise<Void> closed;
    private final Runnable flush = this::flush;
    private final Runnable readOn = this::readOn;

    /** What was read before it may be handed over: at most what one read from the stream gave. */
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();

    /** Set when the link is put into the pipeline, before anything else. */
    @SuppressWarnings("NullAway.Init")
    private ChannelHandlerContext netty;

    @SuppressWarnings("NullAway.Init")
    private MessageWriter writer;

    private @Nullable Handler handler;
    private boolean paused = true;
    private boolean reading;
    private boolean sending;
    private boolean flushDue;
    private boolean datagramsDue;

    /** What was sent is the last. */
    private boolean ending;

    /** Nothing more will come. */
    private boolean inputEnded;

    /** Why this side has closed the link, if it has. */
    private @Nullable Ending own;

    /** How it has ended, once it is gone. */
    private @Nullable Ending over;

    private long unsent;
    private long discarded;

    /**
     * What both sides of a link need to know of its node.
     *
     * @param maxMessage the most bytes of one
     * @param largeFrom from how many bytes on an event goes beside the messages; 0 for never
     * @param datagrams whether it takes any; who takes none can send none
     * @param idleTimeout after how long a silence it takes a connection for lost
     */
    record Settings(int maxMessage, int largeFrom, boolean datagrams, Duration idleTimeout) {}

    private QuicLink(NodeConnection node, QuicStreamChannel channel, Settings settings) {
        this.node = node;
        this.context = node.context().unwrap();
        this.channel = channel;
        this.settings = settings;
        this.reader = new MessageReader(settings.maxMessage());
        this.asides = new AsideStreams(node, settings.maxMessage(), new Beside());
        this.pulse = new Pulse(node, settings.idleTimeout(), () -> !ending);
        this.closed = context.promise();
    }

    /**
     * Takes over a stream that was just opened. On its event loop.
     *
     * @param node the connection that it is of
     * @param stream nothing was read from it
     * @param settings of this side's node
     * @return the link, which hands nothing over before it has a handler
     */
    static QuicLink of(NodeConnection node, QuicStream stream, Settings settings) {
        ChannelHandlerContext vertx = ((QuicStreamInternal) stream).channelHandlerContext();
        QuicStreamChannel channel = (QuicStreamChannel) vertx.channel();
        channel.config().setAutoRead(false);
        QuicLink link = new QuicLink(node, channel, settings);
        vertx.pipeline().addBefore(vertx.name(), "eventtarget", link);
        stream.shutdownHandler(timeout -> link.close(CloseReason.GOING_AWAY, "This side closes"));
        channel.updatePriority(FIRST);
        node.streams(link::opened);
        node.datagrams(link::received);
        node.ended().onSuccess(link::end);
        if (link.maxDatagram() > 0) {
            link.pulse.keep(channel.eventLoop());
        }
        return link;
    }

    /** Opens a stream, and a link over it; the connection is closed where that fails. */
    static Future<Link> open(NodeConnection node, Settings settings, Duration timeout) {
        return node.openStream()
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .<Link>map(stream -> of(node, stream, settings))
                .recover(error -> {
                    node.lose(CloseReason.TIMEOUT, "No stream could be opened");
                    return Future.failedFuture(new NotConnectedException(
                            node + " takes no streams: it may not be a hub (" + error.getMessage() + ")", error));
                });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        netty = ctx;
        writer = new MessageWriter(ctx.alloc());
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public String remoteAddress() {
        return node.remoteAddress();
    }

    @Override
    public void handler(Handler value) {
        handler = value;
        Ending how = over;
        if (how != null) {
            context.runOnContext(ignored -> value.closed(how.reason(), how.message()));
        } else {
            resume();
        }
    }

    // ---- receiving

    @Override
    public void pause() {
        if (!ending) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    /** Not within this call, in which whoever calls it may not be ready for what comes. */
    @Override
    public void resume() {
        paused = false;
        channel.eventLoop().execute(readOn);
    }

    private void readOn() {
        ByteBuf bytes;
        while (!paused && (bytes = waiting.poll()) != null) {
            receive(bytes);
        }
        if (!paused) {
            channel.config().setAutoRead(true);
        }
        answerEnd();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        reading = true;
        if (!(read instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(read);
        } else if (ending) {
            discard(bytes);
        } else if (paused || !waiting.isEmpty()) {
            waiting.add(bytes);
        } else {
            receive(bytes);
        }
    }

    private void discard(ByteBuf bytes) {
        discarded += bytes.readableBytes();
        bytes.release();
        if (discarded > MOST_DISCARDED) {
            closeConnection();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        flush();
    }

    private void receive(ByteBuf bytes) {
        ContextInternal previous = context.beginDispatch();
        try {
            Handler to = handler;
            if (to != null && !readMessages(to, bytes)) {
                to.alive();
            }
        } catch (MessageReader.FramingException e) {
            fail(e.reason(), e.text());
        } catch (RuntimeException e) {
            LOG.error("What {} has sent could not be handled", node, e);
            fail(CloseReason.INTERNAL, "Internal error");
        } finally {
            context.endDispatch(previous);
            if (paused && bytes.isReadable()) {
                waiting.addFirst(bytes);
            } else {
                bytes.release();
            }
        }
    }

    private boolean readMessages(Handler to, ByteBuf bytes) {
        boolean any = false;
        while (!paused && !ending && bytes.isReadable()) {
            byte[] message = reader.next(bytes);
            if (message != null) {
                any = true;
                hand(to, message);
            }
        }
        return any;
    }

    private void hand(Handler to, byte[] message) {
        boolean text = isText(message[0]);
        if (text && !Utf8.isValid(message)) {
            fail(CloseReason.MALFORMED, "A text message that is no UTF-8");
        } else {
            to.received(message, text);
        }
    }

    /** No CBOR map or array begins with one of these. */
    private static boolean isText(byte first) {
        return switch (first) {
            case '{', '[', ' ', '\t', '\n', '\r' -> true;
            default -> false;
        };
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            if (own != null) {
                // everything was read there
                closeConnection();
            } else {
                answerEnd();
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** The peer has ended the stream: so does this side, and the peer closes the connection. */
    private void answerEnd() {
        if (inputEnded && !ending && waiting.isEmpty() && !paused) {
            endOutput();
            expectEnd(unsent, System.nanoTime() + LONGEST_CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof QuicStreamResetException) {
            node.lose(CloseReason.PROTOCOL, "The peer has reset the stream");
        } else {
            LOG.debug("The stream of {} has met an error", node, cause);
        }
    }

    // ---- sending

    @Override
    public void send(ByteBuf message, boolean text) {
        if (ending) {
            message.release();
            return;
        }
        sending = true;
        try {
            writer.add(message);
            if (writer.isFull()) {
                write();
            } else {
                flushSoon();
            }
        } finally {
            sending = false;
        }
    }

    private void flushSoon() {
        if (!flushDue) {
            flushDue = true;
            if (!reading) {
                channel.eventLoop().execute(flush);
            }
        }
    }

    private void flush() {
        if (flushDue) {
            flushDue = false;
            write();
            if (datagramsDue) {
                datagramsDue = false;
                node.flushDatagrams();
            }
        }
    }

    private void write() {
        ByteBuf bytes;
        while ((bytes = writer.take()) != null) {
            int length = bytes.readableBytes();
            unsent += length;
            netty.write(bytes).addListener(written -> {
                boolean full = unsent >= MOST_UNSENT;
                unsent -= length;
                if (full && unsent < MOST_UNSENT) {
                    tellWritable();
                }
                if (!written.isSuccess() && node.isOpen()) {
                    node.lose(
                            CloseReason.GOING_AWAY,
                            "The peer takes nothing any more: "
                                    + written.cause().getMessage());
                }
            });
        }
    }

    @Override
    public boolean isWritable() {
        // of the channel alone it is not known how much waits
        return channel.isWritable() && unsent < MOST_UNSENT;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        tellWritable();
    }

    private void tellWritable() {
        // within send() the caller sees for itself
        if (!sending && !ending && isWritable()) {
            tell(Handler::writable);
        }
    }

    // ---- beside the messages

    private void opened(QuicStream stream) {
        if (stream.isBidirectional()) {
            fail(CloseReason.PROTOCOL, "The messages of a link are on one stream");
        } else {
            asides.opened(stream);
        }
    }

    /** What {@link AsideStreams} tells. */
    private final class Beside implements AsideStreams.User {
        @Override
        public void aside(long sub, long number, byte[] frame) {
            if (!ending) {
                tell(to -> to.aside(sub, number, frame));
            }
        }

        @Override
        public void alive() {
            if (!ending) {
                tell(Handler::alive);
            }
        }

        @Override
        public void fail(CloseReason reason, String message) {
            QuicLink.this.fail(reason, message);
        }
    }

    @Override
    public int largeFrom() {
        return settings.largeFrom() > 0 && node.takesAsides() ? settings.largeFrom() : Integer.MAX_VALUE;
    }

    @Override
    public void sendAside(long sub, long number, byte[] frame) {
        if (!ending) {
            asides.send(sub, number, frame);
        }
    }

    @Override
    public int maxDatagram() {
        return settings.datagrams() ? node.maxDatagram() : 0;
    }

    @Override
    public void sendDatagram(byte[] frame) {
        if (!ending) {
            node.sendDatagram(frame);
            datagramsDue = true;
            flushSoon();
        }
    }

    private void received(byte[] datagram) {
        if (!ending) {
            tell(to -> {
                if (Pulse.isSignOfLife(datagram)) {
                    to.alive();
                } else {
                    to.datagram(datagram);
                }
            });
        }
    }

    private void tell(Consumer<Handler> news) {
        Handler to = handler;
        if (to != null) {
            ContextInternal previous = context.beginDispatch();
            try {
                news.accept(to);
            } finally {
                context.endDispatch(previous);
            }
        }
    }

    @Override
    public void ping() {
        if (maxDatagram() > 0) {
            pulse.ask();
        }
        if (!ending) {
            pulse.look(() -> {
                if (over == null) {
                    tell(Handler::alive);
                }
            });
        }
    }

    // ---- closing

    @Override
    public Future<Void> close(CloseReason reason, String message) {
        if (own == null && node.isOpen()) {
            own = new Ending(reason, message);
            if (!ending) {
                endOutput();
                discardInput();
                expectEnd(unsent, System.nanoTime() + LONGEST_CLOSE);
            }
        }
        return closed.future();
    }

    /** Closes it for what the peer has done. */
    private void fail(CloseReason reason, String message) {
        if (!ending) {
            JsonObject detail =
                    new JsonObject().put("reason", reason.wireName()).put("message", message);
            JsonObject error = new JsonObject().put("type", "$error").put("detail", detail);
            send(Unpooled.copiedBuffer(error.encode(), StandardCharsets.UTF_8), true);
            close(reason, message);
        }
    }

    private void endOutput() {
        ending = true;
        asides.end();
        flushDue = false;
        write();
        // behind what waits; QuicStreamChannel.shutdownOutput() would overtake it
        netty.write(QuicStreamFrame.EMPTY_FIN);
    }

    /** The peer's end may be behind much that nobody wants any more. */
    private void discardInput() {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        paused = false;
        channel.config().setAutoRead(true);
    }

    /** Closes the connection if the peer neither does nor goes on to take what was sent. */
    private void expectEnd(long before, long deadline) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (unsent < before && System.nanoTime() - deadline < 0) {
                                expectEnd(unsent, deadline);
                            } else {
                                closeConnection();
                            }
                        },
                        CLOSE_TIMEOUT,
                        TimeUnit.NANOSECONDS);
    }

    private void closeConnection() {
        Ending how = own;
        if (how != null && how.reason() != null) {
            node.close(how.reason(), how.message());
        } else {
            node.lose(
                    CloseReason.BYE,
                    reader.isWithinMessage()
                            ? "The peer has ended the stream within a message"
                            : "The peer has ended the stream");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!ending && node.isOpen()) {
            node.lose(CloseReason.PROTOCOL, "The stream was closed");
        }
        ctx.fireChannelInactive();
    }

    private void end(Ending ended) {
        if (over == null) {
            Ending how = own == null ? ended : own;
            over = how;
            ending = true;
            waiting.forEach(ReferenceCountUtil::release);
            waiting.clear();
            writer.release();
            tell(to -> to.closed(how.reason(), how.message()));
            closed.tryComplete();
        }
    }
}
