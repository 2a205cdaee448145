package dev.eventtarget.link.spoke;

import dev.eventtarget.Capability;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.core.codec.EventCodecs;
import dev.eventtarget.core.codec.FrameCodec;
import dev.eventtarget.spi.EventTargetConfig;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the configuration says of any spoke. */
record SpokeSettings(
        FrameCodec codec,
        Set<Capability> capabilities,
        int maxPending,
        int maxPendingBytes,
        int maxBuffered,
        Duration publishTimeout,
        Duration connectTimeout,
        Duration closeTimeout) {

    /** What every hub has: its target is asked for the rest. */
    private static final Set<Capability> USUAL = EnumSet.of(
            Capability.ORDERED,
            Capability.GROUPS,
            Capability.ACKNOWLEDGED,
            Capability.DEDUPLICATED,
            Capability.WILDCARDS,
            Capability.CROSS_PROCESS);

    static Map<String, String> help() {
        Map<String, String> help = new TreeMap<>();
        help.put("codec", "json, the default, or cbor");
        help.put(
                "capabilities",
                "what the hub's target has besides the usual, such as replay,persistent; -ordered for what it lacks");
        help.put("maxPending", "the most events that wait for the hub's confirmation; 65536 by default");
        help.put("maxPendingBytes", "the most bytes of them; 67108864 by default");
        help.put("maxBuffered", "the most bytes of events that wait for listeners; 67108864 by default");
        help.put("publishTimeout", "how long an event is sent again before its future fails; 30s by default");
        help.put("connectTimeout", "how long the hub may take to answer; 5s by default");
        help.put("closeTimeout", "how long close() waits for listeners; 30s by default");
        return help;
    }

    static SpokeSettings of(EventTargetConfig config) {
        String codec = config.string("codec", "json");
        if (!codec.equals("json") && !codec.equals("cbor")) {
            throw new ConfigurationException(
                    "The option codec=" + codec + " must be json or cbor: a link has no other");
        }
        return new SpokeSettings(
                codec.equals("cbor") ? EventCodecs.cborFrames() : EventCodecs.jsonFrames(),
                capabilities(config.string("capabilities", "")),
                config.integer("maxPending", 65_536, 1, 1 << 24),
                config.integer("maxPendingBytes", 64 << 20, 1024, 1 << 30),
                config.integer("maxBuffered", 64 << 20, 1024, 1 << 30),
                positive(config, "publishTimeout", Duration.ofSeconds(30)),
                positive(config, "connectTimeout", Duration.ofSeconds(5)),
                config.duration("closeTimeout", Duration.ofSeconds(30)));
    }

    private static Set<Capability> capabilities(String text) {
        EnumSet<Capability> capabilities = EnumSet.copyOf(USUAL);
        for (String name : text.split(",", -1)) {
            String trimmed = name.strip();
            if (trimmed.isEmpty()) {
                continue;
            }
            boolean lacking = trimmed.startsWith("-");
            Capability capability = capability(lacking ? trimmed.substring(1) : trimmed);
            if (lacking) {
                capabilities.remove(capability);
            } else {
                capabilities.add(capability);
            }
        }
        return capabilities;
    }

    private static Capability capability(String name) {
        try {
            return Capability.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("The option capabilities names '" + name + "', and there are "
                    + EnumSet.allOf(Capability.class).toString().toLowerCase(Locale.ROOT));
        }
    }

    private static Duration positive(EventTargetConfig config, String name, Duration byDefault) {
        Duration duration = config.duration(name, byDefault);
        if (duration.toMillis() < 1) {
            throw new ConfigurationException("The option " + name + " must be more than 0");
        }
        return duration;
    }

    boolean claims(Capability capability) {
        return capabilities.contains(capability);
    }
}
