package dev.eventtarget.link.frame;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Large events that the peer has announced. Each is fetched, some at a time, and comes beside the messages: so it is the
 * receiver who says how much comes.
 */
public final class Asides {
    private static final int AT_ONCE = 8;

    private final Fetch fetch;

    /** What was announced and was not fetched yet, in order. */
    private final Deque<Place> waiting = new ArrayDeque<>();

    private final Map<Place, Consumer<byte[]>> fetched = new LinkedHashMap<>();
    private final Map<Place, Consumer<byte[]>> announced = new HashMap<>();

    private record Place(long sub, long number) {}

    /** Has the peer send an event. */
    @FunctionalInterface
    public interface Fetch {
        /**
         * Asks for it, if there is a link; else {@link Asides#resume} asks again.
         *
         * @param sub the subscription that it is for; 0 if it is a publication
         * @param number its number there
         */
        void fetch(long sub, long number);
    }

    /**
     * Makes one that knows of no event.
     *
     * @param fetch asks for them
     */
    public Asides(Fetch fetch) {
        this.fetch = fetch;
    }

    /**
     * An event was announced.
     *
     * @param sub the subscription that it is for; 0 if it is a publication
     * @param number its number there
     * @param whenThere gets its frame
     */
    public void announced(long sub, long number, Consumer<byte[]> whenThere) {
        Place place = new Place(sub, number);
        announced.put(place, whenThere);
        waiting.add(place);
        fetchMore();
    }

    private void fetchMore() {
        while (fetched.size() < AT_ONCE && !waiting.isEmpty()) {
            Place next = waiting.remove();
            Consumer<byte[]> whenThere = announced.remove(next);
            if (whenThere != null) {
                fetched.put(next, whenThere);
                fetch.fetch(next.sub, next.number);
            }
        }
    }

    /**
     * One has come. If nobody has asked for it, or nobody wants it any more, nothing happens.
     *
     * @param sub the subscription that it is for; 0 if it is a publication
     * @param number its number there
     * @param frame its bytes
     */
    public void arrived(long sub, long number, byte[] frame) {
        Consumer<byte[]> whenThere = fetched.remove(new Place(sub, number));
        if (whenThere != null) {
            fetchMore();
            whenThere.accept(frame);
        }
    }

    /** Goes on over another link: asks again for what has not come. */
    public void resume() {
        for (Entry<Place, Consumer<byte[]>> one : fetched.entrySet()) {
            fetch.fetch(one.getKey().sub, one.getKey().number);
        }
    }

    /**
     * Awaits none any more for a subscription, or for any.
     *
     * @param sub the subscription; null for all
     */
    public void forget(@Nullable Long sub) {
        announced.keySet().removeIf(place -> sub == null || place.sub == sub);
        fetched.keySet().removeIf(place -> sub == null || place.sub == sub);
        if (sub == null) {
            waiting.clear();
        } else {
            fetchMore();
        }
    }
}
