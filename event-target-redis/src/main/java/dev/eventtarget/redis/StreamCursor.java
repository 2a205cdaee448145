package dev.eventtarget.redis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How far a reader has got in a stream. Touched on the reader's context alone. */
final class StreamCursor {
    private final String key;
    private final String type;

    /** The last entry read, or where to begin. */
    private String position;

    /** Who takes its events, in the order in which they came. */
    private final List<Taker> takers = new ArrayList<>();

    /** Of a group: delivered to this consumer and not yet acknowledged by it. */
    private final Set<String> unsettled = new HashSet<>();

    /** Of these, what was acknowledged while entries are asked for again: the answer may still have it. */
    private final List<String> settled = new ArrayList<>();

    /** Of a group: whether entries are to be asked for that were delivered over a connection that is gone. */
    private boolean recovering;

    /** Whether the server has been asked what it has trimmed, and has yet to answer; and whether it is to be asked again. */
    private boolean checking;

    private boolean checkingAgain;

    /** How many of all entries that were ever added are read or known to be lost; -1 where that is not known. */
    private long read = -1;

    StreamCursor(String key, String type, String position) {
        this.key = key;
        this.type = type;
        this.position = position;
    }

    String key() {
        return key;
    }

    /** The name of the type whose events it holds. */
    String type() {
        return type;
    }

    String position() {
        return position;
    }

    void position(String id) {
        position = id;
    }

    List<Taker> takers() {
        return takers;
    }

    Set<String> unsettled() {
        return unsettled;
    }

    boolean recovering() {
        return recovering;
    }

    void recovering(boolean now) {
        recovering = now;
        if (!now) {
            settled.forEach(unsettled::remove);
            settled.clear();
        }
    }

    /** The server knows that these are acknowledged. */
    void settled(List<String> ids) {
        if (recovering) {
            settled.addAll(ids);
        } else {
            ids.forEach(unsettled::remove);
        }
    }

    /** Whether to ask what was trimmed now: what is on the way may tell of the same entries, and is waited for. */
    boolean beginCheck() {
        checkingAgain = checking;
        checking = true;
        return !checkingAgain;
    }

    /** The answer is there; gives whether to ask again. */
    boolean endCheck() {
        checking = false;
        return checkingAgain;
    }

    long read() {
        return read;
    }

    void read(long entries) {
        read = entries;
    }

    void readMore() {
        if (read >= 0) {
            read++;
        }
    }

    /** Compares entry ids, {@code millis-number}. */
    static int compare(String one, String other) {
        int dash = one.indexOf('-');
        int otherDash = other.indexOf('-');
        int byTime = Long.compareUnsigned(
                Long.parseUnsignedLong(one.substring(0, dash)), Long.parseUnsignedLong(other.substring(0, otherDash)));
        return byTime != 0
                ? byTime
                : Long.compareUnsigned(
                        Long.parseUnsignedLong(one.substring(dash + 1)),
                        Long.parseUnsignedLong(other.substring(otherDash + 1)));
    }
}
