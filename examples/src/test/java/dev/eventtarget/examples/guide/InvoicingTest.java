package dev.eventtarget.examples.guide;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.CodecException;
import dev.eventtarget.DeadLetter;
import dev.eventtarget.EventListener;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.Interceptor;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.NotConnectedException;
import dev.eventtarget.PubSub;
import dev.eventtarget.StartFrom;
import dev.eventtarget.Subscription;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.examples.Order;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InvoicingTest {
    // snippet: testing-setup
    private final Vertx vertx = Vertx.vertx();

    /** A name of its own keeps tests apart that share a Vert.x; history lets a listener that comes late hear everything. */
    private final JsonObject events = new JsonObject()
            .put("transport", "memory")
            .put("name", UUID.randomUUID().toString())
            .put("history", 1000)
            .put("codec", "json");

    private final TypedEventTarget target = EventTargets.open(vertx, events);
    private final PubSub pubSub = PubSub.over(target);

    @BeforeEach
    void deploy() throws Exception {
        DeploymentOptions options = new DeploymentOptions().setConfig(new JsonObject().put("events", events));
        vertx.deployVerticle(Invoicing.class, options).await(20, SECONDS); // it is ready() then
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(20, SECONDS);
    }

    /** The next event of a type, or the first one if it has been there before. */
    private <T> TypedEvent<T> first(EventType<T> type) throws Exception {
        Promise<TypedEvent<T>> heard = Promise.promise();
        target.addEventListener(
                type,
                heard::complete,
                ListenerOptions.defaults().from(StartFrom.earliest()).once());
        return heard.future().await(20, SECONDS);
    }
    // end

    // snippet: testing-outcome
    @Test
    void writesAnInvoice() throws Exception {
        pubSub.publish(Invoicing.PLACED, new Order("42", 3)).await(20, SECONDS);

        assertEquals(new Invoicing.Invoice("42", 750), first(Invoicing.WRITTEN).detail());
    }

    @Test
    void leavesADeadLetterForWhatItCannotInvoice() throws Exception {
        pubSub.publish(Invoicing.PLACED, new Order("42", 0)).await(20, SECONDS);

        TypedEvent<Order> failed = first(Invoicing.FAILED);
        assertEquals("42", failed.detail().id());
        assertEquals("nothing ordered", failed.headers().get(DeadLetter.MESSAGE));
        assertEquals("3", failed.headers().get(DeadLetter.ATTEMPTS));
    }
    // end

    // snippet: testing-several
    @Test
    void writesAnInvoiceForEachOrder() throws Exception {
        List<String> invoiced = new CopyOnWriteArrayList<>();
        target.addEventListener(
                Invoicing.WRITTEN, event -> invoiced.add(event.detail().order()));
        for (int i = 1; i <= 3; i++) {
            pubSub.publish(Invoicing.PLACED, new Order("order-" + i, i)).await(20, SECONDS);
        }

        await().untilAsserted(() -> assertEquals(List.of("order-1", "order-2", "order-3"), invoiced));
    }
    // end

    // snippet: testing-nothing
    @Test
    void writesNothingForWhatItCannotInvoice() throws Exception {
        List<String> invoiced = new CopyOnWriteArrayList<>();
        target.addEventListener(
                Invoicing.WRITTEN, event -> invoiced.add(event.detail().order()));
        pubSub.publish(Invoicing.PLACED, new Order("empty", 0)).await(20, SECONDS);
        pubSub.publish(Invoicing.PLACED, new Order("last", 1)).await(20, SECONDS);

        await().untilAsserted(() -> assertEquals(List.of("last"), invoiced)); // in order: "empty" has had its turn
    }
    // end

    @Test
    void aListenerOutsideAContextIsCalledBeforeThePublisherGoesOn() {
        // snippet: testing-direct
        TypedEventTarget direct = EventTargets.open(vertx, "memory:");
        List<Order> heard = new ArrayList<>();
        direct.addEventListener(Invoicing.PLACED, event -> heard.add(event.detail()));

        PubSub.over(direct).publish(Invoicing.PLACED, new Order("42", 3));

        assertEquals(List.of(new Order("42", 3)), heard); // no waiting: it was called on this thread
        // end
    }

    @Test
    void closingIsABarrier() {
        TypedEventTarget target = EventTargets.open(vertx, "memory:?history=10");
        List<Order> heard = new CopyOnWriteArrayList<>();
        EventListener<Order> listener = event -> heard.add(event.detail());
        // snippet: testing-barrier
        Subscription subscription = target.addEventListener(Invoicing.PLACED, listener);
        PubSub.over(target).publish(Invoicing.PLACED, new Order("42", 3)).await();

        subscription.drain().await(); // or target.close(), for all listeners: what was accepted is handled then

        assertEquals(List.of(new Order("42", 3)), heard);
        // end
    }

    // snippet: testing-codec
    /** Jackson finds nothing in it to write. */
    static final class Unwritable {}

    @Test
    void aDetailThatCannotTravelIsFound() {
        EventType<Unwritable> type = EventType.of("invoice.draft", Unwritable.class);

        assertThrows(
                CodecException.class,
                () -> pubSub.publish(type, new Unwritable()).await(20, SECONDS));
    }
    // end

    // snippet: testing-fault
    /** Fails every publication of a type, as when the transport can't be reached. */
    record Unreachable(EventType<?> type) implements Interceptor {
        @Override
        public Future<Void> publish(TypedEvent<?> event, Function<TypedEvent<?>, Future<Void>> next) {
            return type.matches(event.type())
                    ? Future.failedFuture(new NotConnectedException("The test says so"))
                    : next.apply(event);
        }
    }
    // end

    @Test
    void faultsAreMadeByAnInterceptor() {
        // snippet: testing-fault-use
        TypedEventTarget target = EventTargets.open(vertx, "memory:", new Unreachable(Invoicing.WRITTEN));
        // end
        Future<Void> written = PubSub.over(target).publish(Invoicing.WRITTEN, new Invoicing.Invoice("42", 1));
        assertInstanceOf(NotConnectedException.class, written.cause());
        assertTrue(PubSub.over(target)
                .publish(Invoicing.PLACED, new Order("42", 3))
                .succeeded());
    }
}
