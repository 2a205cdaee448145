package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.link.spi.CloseReason;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicTimeoutClosedChannelException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why there is no connection, and what to do. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger("dev.eventtarget");

    /** TLS alert (RFC 7301, section 3.2). */
    private static final int NO_APPLICATION_PROTOCOL = 120;

    private Failures() {}

    /**
     * Explains a connection that did not come about.
     *
     * @param error what happened
     * @param refusal why this side did not accept the other's certificate, if so
     * @param to whom the connection was to lead to
     * @param alpn the protocol that was to be spoken
     */
    static EventTargetException explain(
            Throwable error, @Nullable CertificateException refusal, NodeAddress to, String alpn) {
        if (error instanceof EventTargetException known) {
            return known;
        }
        if (refusal != null) {
            return new ConfigurationException(
                    "At " + to.place() + " is not the node " + to.node() + ": " + refusal.getMessage(), refusal);
        }
        if (error instanceof ConnectTimeoutException || error instanceof QuicTimeoutClosedChannelException) {
            return new NotConnectedException(
                    "Nothing answers at " + to
                            + ": it may not run, or a firewall may not let UDP through; then use wss:",
                    error);
        }
        if (error instanceof UnknownHostException) {
            return new NotConnectedException("The host of " + to + " is not known: " + error.getMessage(), error);
        }
        if (error instanceof QuicClosedChannelException closed && closed.event() != null) {
            return explain(closed.event(), error, to, alpn);
        }
        return new NotConnectedException("No connection to " + to + ": " + error.getMessage(), error);
    }

    private static EventTargetException explain(
            QuicConnectionCloseEvent close, Throwable error, NodeAddress to, String alpn) {
        if (close.isTlsError() && QuicConnectionCloseEvent.extractTlsError(close.error()) == NO_APPLICATION_PROTOCOL) {
            return new ConfigurationException(
                    "What listens at " + to.place() + " does not speak " + alpn
                            + ": check the port, or set the option alpn as it is set there",
                    error);
        }
        Ending ending = Ending.of(close);
        if (ending.reason() == CloseReason.UNAUTHORIZED) {
            return new UnauthorizedException(to + " refuses this node: " + ending.message(), error);
        }
        return new NotConnectedException("No connection to " + to + ": " + ending.message(), error);
    }

    /** Somebody was not let in. */
    static void logRefusal(Throwable refusal) {
        LOG.debug("A connection was refused: {}", refusal.getMessage());
    }
}
