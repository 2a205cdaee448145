package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.net.SocketAddress;

/**
 * A node, and where it is: {@code quic://NODEID@host:port}.
 *
 * @param node who
 * @param host where, as in a URI
 * @param port where
 */
record NodeAddress(NodeId node, String host, int port) {
    static final int USUAL_PORT = 4433;

    /**
     * Reads an address.
     *
     * @param config {@code user}, {@code host} and {@code port}
     * @param where how the NodeId can be found out
     */
    static NodeAddress of(EventTargetConfig config, String where) {
        return new NodeAddress(
                node(config, where), config.string("host", "localhost"), config.integer("port", USUAL_PORT, 1, 65_535));
    }

    /** The node that stands before the {@code @}. */
    static NodeId node(EventTargetConfig config, String where) {
        String text = config.string("user");
        if (text == null) {
            throw new ConfigurationException("A quic: URI names the node at the other end, as in quic://NODEID@host:"
                    + USUAL_PORT + ": " + where);
        }
        try {
            return NodeId.of(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage() + ": " + where, e);
        }
    }

    SocketAddress socketAddress() {
        return socketAddress(host, port);
    }

    /** With the host as in a URI, where an IPv6 address has brackets. */
    static SocketAddress socketAddress(String host, int port) {
        return SocketAddress.inetSocketAddress(
                port, host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
    }

    String place() {
        return host + ":" + port;
    }

    @Override
    public String toString() {
        return "quic://" + node + "@" + place();
    }
}
