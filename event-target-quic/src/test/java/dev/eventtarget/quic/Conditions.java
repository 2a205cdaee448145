package dev.eventtarget.quic;

import java.time.Duration;

/**
 * How a network treats datagrams, the same in both directions.
 *
 * @param loss the share that is lost, from 0 to 1
 * @param delay what each takes at least
 * @param jitter what each takes more, at most; they overtake each other where this is more than their distance
 * @param duplication the share that comes twice, from 0 to 1
 * @param bytesPerSecond what goes through; what comes faster waits
 * @param mostWaiting how many bytes wait at most; what comes then is lost
 */
record Conditions(
        double loss, Duration delay, Duration jitter, double duplication, long bytesPerSecond, int mostWaiting) {
    /** Nothing happens to any datagram. */
    static final Conditions PERFECT = new Conditions(0, Duration.ZERO, Duration.ZERO, 0, Long.MAX_VALUE, 1 << 20);

    Conditions loss(double share) {
        return new Conditions(share, delay, jitter, duplication, bytesPerSecond, mostWaiting);
    }

    Conditions delay(Duration least) {
        return new Conditions(loss, least, jitter, duplication, bytesPerSecond, mostWaiting);
    }

    Conditions jitter(Duration most) {
        return new Conditions(loss, delay, most, duplication, bytesPerSecond, mostWaiting);
    }

    Conditions duplication(double share) {
        return new Conditions(loss, delay, jitter, share, bytesPerSecond, mostWaiting);
    }

    Conditions bandwidth(long bytes, int waiting) {
        return new Conditions(loss, delay, jitter, duplication, bytes, waiting);
    }
}
