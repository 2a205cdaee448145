package dev.eventtarget.quic;

import dev.eventtarget.link.spi.CloseReason;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether the peer of a connection lives: its packets are signs of life, acknowledgements and pings among them. Pings of
 * QUIC's own can't be sent from here: a datagram is in place of one, where the peer takes any. On the connection's event
 * loop.
 */
final class Pulse {
    /** So often in its idle timeout a peer is asked for a sign of life. */
    private static final int BEATS = 3;

    /** A datagram that is too short for a frame; Netty sends none that are empty. */
    private static final byte[] SIGN_OF_LIFE = {0};

    private final NodeConnection node;
    private final Duration idleTimeout;
    private final BooleanSupplier sends;
    private long packetsHeard;
    private long packetsAtBeat;
    private int silentBeats;

    /**
     * Makes one.
     *
     * @param idleTimeout after how long a silence the connection is lost
     * @param sends whether this side still sends anything
     */
    Pulse(NodeConnection node, Duration idleTimeout, BooleanSupplier sends) {
        this.node = node;
        this.idleTimeout = idleTimeout;
        this.sends = sends;
    }

    static boolean isSignOfLife(byte[] datagram) {
        return datagram.length <= SIGN_OF_LIFE.length;
    }

    /** Asks again and again for a sign of life, for as long as there is a connection. */
    void keep(EventLoop loop) {
        long period = Math.max(1, idleTimeout.toMillis() / BEATS);
        ScheduledFuture<?> beat = loop.scheduleWithFixedDelay(this::beat, period, period, TimeUnit.MILLISECONDS);
        node.ended().onComplete(ended -> beat.cancel(false));
    }

    private void beat() {
        ask();
        node.packetsReceived().onSuccess(packets -> {
            silentBeats = packets > packetsAtBeat ? 0 : silentBeats + 1;
            packetsAtBeat = packets;
            if (silentBeats == BEATS) {
                node.lose(CloseReason.TIMEOUT, "Nothing has come from the peer for " + idleTimeout);
            }
        });
    }

    /** Asks for a sign of life: the acknowledgement of a datagram. */
    void ask() {
        if (sends.getAsBoolean()) {
            node.sendDatagram(SIGN_OF_LIFE);
            node.flushDatagrams();
        }
    }

    /** Tells whether something has come since it told so before. */
    void look(Runnable alive) {
        node.packetsReceived().onSuccess(packets -> {
            if (packets > packetsHeard) {
                packetsHeard = packets;
                alive.run();
            }
        });
    }
}
