package dev.eventtarget.examples;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.PubSub;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.util.List;

/** Listeners to a type, to one id of it, to a type with a generic detail, and to a pattern. */
public final class TypedListeners {
    // snippet: types
    static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);
    static final EventType<List<Order>> IMPORTED = new EventType<>("order.imported") {};
    static final EventType<Object> ANY = EventType.of("order.>", Object.class);
    // end

    private TypedListeners() {}

    /**
     * Prints what each listener hears.
     *
     * @param args none
     */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx();
        TypedEventTarget target = EventTargets.open(vertx, "memory:");

        // snippet: listeners
        target.addEventListener(
                PLACED, event -> print("placed: " + event.detail().quantity()));
        target.addEventListener(PLACED.withId("42"), event -> print("order 42: " + event.detail()));
        target.addEventListener(
                IMPORTED, event -> print("imported: " + event.detail().size()));
        target.addEventListener(ANY, event -> print("any: " + event.type().topic()));

        PubSub pubSub = PubSub.over(target);
        pubSub.publish(PLACED, new Order("41", 1));
        pubSub.publish(PLACED, "42", new Order("42", 3));
        pubSub.publish(IMPORTED, List.of(new Order("43", 1), new Order("44", 2)));
        // end

        vertx.close().await();
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
