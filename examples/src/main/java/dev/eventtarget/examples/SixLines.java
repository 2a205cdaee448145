package dev.eventtarget.examples;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;

/** The shortest program: one type, one listener, one event. */
public final class SixLines {
    private SixLines() {}

    /**
     * Prints {@code Order[id=42, quantity=3]}.
     *
     * @param args none
     */
    public static void main(String[] args) {
        // snippet: six-lines
        record Order(String id, int quantity) {}
        EventType<Order> placed = EventType.of("order.placed", Order.class);
        Vertx vertx = Vertx.vertx();
        TypedEventTarget target = EventTargets.open(vertx, "memory:");
        target.addEventListener(placed, event -> System.out.println(event.detail()));
        target.dispatchEvent(TypedEvent.of(placed, new Order("42", 3)));
        // end
        vertx.close().await();
    }
}
