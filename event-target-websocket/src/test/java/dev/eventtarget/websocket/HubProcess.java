package dev.eventtarget.websocket;

import dev.eventtarget.EventTargets;
import dev.eventtarget.fixtures.ChildJvm;
import dev.eventtarget.link.Hub;
import io.vertx.core.Vertx;

/** A hub on memory in a JVM of its own. */
final class HubProcess {
    private HubProcess() {}

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        Hub.create(vertx, EventTargets.open(vertx, "memory:"))
                .listen(arguments[0])
                .onSuccess(url -> System.out.println("listening " + url))
                .onFailure(e -> System.out.println("failed " + e));
        ChildJvm.awaitEnd();
        System.exit(0);
    }
}
