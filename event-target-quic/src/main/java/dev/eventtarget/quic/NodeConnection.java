package dev.eventtarget.quic;

import dev.eventtarget.link.spi.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicPathEvent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.quic.QuicConnectionInternal;
import io.vertx.core.net.QuicConnection;
import io.vertx.core.net.QuicStream;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QUIC connection to another node: who that is, its streams, and how it ends. On the connection's event loop, but for what
 * says otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails comes back as the end of the connection
final class NodeConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");

    private static final long PATH_MILLIS = 300;

    private final QuicConnectionInternal connection;
    private final QuicChannel channel;
    private final NodeId peer;
    private final Promise<Ending> ended;
    private Consumer<byte[]> datagrams = nobody -> {};
    private String remoteAddress = "";

    /** Set when this is put into the pipeline, before anything else. */
    @SuppressWarnings("NullAway.Init")
    private ChannelHandlerContext netty;

    private @Nullable Ending ending;

    private NodeConnection(QuicConnectionInternal connection, NodeId peer) {
        this.connection = connection;
        this.channel = (QuicChannel) connection.channelHandlerContext().channel();
        this.peer = peer;
        this.ended = connection.context().promise();
    }

    /**
     * Takes over a connection that stands.
     *
     * @param established of Vert.x; closed where this fails
     * @return the connection; fails with {@link CertificateException} if the peer has not proved who it is
     */
    static Future<NodeConnection> of(QuicConnection established) {
        QuicConnectionInternal connection = (QuicConnectionInternal) established;
        NodeId peer;
        try {
            peer = NodeTrust.nodeId((X509Certificate) connection.sslSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException | CertificateException | RuntimeException e) {
            connection.close();
            return Future.failedFuture(new CertificateException("The peer has not proved who it is", e));
        }
        NodeConnection node = new NodeConnection(connection, peer);
        ChannelHandlerContext vertx = connection.channelHandlerContext();
        vertx.pipeline().addBefore(vertx.name(), "eventtarget", node);
        return Future.succeededFuture(node);
    }

    /** {@return who is at the other end, as its certificate has proved} */
    NodeId peer() {
        return peer;
    }

    /** {@return where the peer is now, {@code host:port}} */
    String remoteAddress() {
        if (channel.remoteSocketAddress() instanceof InetSocketAddress address) {
            String host = address.getAddress().getHostAddress();
            remoteAddress = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
        }
        return remoteAddress;
    }

    ContextInternal context() {
        return connection.context();
    }

    boolean isOpen() {
        return ending == null && channel.isActive();
    }

    /** {@return completes when it is over} */
    Future<Ending> ended() {
        return ended.future();
    }

    /** Has streams that the peer opens handled. */
    void streams(Consumer<QuicStream> handler) {
        connection.streamHandler(handler::accept);
    }

    /** {@return how many packets have come from the peer: acknowledgements and pings of QUIC itself are among them} */
    Future<Long> packetsReceived() {
        Promise<Long> packets = connection.context().promise();
        channel.collectStats().addListener((io.netty.util.concurrent.Future<QuicConnectionStats> collected) -> {
            if (collected.isSuccess()) {
                packets.complete(collected.getNow().recv());
            } else {
                packets.fail(collected.cause());
            }
        });
        return packets.future();
    }

    /** Opens a bidirectional stream. */
    Future<QuicStream> openStream() {
        return connection.openStream(connection.context(), true);
    }

    /** Opens a unidirectional stream, when the peer takes one more. */
    Future<QuicStream> openAside() {
        return connection.openStream(connection.context(), false);
    }

    /** {@return whether the peer takes unidirectional streams} */
    boolean takesAsides() {
        return connection.transportParams() != null
                && connection.transportParams().initialMaxStreamsUni() > 0;
    }

    /** {@return the most bytes of a datagram; 0 where the peer takes none} */
    int maxDatagram() {
        return Math.max(0, connection.maxDatagramLength());
    }

    /** Has datagrams handled. */
    void datagrams(Consumer<byte[]> handler) {
        datagrams = handler;
    }

    /** Sends a datagram, with the next {@link #flushDatagrams}. */
    void sendDatagram(byte[] bytes) {
        ByteBuf datagram = netty.alloc().directBuffer(bytes.length).writeBytes(bytes);
        netty.write(datagram, netty.voidPromise());
    }

    void flushDatagrams() {
        netty.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (read instanceof ByteBuf datagram) {
            try {
                datagrams.accept(ByteBufUtil.getBytes(datagram));
            } finally {
                datagram.release();
            }
        } else {
            ctx.fireChannelRead(read);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        netty = ctx;
    }

    /**
     * Closes it at once, whatever was sent before.
     *
     * @return completes when it is closed
     */
    Future<Void> close(CloseReason reason, String message) {
        return close(new Ending(reason, message), reason);
    }

    /** Closes it at once. This side calls it lost, and tells the peer a reason. */
    Future<Void> lose(CloseReason told, String message) {
        return close(Ending.lost(message), told);
    }

    private Future<Void> close(Ending how, CloseReason told) {
        if (ending == null) {
            ending = how;
            byte[] phrase = Ending.phrase(told, how.message());
            // not within the reading of a packet: what else it brings would meet a connection that is gone
            channel.eventLoop().execute(() -> close(told.code(), phrase));
        }
        return ended.future().mapEmpty();
    }

    void close(int code, byte[] phrase) {
        channel.close(true, code, Unpooled.wrappedBuffer(phrase)).addListener(closed -> end());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof QuicConnectionCloseEvent close) {
            if (ending == null) {
                ending = Ending.of(close);
            }
            // behind what else has come with it
            channel.eventLoop().execute(this::end);
        } else if (event instanceof QuicPathEvent.PeerMigrated) {
            moved();
        } else if (event instanceof QuicPathEvent.ReusedSourceConnectionId) {
            // the new path may not be known yet, and may never be: quiche keeps two of a connection
            channel.eventLoop().schedule(this::moved, PATH_MILLIS, TimeUnit.MILLISECONDS);
        }
        ctx.fireUserEventTriggered(event);
    }

    /** What was on its way to the old address is not sent again: a new connection goes on behind it. */
    private void moved() {
        lose(CloseReason.GOING_AWAY, "The peer has come to another address");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("The connection to {} has met an error", peer, cause);
        if (ending == null && !channel.isActive()) {
            ending = Ending.lost("The connection was lost: " + cause.getMessage());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ending == null) {
            ending = Ending.lost(
                    channel.isTimedOut()
                            ? "The connection was lost: nothing has come from the peer for too long"
                            : "The connection was lost");
        }
        end();
        ctx.fireChannelInactive();
    }

    private void end() {
        if (ending != null) {
            ended.tryComplete(ending);
        }
    }

    @Override
    public String toString() {
        return peer + " at " + remoteAddress();
    }
}
