package dev.eventtarget.quic;

import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.quic.QuicStreamInternal;
import io.vertx.core.net.QuicStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events' frames that go beside a link's messages, each on a unidirectional stream of its own: what it is for, and then the
 * frame behind its length. On the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails comes back as the end of the stream
final class AsideStreams {
    /** So many may come at once. */
    static final int AT_ONCE = 8;

    /** A write: several streams share what the network takes, and each can wait for its part. */
    private static final int PIECE = 64 << 10;

    /** An error code that nobody reads. */
    private static final int GIVEN_UP = 0;

    private static final int HEADER = 2 * Long.BYTES + Integer.BYTES;

    private final NodeConnection node;
    private final int maxMessage;
    private final User user;
    private final Set<Outgoing> outgoing = new HashSet<>();
    private boolean ended;

    /** Whose messages they go beside. */
    interface User {
        /** A frame has come. */
        void aside(long sub, long number, byte[] frame);

        /** A part of one has come. */
        void alive();

        /** What comes is not as it must be. */
        void fail(CloseReason reason, String message);
    }

    AsideStreams(NodeConnection node, int maxMessage, User user) {
        this.node = node;
        this.maxMessage = maxMessage;
        this.user = user;
    }

    /** Sends a frame, when the peer takes one more stream. */
    void send(long sub, long number, byte[] frame) {
        node.openAside().onSuccess(stream -> {
            ChannelHandlerContext vertx = ((QuicStreamInternal) stream).channelHandlerContext();
            if (ended) {
                vertx.close();
            } else {
                vertx.pipeline().addBefore(vertx.name(), "eventtarget", new Outgoing(sub, number, frame));
            }
        });
    }

    /**
     * Sends no more: what is under way is given up, as it would take up the congestion window, and the closing of the
     * connection could not leave before it.
     */
    void end() {
        ended = true;
        List.copyOf(outgoing).forEach(Outgoing::giveUp);
    }

    /** The peer has opened one. */
    void opened(QuicStream stream) {
        ChannelHandlerContext vertx = ((QuicStreamInternal) stream).channelHandlerContext();
        vertx.pipeline().addBefore(vertx.name(), "eventtarget", new Incoming());
    }

    /** Writes as the stream takes it. */
    private final class Outgoing extends ChannelInboundHandlerAdapter {
        private final long sub;
        private final long number;
        private final byte[] frame;
        private int written;

        @SuppressWarnings("NullAway.Init")
        private QuicStreamChannel channel;

        Outgoing(long sub, long number, byte[] frame) {
            this.sub = sub;
            this.number = number;
            this.frame = frame;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            channel = (QuicStreamChannel) ctx.channel();
            outgoing.add(this);
            ByteBuf first = ctx.alloc()
                    .directBuffer(HEADER + Math.min(PIECE, frame.length))
                    .writeLong(sub)
                    .writeLong(number)
                    .writeInt(frame.length);
            write(ctx, first);
            writeMore(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            writeMore(ctx);
        }

        private void writeMore(ChannelHandlerContext ctx) {
            while (written < frame.length && ctx.channel().isWritable()) {
                write(ctx, ctx.alloc().directBuffer(Math.min(PIECE, frame.length - written)));
            }
        }

        private void write(ChannelHandlerContext ctx, ByteBuf to) {
            int length = Math.min(PIECE, frame.length - written);
            to.writeBytes(frame, written, length);
            written += length;
            ctx.write(new DefaultQuicStreamFrame(to, written == frame.length)).addListener(done -> {
                if (!done.isSuccess()) {
                    // the peer wants it no more, or the connection is gone
                    ctx.close();
                }
            });
        }

        void giveUp() {
            channel.shutdownOutput(GIVEN_UP);
            channel.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            outgoing.remove(this);
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Reads on, whether the link is paused or not: who has asked for it has room for it. */
    private final class Incoming extends ChannelInboundHandlerAdapter {
        private final MessageReader reader = new MessageReader(maxMessage);
        private int headerBytes;
        private long sub;
        private long number;
        private byte @Nullable [] frame;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            try {
                if (read instanceof ByteBuf bytes) {
                    read(bytes);
                }
            } catch (MessageReader.FramingException e) {
                user.fail(e.reason(), e.text());
            } finally {
                ReferenceCountUtil.release(read);
            }
        }

        private void read(ByteBuf bytes) {
            while (bytes.isReadable() && headerBytes < 2 * Long.BYTES) {
                byte next = bytes.readByte();
                if (headerBytes < Long.BYTES) {
                    sub = sub << Byte.SIZE | next & 0xFF;
                } else {
                    number = number << Byte.SIZE | next & 0xFF;
                }
                headerBytes++;
            }
            if (frame == null && bytes.isReadable()) {
                frame = reader.next(bytes);
            }
            if (bytes.isReadable()) {
                user.fail(CloseReason.PROTOCOL, "A stream beside the messages has one event");
            } else {
                user.alive();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                if (frame == null) {
                    user.fail(CloseReason.PROTOCOL, "A stream beside the messages has ended within its event");
                } else {
                    user.aside(sub, number, frame);
                }
                ctx.close();
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        /** The peer has given it up. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
