package dev.eventtarget.quic;

import dev.eventtarget.ConfigurationException;
import io.netty.handler.codec.quic.Quic;
import io.netty.util.Version;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The library that QUIC is made of, which is not Java: there is one for each platform. */
final class NativeQuic {
    private static final String ARTIFACT = "io.netty:netty-codec-native-quic";

    private static final Set<String> CLASSIFIERS =
            Set.of("linux-x86_64", "linux-aarch_64", "osx-x86_64", "osx-aarch_64", "windows-x86_64");

    private NativeQuic() {}

    static boolean isAvailable() {
        return Quic.isAvailable();
    }

    /** Throws what helps to go on, where there is no QUIC. */
    static void check() {
        if (!isAvailable()) {
            throw new ConfigurationException(
                    missing(System.getProperty("os.name", ""), System.getProperty("os.arch", "")),
                    Quic.unavailabilityCause());
        }
    }

    static String missing(String os, String arch) {
        String classifier = classifier(os, arch);
        return classifier == null
                ? "There is no QUIC for this platform, " + os + " on " + arch + ": " + ARTIFACT
                        + " has no library for it. Use ws: or wss: instead"
                : "QUIC does not run here as its library can't be loaded: put " + ARTIFACT + ":" + classifier + ":"
                        + version() + " on the class path (in Maven: the classifier " + classifier
                        + "), or use ws: or wss: instead";
    }

    private static @Nullable String classifier(String os, String arch) {
        String family = family(os.toLowerCase(Locale.ROOT));
        String processor = switch (arch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch_64";
            default -> arch;
        };
        String classifier = family + "-" + processor;
        return CLASSIFIERS.contains(classifier) ? classifier : null;
    }

    private static String family(String os) {
        return os.startsWith("linux")
                ? "linux"
                : os.startsWith("mac") ? "osx" : os.startsWith("windows") ? "windows" : os;
    }

    private static String version() {
        Version known = Version.identify(Quic.class.getClassLoader()).get("netty-codec-classes-quic");
        return known == null ? "of the same version as netty-codec-classes-quic" : known.artifactVersion();
    }
}
