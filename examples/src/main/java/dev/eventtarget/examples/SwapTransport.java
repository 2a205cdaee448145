package dev.eventtarget.examples;

import dev.eventtarget.Capability;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.PubSub;
import dev.eventtarget.StartFrom;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CountDownLatch;

/** The same publisher and listener over whatever transport the configuration names. */
public final class SwapTransport {
    private static final EventType<Order> PLACED = EventType.of("order.placed", Order.class);

    private SwapTransport() {}

    /**
     * Publishes one order before it listens and two after.
     *
     * @param args a URI, or JSON, or nothing for the environment variable {@code EVENT_TARGET_URL}
     * @throws InterruptedException when interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        try {
            run(open(vertx, args));
        } finally {
            vertx.close().await();
        }
    }

    private static TypedEventTarget open(Vertx vertx, String[] args) {
        // snippet: open
        if (args.length == 0) {
            return EventTargets.open(vertx); // EVENT_TARGET_URL
        }
        return args[0].startsWith("{")
                ? EventTargets.open(vertx, new JsonObject(args[0])) // {"transport": "memory", "history": 1000}
                : EventTargets.open(vertx, args[0]); // memory:?history=1000
        // end
    }

    private static void run(TypedEventTarget target) throws InterruptedException {
        PubSub pubSub = PubSub.over(target);
        pubSub.publish(PLACED, new Order("before", 1)).await();

        // snippet: capabilities
        boolean replay = target.capabilities().contains(Capability.REPLAY);
        ListenerOptions options = ListenerOptions.defaults().from(replay ? StartFrom.earliest() : StartFrom.latest());
        // end
        CountDownLatch heard = new CountDownLatch(replay ? 3 : 2);
        target.addEventListener(
                        PLACED,
                        event -> {
                            System.out.println(event.detail());
                            heard.countDown();
                        },
                        options)
                .ready()
                .await();

        pubSub.publish(PLACED, new Order("after-1", 2)).await();
        pubSub.publish(PLACED, new Order("after-2", 3)).await();
        heard.await();
    }
}
