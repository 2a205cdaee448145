package dev.eventtarget.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.eventtarget.CodecException;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.spi.EncodedDetail;
import dev.eventtarget.spi.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The events of a run, each under its sequence number from 0: a list of events that is begun again at its end. */
final class Workload {
    private static final int ORDERS = 1000;
    private static final List<EventType<Order>> STAGES = List.of(
            EventType.of("order.placed", Order.class),
            EventType.of("order.paid", Order.class),
            EventType.of("order.shipped", Order.class));
    private static final Instant OPENING = Instant.parse("2026-01-01T00:00:00Z");

    private final List<? extends TypedEvent<?>> events;
    private final List<Object> expected;
    private final int size;
    private final Class<?> detailClass;
    private final EventType<?> everything;

    private Workload(List<? extends TypedEvent<?>> events, int size, Class<?> detailClass, EventType<?> everything) {
        this.events = events;
        this.expected = events.stream().map(event -> comparable(event.detail())).toList();
        this.size = size;
        this.detailClass = detailClass;
        this.everything = everything;
    }

    /** {@return orders that are placed, paid and shipped} */
    static Workload orders(int size) {
        List<TypedEvent<Order>> events = new ArrayList<>();
        for (int n = 0; n < ORDERS; n++) {
            String id = Integer.toString(n);
            Order order = new Order(
                    id, "customer-" + n % 97, 1 + n % 9, BigDecimal.valueOf(100 + n, 2), OPENING.plusMillis(n));
            STAGES.forEach(stage -> events.add(TypedEvent.of(stage.withId(id), order)));
        }
        return new Workload(events, size, Order.class, EventType.of(">", Order.class));
    }

    /**
     * Reads events, whose types' listeners get trees, and the one to all the raw bytes.
     *
     * @param in one envelope a line
     * @param codec reads a line
     * @param times how often to publish them
     * @return the workload
     * @throws CodecException if a line is no event
     * @throws ConfigurationException if there are none, or too many
     */
    static Workload read(InputStream in, EventCodec codec, int times) throws IOException {
        List<TypedEvent<EncodedDetail>> events = new ArrayList<>();
        EventLines lines = new EventLines(in, codec);
        try {
            TypedEvent<EncodedDetail> event = lines.next();
            while (event != null) {
                events.add(withoutRun(event));
                event = lines.next();
            }
        } catch (CodecException e) {
            throw new CodecException("line " + lines.number() + ": " + e.getMessage(), e);
        }
        if (events.isEmpty()) {
            throw new ConfigurationException("The file has no events");
        }
        if ((long) events.size() * times > Integer.MAX_VALUE) {
            throw new ConfigurationException(
                    events.size() + " events " + times + " times are more than " + Integer.MAX_VALUE);
        }
        return new Workload(events, events.size() * times, JsonNode.class, EventType.of(">", EncodedDetail.class));
    }

    /** {@return an event that may have been recorded during another run, as it was before it} */
    private static <T> TypedEvent<T> withoutRun(TypedEvent<T> event) {
        if (!event.headers().containsKey(Run.HEADER)) {
            return event;
        }
        Map<String, String> headers = new LinkedHashMap<>(event.headers());
        headers.remove(Run.HEADER);
        return event.withHeaders(headers);
    }

    /** {@return how many events there are} */
    int size() {
        return size;
    }

    /** {@return what to listen to, so that every event is heard by its type} */
    List<EventType<?>> types() {
        return events.stream()
                .map(event -> event.type().name())
                .distinct()
                .<EventType<?>>map(name -> EventType.of(name, detailClass))
                .toList();
    }

    /** {@return what to listen to in order to hear all events} */
    EventType<?> everything() {
        return everything;
    }

    /** {@return the event to publish under a number} */
    TypedEvent<?> event(int sequence) {
        return events.get(sequence % events.size());
    }

    /** {@return whether a listener must hear the event published under a number} */
    IntPredicate heardBy(EventType<?> listener) {
        BitSet heard = new BitSet();
        for (int i = 0; i < events.size(); i++) {
            heard.set(i, listener.matches(events.get(i).type()));
        }
        return sequence -> heard.get(sequence % events.size());
    }

    /** {@return whether a detail that a listener got is the one that was published under a number} */
    boolean isIntact(int sequence, @Nullable Object detail) {
        return detail instanceof EncodedDetail got
                        && event(sequence).detail() instanceof EncodedDetail sent
                        && Arrays.equals(sent.toBytes(), got.toBytes())
                || comparable(detail).equals(expected.get(sequence % events.size()));
    }

    /** {@return a detail in which differences of notation alone are gone} */
    private static Object comparable(@Nullable Object detail) {
        Object value = detail instanceof EncodedDetail encoded ? encoded.decode(JsonNode.class) : detail;
        return value == null ? NullNode.getInstance() : value;
    }
}
