package dev.eventtarget.redis;

import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.UnauthorizedException;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an error reply of Redis means: its first word is its kind. */
final class RedisErrors {
    private static final List<String> NOT_ALLOWED = List.of("NOAUTH", "NOPERM", "WRONGPASS");

    /** The server or cluster is in a state that passes. */
    private static final List<String> PASSING = List.of(
            "OOM",
            "LOADING",
            "BUSY",
            "READONLY",
            "CLUSTERDOWN",
            "TRYAGAIN",
            "MASTERDOWN",
            "NOREPLICAS",
            "MISCONF",
            "MOVED",
            "ASK");

    private RedisErrors() {}

    /** Whether the server has answered, and the answer is an error. */
    static boolean isReply(Throwable error) {
        // the client says so itself when the connection is lost
        return error instanceof Response && !"CONNECTION_CLOSED".equals(error.getMessage());
    }

    static boolean is(Throwable error, String kind) {
        String message = error.getMessage();
        return isReply(error) && message != null && (message.startsWith(kind) || message.startsWith("ERR " + kind));
    }

    static boolean isNotAllowed(Throwable error) {
        return NOT_ALLOWED.stream().anyMatch(kind -> is(error, kind));
    }

    /** Whether the same command may succeed later. */
    static boolean isPassing(Throwable error) {
        return !isReply(error) || PASSING.stream().anyMatch(kind -> mentions(error, kind));
    }

    // an error inside a batch or a script is told within a longer message
    private static boolean mentions(Throwable error, String kind) {
        String message = error.getMessage();
        return is(error, kind) || message != null && message.contains(" " + kind + " ");
    }

    /** Whether the server has just been started, and has yet to read what it keeps: as good as no connection. */
    static boolean isLoading(Throwable error) {
        return is(error, "LOADING");
    }

    /** Whether another node must be asked, so that the connection is of no use any more. */
    static boolean isElsewhere(Throwable error) {
        return mentions(error, "READONLY");
    }

    static EventTargetException toException(String what, @Nullable Throwable error) {
        if (error instanceof EventTargetException known) {
            return known;
        }
        if (error == null || !isReply(error)) {
            return new NotConnectedException(
                    what + ": Redis can't be reached" + (error == null ? "" : " (" + error.getMessage() + ")")
                            + ". Look whether the server runs and the address is right; events may be published again later",
                    error);
        }
        if (isNotAllowed(error)) {
            return new UnauthorizedException(
                    what + ": Redis does not allow it (" + error.getMessage() + "). Check user, password and ACL rules",
                    error);
        }
        return new EventTargetException(
                Reason.TRANSPORT, isPassing(error), what + ": Redis says " + error.getMessage(), error);
    }
}
