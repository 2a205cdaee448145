package dev.eventtarget.benchmarks;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * Opens so many links to a hub, each with so many subscriptions to a type of its own, and holds them: to see what memory a
 * hub takes for them. Arguments: the hub's URL, links, subscriptions of each.
 */
public final class HubLoad {
    private static final int AT_ONCE = 100;

    private HubLoad() {}

    /**
     * Opens them, says so, and waits to be ended.
     *
     * @param args URL, links, subscriptions
     * @throws InterruptedException when it is ended
     */
    public static void main(String[] args) throws InterruptedException {
        int links = Integer.parseInt(args[1]);
        int subscriptions = Integer.parseInt(args[2]);
        Vertx vertx = Vertx.vertx();
        List<Future<?>> ready = new ArrayList<>();
        for (int link = 0; link < links; link++) {
            // those of one name would share a link
            TypedEventTarget spoke = EventTargets.open(
                    vertx, new JsonObject().put("url", args[0]).put("name", "load-" + link));
            for (int i = 0; i < subscriptions; i++) {
                EventType<Object> type = EventType.of("load." + i, Object.class);
                ready.add(spoke.addEventListener(type, event -> {}).ready());
            }
            if (subscriptions == 0) {
                ready.add(spoke.dispatchEvent(TypedEvent.of(EventType.of("load", Integer.class), link)));
            }
            if (link % AT_ONCE == AT_ONCE - 1 || link == links - 1) {
                Future.all(ready).await();
                ready.clear();
            }
        }
        System.out.printf(Locale.ROOT, "%,d links with %,d subscriptions each are open%n", links, subscriptions);
        new CountDownLatch(1).await();
    }
}
