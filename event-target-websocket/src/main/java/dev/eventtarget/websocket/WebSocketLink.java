package dev.eventtarget.websocket;

import dev.eventtarget.link.spi.CloseReason;
import dev.eventtarget.link.spi.Link;
import dev.eventtarget.link.spi.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over a WebSocket of Vert.x, of either side. Vert.x does the handshake; from then on this handler stands in the
 * channel's pipeline before Vert.x' own. There messages come as bytes and go as bytes, one flush serves all that is sent in
 * one turn of the event loop, and {@link #pause} stops the reading from the socket itself.
 *
 * <p>All methods run on the channel's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails comes back as an exception or the end of the channel
final class WebSocketLink extends ChannelDuplexHandler implements Link {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");

    /** Beyond, a message goes in several frames: some peers take no longer ones. */
    private static final int FRAME = 65_536;

    private static final int MOST_CLOSE_TEXT = 123;
    private static final long CLOSE_TIMEOUT = TimeUnit.SECONDS.toNanos(3);
    private static final long LONGEST_CLOSE = TimeUnit.SECONDS.toNanos(30);

    private final ContextInternal context;
    private final Channel channel;
    private final String remoteAddress;
    private final boolean server;
    private final int maxMessage;
    private final Consumer<@Nullable CloseReason> ended;
    private final Promise<Void> closed;
    private final Runnable flush = this::flush;

    /** What was read before it may be handed over: at most what one read from the socket gave. */
    private final Deque<WebSocketFrame> waiting = new ArrayDeque<>();

    /** Set when the link is put into the pipeline, before anything else. */
    @SuppressWarnings("NullAway.Init")
    private ChannelHandlerContext netty;

    /** Where frames are neither masked nor compressed. */
    private @Nullable SmallFrames small;

    private @Nullable Handler handler;
    private @Nullable ByteBuf fragments;
    private boolean fragmentsAreText;
    private boolean paused = true;
    private boolean reading;
    private boolean handingOver;
    private boolean sending;
    private boolean flushDue;
    private boolean closeSent;
    private boolean gone;
    private @Nullable CloseReason reason;
    private String message = "The connection was lost";

    private WebSocketLink(
            ContextInternal context,
            Channel channel,
            SocketAddress remote,
            boolean server,
            int maxMessage,
            Consumer<@Nullable CloseReason> ended) {
        this.context = context;
        this.channel = channel;
        this.remoteAddress = remote.hostAddress() + ":" + remote.port();
        this.server = server;
        this.maxMessage = maxMessage;
        this.ended = ended;
        this.closed = context.promise();
    }

    /**
     * Takes over a WebSocket that was just opened. On its event loop.
     *
     * @param socket nothing was read from it
     * @param context what the link's callbacks run on
     * @param server whether the other side has opened it
     * @param maxMessage the most bytes of a message
     * @param ended is told why the link is closed, just before its handler; null where it was lost
     * @return the link, which hands nothing over before it has a handler
     */
    static WebSocketLink of(
            WebSocket socket, Context context, boolean server, int maxMessage, Consumer<@Nullable CloseReason> ended) {
        ChannelHandlerContext vertx = ((WebSocketInternal) socket).channelHandlerContext();
        Channel channel = vertx.channel();
        ChannelPipeline pipeline = vertx.pipeline();
        channel.config().setAutoRead(false);
        WebSocketLink link = new WebSocketLink(
                ((ContextInternal) context).unwrap(), channel, socket.remoteAddress(), server, maxMessage, ended);
        boolean compressed = pipeline.get(WebSocketExtensionDecoder.class) != null;
        if (compressed) {
            pipeline.replace(WebSocketExtensionDecoder.class, "inflater", inflater(maxMessage));
        }
        // whoever configured the server or client does not know how long a message this link may take
        pipeline.replace(
                WebSocketFrameDecoder.class,
                "wsdecoder",
                new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(server)
                        .allowExtensions(compressed)
                        .maxFramePayloadLength(maxMessage)
                        .closeOnProtocolViolation(false)
                        .build()));
        pipeline.addBefore(vertx.name(), "eventtarget", link);
        if (server && !compressed) {
            link.small = new SmallFrames(link.netty);
        }
        if (pipeline.get(WebSocketServerExtensionHandler.class) != null) {
            // the peer sends without having read the answer: the inflater that comes with it would have no bound
            link.netty.close();
        }
        return link;
    }

    /** As Vert.x puts it in place, but with a bound. */
    private static WebSocketExtensionDecoder inflater(int maxMessage) {
        return new PerMessageDeflateServerExtensionHandshaker(maxMessage)
                .handshakeExtension(new WebSocketExtensionData("permessage-deflate", Map.of()))
                .newExtensionDecoder();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        netty = ctx;
        if (!channel.isActive()) {
            end();
        }
    }

    @Override
    public Context context() {
        return context;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void handler(Handler value) {
        handler = value;
        if (gone) {
            context.runOnContext(ignored -> value.closed(reason, message));
        } else {
            resume();
        }
    }

    // ---- receiving

    @Override
    public void pause() {
        if (!closeSent) {
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void resume() {
        paused = false;
        if (!handingOver) {
            handOver();
        }
        if (!paused) {
            channel.config().setAutoRead(true);
        }
    }

    private void handOver() {
        handingOver = true;
        try {
            WebSocketFrame frame;
            while (!paused && (frame = waiting.poll()) != null) {
                receive(frame);
            }
        } finally {
            handingOver = false;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        reading = true;
        if (!(read instanceof WebSocketFrame frame) || gone) {
            ReferenceCountUtil.release(read);
        } else if (paused || handingOver) {
            waiting.add(frame);
        } else {
            receive(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        flush();
    }

    private void receive(WebSocketFrame frame) {
        ContextInternal previous = context.beginDispatch();
        try {
            if (frame instanceof CloseWebSocketFrame close) {
                receiveClose(close);
            } else if (handler != null && !closeSent) {
                receive(handler, frame);
            }
        } catch (RuntimeException e) {
            LOG.error("What {} has sent could not be handled", remoteAddress, e);
            fail(CloseReason.INTERNAL, "Internal error");
        } finally {
            frame.release();
            context.endDispatch(previous);
        }
    }

    private void receive(Handler to, WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            if (channel.isWritable()) {
                write(new PongWebSocketFrame(frame.content().retain()));
                flushSoon();
            }
            to.alive();
        } else if (frame instanceof PongWebSocketFrame) {
            to.alive();
        } else if (frame instanceof ContinuationWebSocketFrame) {
            receiveFragment(to, frame);
        } else {
            boolean text = frame instanceof TextWebSocketFrame;
            if (frame.isFinalFragment()) {
                hand(to, ByteBufUtil.getBytes(frame.content()), text);
            } else {
                fragmentsAreText = text;
                fragments = netty.alloc().buffer(frame.content().readableBytes());
                receiveFragment(to, frame);
            }
        }
    }

    private void receiveFragment(Handler to, WebSocketFrame frame) {
        ByteBuf whole = fragments;
        if (whole == null) {
            fail(CloseReason.PROTOCOL, "A continuation frame that continues nothing");
        } else if (whole.readableBytes() + frame.content().readableBytes() > maxMessage) {
            fail(CloseReason.TOO_LARGE, tooLarge());
        } else {
            whole.writeBytes(frame.content());
            if (frame.isFinalFragment()) {
                byte[] bytes = ByteBufUtil.getBytes(whole);
                dropFragments();
                hand(to, bytes, fragmentsAreText);
            } else {
                to.alive();
            }
        }
    }

    private void hand(Handler to, byte[] bytes, boolean text) {
        if (text && !Utf8.isValid(bytes)) {
            fail(CloseReason.MALFORMED, "A text message that is no UTF-8");
        } else {
            to.received(bytes, text);
        }
    }

    private String tooLarge() {
        return "A message may have at most " + maxMessage + " bytes";
    }

    private void dropFragments() {
        if (fragments != null) {
            fragments.release();
            fragments = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof TooLongFrameException || cause instanceof DecompressionException) {
            fail(CloseReason.TOO_LARGE, tooLarge());
        } else if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            WebSocketCloseStatus status = corrupted.closeStatus();
            if (status.equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)) {
                fail(CloseReason.TOO_LARGE, tooLarge());
            } else {
                fail(
                        CloseReason.ofCode(status.code()).orElse(CloseReason.PROTOCOL),
                        Objects.requireNonNullElse(cause.getMessage(), status.reasonText()));
            }
        } else if (cause instanceof DecoderException && !(cause.getCause() instanceof IOException)) {
            fail(CloseReason.PROTOCOL, "A frame that can't be decoded");
        } else {
            if (reason == null) {
                message = "The connection was lost: " + cause.getMessage();
            }
            ctx.close();
        }
    }

    // ---- sending

    @Override
    public void send(ByteBuf bytes, boolean text) {
        if (closeSent || gone) {
            bytes.release();
            return;
        }
        sending = true;
        try {
            SmallFrames frames = small;
            if (frames != null && bytes.readableBytes() <= SmallFrames.MOST) {
                frames.add(bytes, text);
            } else if (bytes.readableBytes() <= FRAME) {
                write(text ? new TextWebSocketFrame(bytes) : new BinaryWebSocketFrame(bytes));
            } else {
                ByteBuf first = bytes.readRetainedSlice(FRAME);
                write(text ? new TextWebSocketFrame(false, 0, first) : new BinaryWebSocketFrame(false, 0, first));
                while (bytes.readableBytes() > FRAME) {
                    write(new ContinuationWebSocketFrame(false, 0, bytes.readRetainedSlice(FRAME)));
                }
                write(new ContinuationWebSocketFrame(true, 0, bytes));
            }
            flushSoon();
        } finally {
            sending = false;
        }
    }

    private void write(WebSocketFrame frame) {
        writeSmall();
        netty.write(frame, netty.voidPromise());
    }

    private void writeSmall() {
        SmallFrames frames = small;
        if (frames != null) {
            frames.write();
        }
    }

    private void flushSoon() {
        if (!channel.isWritable()) {
            flushDue = false;
            writeSmall();
            netty.flush();
        } else if (!flushDue) {
            flushDue = true;
            if (!reading) {
                channel.eventLoop().execute(flush);
            }
        }
    }

    private void flush() {
        if (flushDue) {
            flushDue = false;
            writeSmall();
            netty.flush();
        }
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // within send() the caller sees for itself
        if (!sending && !closeSent && handler != null && channel.isWritable()) {
            tell(Handler::writable);
        }
        ctx.fireChannelWritabilityChanged();
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
        if (!closeSent && !gone) {
            write(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
            flushSoon();
        }
    }

    // ---- closing

    @Override
    public Future<Void> close(CloseReason why, String text) {
        if (!closeSent && !gone) {
            reason = why;
            message = text;
            sendClose(why.code(), text.isEmpty() ? why.wireName() : why.wireName() + ": " + text);
        }
        return closed.future();
    }

    /** Closes it for what the peer has done. */
    private void fail(CloseReason why, String text) {
        if (!closeSent && !gone) {
            JsonObject detail = new JsonObject().put("reason", why.wireName()).put("message", text);
            JsonObject error = new JsonObject().put("type", "$error").put("detail", detail);
            send(Unpooled.copiedBuffer(error.encode(), StandardCharsets.UTF_8), true);
            close(why, text);
        }
    }

    private void sendClose(int code, String text) {
        closeSent = true;
        writeSmall();
        netty.writeAndFlush(new CloseWebSocketFrame(code, cut(text)));
        // the peer's answer may be behind much that nobody wants any more
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        dropFragments();
        paused = false;
        channel.config().setAutoRead(true);
        expectEnd(channel.bytesBeforeWritable(), System.nanoTime() + LONGEST_CLOSE);
    }

    private static String cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int end = bytes.length;
        if (end > MOST_CLOSE_TEXT) {
            end = MOST_CLOSE_TEXT;
            while ((bytes[end] & 0xC0) == 0x80) {
                end--;
            }
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** Ends the connection if the peer neither answers nor goes on to take what was sent. */
    private void expectEnd(long unsent, long deadline) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            long left = channel.bytesBeforeWritable();
                            if (left < unsent && System.nanoTime() - deadline < 0) {
                                expectEnd(left, deadline);
                            } else {
                                netty.close();
                            }
                        },
                        CLOSE_TIMEOUT,
                        TimeUnit.NANOSECONDS);
    }

    private void receiveClose(CloseWebSocketFrame frame) {
        int code = frame.statusCode();
        if (!closeSent) {
            String text = frame.reasonText();
            int colon = text.indexOf(':');
            Optional<CloseReason> named = CloseReason.ofWireName(colon < 0 ? text : text.substring(0, colon));
            reason = named.or(() -> code < 0 ? Optional.of(CloseReason.BYE) : CloseReason.ofCode(code))
                    .orElse(null);
            String rest = named.isEmpty()
                    ? text
                    : colon < 0 ? "" : text.substring(colon + 1).strip();
            message = reason == null ? "Closed with code " + code + (rest.isEmpty() ? "" : ": " + rest) : rest;
            sendClose(code < 0 ? CloseReason.BYE.code() : code, text);
        }
        if (server) {
            // behind the close frame; a client leaves this to the server, as RFC 6455 (7.1.1) asks
            netty.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> netty.close());
        }
    }

    /** Vert.x closes it, with the server, the client or the verticle that it belongs to. */
    @Override
    public void write(ChannelHandlerContext ctx, Object written, ChannelPromise promise) {
        if (written instanceof CloseWebSocketFrame close) {
            close.release();
            close(CloseReason.GOING_AWAY, server ? "The server closes" : "The client closes");
            promise.trySuccess();
        } else {
            ctx.write(written, promise);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    private void end() {
        if (!gone) {
            gone = true;
            waiting.forEach(ReferenceCountUtil::release);
            waiting.clear();
            dropFragments();
            if (small != null) {
                small.release();
            }
            ended.accept(reason);
            tell(to -> to.closed(reason, message));
            closed.complete();
        }
    }
}
