package dev.eventtarget.core.codec;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventCodec;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Finds codecs by the name that the option {@code codec} gives. */
public final class EventCodecs {
    private static final JsonEventCodec JSON = new JsonEventCodec();
    private static final CborEventCodec CBOR = new CborEventCodec();

    private EventCodecs() {}

    /** {@return the frames of links in JSON} */
    public static FrameCodec jsonFrames() {
        return JSON;
    }

    /** {@return the frames of links in CBOR} */
    public static FrameCodec cborFrames() {
        return CBOR;
    }

    /**
     * A codec by its name: {@code json} and {@code cbor} are always there, others are found through {@link ServiceLoader}.
     *
     * @param name an {@link EventCodec#name()}
     * @return the codec
     * @throws ConfigurationException if there is none of that name
     */
    public static EventCodec named(String name) {
        if (name.equals(JSON.name())) {
            return JSON;
        }
        if (name.equals(CBOR.name())) {
            return CBOR;
        }
        Map<String, EventCodec> known = new TreeMap<>(Map.of(JSON.name(), JSON, CBOR.name(), CBOR));
        // the library's own loader as well: in containers the thread's may be another application's
        for (ClassLoader loader :
                new ClassLoader[] {Thread.currentThread().getContextClassLoader(), EventCodecs.class.getClassLoader()
                }) {
            for (EventCodec codec : ServiceLoader.load(EventCodec.class, loader)) {
                known.putIfAbsent(codec.name(), codec);
            }
        }
        EventCodec codec = known.get(name);
        if (codec == null) {
            throw new ConfigurationException("There is no codec '" + name + "' on the class path; there are "
                    + String.join(", ", known.keySet()));
        }
        return codec;
    }
}
