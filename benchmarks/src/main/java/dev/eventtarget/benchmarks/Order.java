package dev.eventtarget.benchmarks;

import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;

/**
 * The detail of every benchmark's event: 128 bytes as JSON.
 *
 * @param id which order
 * @param customer who ordered
 * @param item what
 * @param quantity how many
 * @param price of one, in cents
 * @param currency of the price
 */
public record Order(String id, String customer, String item, int quantity, long price, String currency) {
    static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    static final Order SAMPLE =
            new Order("ord-00000042", "cus-00001337", "espresso-cups-white-80ml-set", 3, 1995, "EUR");

    static final TypedEvent<Order> EVENT = TypedEvent.of(PLACED, SAMPLE);
}
