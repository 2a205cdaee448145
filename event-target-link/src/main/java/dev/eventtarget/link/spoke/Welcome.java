package dev.eventtarget.link.spoke;

import dev.eventtarget.Capability;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.UnsupportedCapabilityException;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.link.frame.Fields;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a hub has agreed on, by its {@code $welcome}.
 *
 * @param features that it has granted
 * @param capabilities of its target, as it names them
 * @param positions over how much of the hub's log a position reaches
 * @param session what to resume later; null for nothing
 * @param resumed whether the session before goes on
 * @param received so many publications of that session have arrived
 * @param heartbeatNanos after how long a silence a sign of life is due
 * @param maxMessage the most bytes of a message
 * @param maxBatch the most frames of a message; 0 for no arrays
 * @param maxQueued how many events it keeps for this spoke
 */
record Welcome(
        Set<String> features,
        Set<String> capabilities,
        String positions,
        @Nullable String session,
        boolean resumed,
        long received,
        long heartbeatNanos,
        int maxMessage,
        int maxBatch,
        long maxQueued) {
    /** What holds where the hub does not say it. */
    private static final int USUAL_MESSAGE = 65_536;

    private static final int USUAL_QUEUED = 4096;
    private static final int MOST_BATCH = 65_536;

    /**
     * Reads the frame.
     *
     * @throws ConfigurationException if the hub does not grant what every spoke needs, or not this one's codec
     * @throws UnsupportedCapabilityException if its target lacks what the spoke was opened for
     */
    static Welcome of(Fields frame, SpokeSettings settings, String address) {
        Set<String> granted = new TreeSet<>(frame.texts("features"));
        if (frame.number("version", 0) != 1 || !granted.contains("ack") || !granted.contains("credit")) {
            throw new ConfigurationException(address + " is a hub that grants only " + granted
                    + ": this spoke needs version 1 with ack and credit");
        }
        if (settings.codec() == EventCodecs.cborFrames() && !granted.contains("cbor")) {
            throw new ConfigurationException(address + " does not speak CBOR: open it with codec=json");
        }
        Set<String> has = new TreeSet<>(frame.texts("capabilities"));
        checkCapabilities(has, settings, address);
        Fields limits = frame.fields("limits");
        boolean resumed = frame.flag("resumed");
        return new Welcome(
                granted,
                has,
                String.valueOf(frame.optionalText("positions")),
                granted.contains("resume") ? frame.optionalText("session") : null,
                resumed,
                resumed ? frame.number("received", 0) : 0,
                frame.number("heartbeat", 1, Long.MAX_VALUE / 4_000_000) * 1_000_000,
                (int) Math.min(Integer.MAX_VALUE, limit(limits, "message", USUAL_MESSAGE)),
                granted.contains("batch") ? (int) Math.min(MOST_BATCH, limit(limits, "batch", 1)) : 0,
                limit(limits, "queued", USUAL_QUEUED));
    }

    private static long limit(@Nullable Fields limits, String name, long otherwise) {
        return limits == null ? otherwise : limits.number(name, 1, otherwise);
    }

    private static void checkCapabilities(Set<String> has, SpokeSettings settings, String address) {
        Set<String> lacks = new TreeSet<>();
        for (Capability claimed : settings.capabilities()) {
            String name = claimed.name().toLowerCase(Locale.ROOT);
            if (!has.contains(name)) {
                lacks.add(name);
            }
        }
        if (!lacks.isEmpty()) {
            throw new UnsupportedCapabilityException(address + " lacks what this spoke was opened for: " + lacks
                    + "; it has " + has + ". Open it with capabilities=-" + String.join(",-", lacks));
        }
    }

    boolean binary() {
        return features.contains("cbor");
    }

    boolean persistent() {
        return capabilities.contains("persistent");
    }

    boolean replays() {
        return capabilities.contains("replay");
    }
}
