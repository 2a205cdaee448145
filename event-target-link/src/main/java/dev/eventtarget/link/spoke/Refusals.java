package dev.eventtarget.link.spoke;

import dev.eventtarget.BackpressureException;
import dev.eventtarget.ClosedException;
import dev.eventtarget.CodecException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.UnauthorizedException;
import dev.eventtarget.UnsupportedCapabilityException;

/** What a hub's refusals are in Java. */
final class Refusals {
    private Refusals() {}

    static EventTargetException of(String reason, String message, boolean retryable) {
        String said = "The hub says: " + message;
        return switch (reason) {
            case "backpressure" -> new BackpressureException(said);
            case "not_connected" -> new NotConnectedException(said);
            case "codec" -> new CodecException(said);
            case "unauthorized" -> new UnauthorizedException(said);
            case "unsupported_capability" -> new UnsupportedCapabilityException(said);
            case "closed" -> new ClosedException(said);
            case "timeout" -> new EventTargetException(Reason.TIMEOUT, retryable, said, null);
            default -> new EventTargetException(Reason.TRANSPORT, retryable, said, null);
        };
    }
}
