package dev.eventtarget.examples.guide;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.RetryPolicy;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

// snippet: testing-verticle
/** Writes an invoice for each order that is for something. */
public final class Invoicing extends VerticleBase {
    static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);
    static final EventType<Invoice> WRITTEN = EventType.of("invoice.written", Invoice.class);
    static final EventType<Order> FAILED = EventType.of("invoice.failed", Order.class);

    public record Invoice(String order, long cents) {}

    @Override
    public Future<?> start() {
        TypedEventTarget target = EventTargets.open(vertx, config().getJsonObject("events"));
        ListenerOptions options = ListenerOptions.defaults()
                .group("invoicing")
                .retry(RetryPolicy.backoff(3, Duration.ofMillis(10), Duration.ofMillis(100)))
                .deadLetter(FAILED.name());
        return target.addAsyncEventListener(
                        PLACED, event -> PubSub.over(target).publish(WRITTEN, invoice(event.detail())), options)
                .ready();
    }

    static Invoice invoice(Order order) {
        if (order.quantity() < 1) {
            throw new IllegalArgumentException("nothing ordered");
        }
        return new Invoice(order.id(), 250L * order.quantity());
    }
}
// end
