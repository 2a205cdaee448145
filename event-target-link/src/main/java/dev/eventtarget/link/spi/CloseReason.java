package dev.eventtarget.link.spi;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a link is closed. {@code docs/architecture/wire-protocol.md} has the meanings. */
public enum CloseReason {
    /** As agreed. */
    BYE(1000),
    /** The hub closes: come again. */
    GOING_AWAY(1001),
    /** A frame that is not allowed here. */
    PROTOCOL(1002),
    /** A message that is not readable. */
    MALFORMED(1007),
    /** No token, a wrong one, or not allowed. */
    UNAUTHORIZED(1008),
    /** Too many of something. */
    OVER_LIMIT(1008),
    /** No introduction, or no sign of life, in time. */
    TIMEOUT(1008),
    /** A message beyond the limit. */
    TOO_LARGE(1009),
    /** The closing side's own fault. */
    INTERNAL(1011),
    /** Too much waits for the peer. */
    SLOW_CONSUMER(1013),
    /** Too many links: come again later. */
    OVERLOADED(1013);

    private final int code;

    CloseReason(int code) {
        this.code = code;
    }

    /** {@return its WebSocket code (RFC 6455, section 7.4)} */
    public int code() {
        return code;
    }

    /** {@return its name on the wire} */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return whether there is no use in connecting again} */
    public boolean isFinal() {
        return this == PROTOCOL || this == MALFORMED || this == UNAUTHORIZED || this == TOO_LARGE;
    }

    /**
     * The reason of a WebSocket code, the first where there are several.
     *
     * @param code the code
     * @return the reason, if it stands for one
     */
    public static Optional<CloseReason> ofCode(int code) {
        return Arrays.stream(values()).filter(reason -> reason.code == code).findFirst();
    }

    /**
     * The reason of a name on the wire.
     *
     * @param name the name
     * @return the reason, if it is one
     */
    public static Optional<CloseReason> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(reason -> reason.wireName().equals(name))
                .findFirst();
    }
}
