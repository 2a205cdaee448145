package dev.eventtarget.micrometer;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The values of a tag: the first so many are told apart, all later ones are {@value #OTHER}. */
final class Labels {
    static final String OTHER = "other";

    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final int most;

    Labels(int most) {
        this.most = most;
    }

    String of(String value) {
        return known.contains(value) || add(value) ? value : OTHER;
    }

    private synchronized boolean add(String value) {
        return known.size() < most && known.add(value) || known.contains(value);
    }
}
