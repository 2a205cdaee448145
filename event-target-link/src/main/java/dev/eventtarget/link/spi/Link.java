package dev.eventtarget.link.spi;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * A two-way pipe of messages to a peer, as a transport supplies it. All methods are called on the event loop of its {@linkplain
 * #context context}, and it calls its handler there.
 */
public interface Link {
    /** What a link tells whoever uses it. */
    interface Handler {
        /**
         * A whole message has come.
         *
         * @param message its bytes, at most as many as the transport was told to take; the handler keeps them
         * @param text whether it is JSON text; else it is binary
         */
        void received(byte[] message, boolean text);

        /** What was sent has left as far as that {@link #isWritable} is true again. */
        void writable();

        /**
         * An event's frame has come beside the messages, before or after those that were sent before it.
         *
         * @param sub the subscription that it is for; 0 if it is a publication
         * @param number its number there
         * @param frame its bytes, at most as many as the transport was told to take; the handler keeps them
         */
        default void aside(long sub, long number, byte[] frame) {}

        /**
         * A datagram has come.
         *
         * @param frame its bytes; the handler keeps them
         */
        default void datagram(byte[] frame) {}

        /** Something has come that is no message but shows that the peer is alive. */
        void alive();

        /**
         * The link is gone, for whatever reason. Called once, and nothing after it.
         *
         * @param reason as the peer gave it, or null where the link was lost
         * @param message what the peer said, or what happened
         */
        void closed(@Nullable CloseReason reason, String message);
    }

    /** {@return the event loop that it is on} */
    Context context();

    /** {@return where the peer is, {@code host:port}} */
    String remoteAddress();

    /**
     * Begins to hand over what comes, and to call back.
     *
     * @param handler gets it; called once
     */
    void handler(Handler handler);

    /**
     * Sends a message.
     *
     * @param message released by the link
     * @param text whether it is JSON text
     */
    void send(ByteBuf message, boolean text);

    /** {@return whether more may be sent without piling up} */
    boolean isWritable();

    /**
     * {@return from how many bytes on an event is large: then it is sent {@linkplain #sendAside beside} the messages, so that
     * those need not wait for it; by default none is}
     */
    default int largeFrom() {
        return Integer.MAX_VALUE;
    }

    /**
     * Sends an event's frame beside the messages. Lost with the link, if that is lost before it has arrived.
     *
     * @param sub the subscription that it is for; 0 if it is a publication
     * @param number its number there
     * @param frame its bytes
     */
    default void sendAside(long sub, long number, byte[] frame) {
        throw new UnsupportedOperationException("This link has no way beside the messages");
    }

    /** {@return the most bytes that a datagram may have now; 0 by default, as there are none} */
    default int maxDatagram() {
        return 0;
    }

    /**
     * Sends a datagram, which may arrive or not, and before or after everything else.
     *
     * @param frame its bytes, {@link #maxDatagram} at most
     */
    default void sendDatagram(byte[] frame) {
        throw new UnsupportedOperationException("This link has no datagrams");
    }

    /** Asks the peer's transport for a sign of life, if there is such a thing. */
    void ping();

    /** Reads no more until {@link #resume}. */
    void pause();

    /** Reads again. */
    void resume();

    /**
     * Closes in good order, after what was sent.
     *
     * @param reason tells the peer why
     * @param message says it in words; cut where the transport takes less
     * @return completes when it is closed
     */
    Future<Void> close(CloseReason reason, String message);
}
