package dev.eventtarget.quic;

import dev.eventtarget.link.spi.CloseReason;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a connection has ended.
 *
 * @param reason as the side that has closed it gave it; null where it was lost
 * @param message in words
 */
record Ending(@Nullable CloseReason reason, String message) {
    private static final int MOST_TEXT = 256;
    private static final int NO_ERROR = 0;

    static Ending lost(String message) {
        return new Ending(null, message);
    }

    /** What a CONNECTION_CLOSE frame of the peer says. */
    static Ending of(QuicConnectionCloseEvent close) {
        String text = text(close);
        if (close.isApplicationClose()) {
            return ofApplication(close.error(), text);
        }
        if (close.isTlsError()) {
            return new Ending(CloseReason.UNAUTHORIZED, alert(QuicConnectionCloseEvent.extractTlsError(close.error())));
        }
        return lost(
                close.error() == NO_ERROR
                        ? "The peer has closed the connection"
                        : "The peer has closed the connection with the QUIC error 0x"
                                + Integer.toHexString(close.error()) + (text.isEmpty() ? "" : ": " + text));
    }

    private static String text(QuicConnectionCloseEvent close) {
        try {
            return new String(close.reason(), StandardCharsets.UTF_8);
        } catch (NullPointerException e) {
            // where there is no reason phrase
            return "";
        }
    }

    /** The other side can't say more than the number of an alert (RFC 8446, section 6). */
    private static String alert(int number) {
        String words = switch (number) {
            case 45 ->
                "To the peer this node's certificate has expired or is not valid yet: compare the clocks of the two nodes";
            case 116 -> "The peer wants a certificate, and this node has shown none";
            case 120 -> "The peer speaks another protocol: compare the option alpn";
            default -> "The peer does not accept this node's certificate";
        };
        return words + " (TLS alert " + number + ")";
    }

    private static Ending ofApplication(int code, String text) {
        int colon = text.indexOf(':');
        Optional<CloseReason> named = CloseReason.ofWireName(colon < 0 ? text : text.substring(0, colon));
        String rest = named.isEmpty()
                ? text
                : colon < 0 ? "" : text.substring(colon + 1).strip();
        return named.or(() -> CloseReason.ofCode(code))
                .map(reason -> new Ending(reason, rest))
                .orElseGet(() -> lost("Closed with code " + code + (rest.isEmpty() ? "" : ": " + rest)));
    }

    /** {@return the reason phrase that says so on the wire, in UTF-8} */
    static byte[] phrase(CloseReason reason, String message) {
        String text = message.isEmpty() ? reason.wireName() : reason.wireName() + ": " + message;
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int end = Math.min(bytes.length, MOST_TEXT);
        while (end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }
}
