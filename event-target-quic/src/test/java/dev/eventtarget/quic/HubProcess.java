package dev.eventtarget.quic;

import dev.eventtarget.EventTargets;
import dev.eventtarget.fixtures.ChildJvm;
import dev.eventtarget.link.Hub;
import dev.eventtarget.link.HubOptions;
import io.vertx.core.Vertx;
import java.time.Duration;

/** A hub on memory in a JVM of its own. */
final class HubProcess {
    /** Nobody is told that a process was killed: its spokes miss its heartbeats. */
    private static final Duration HEARTBEAT = Duration.ofMillis(500);

    private HubProcess() {}

    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        Hub.create(
                        vertx,
                        EventTargets.open(vertx, "memory:"),
                        HubOptions.defaults().heartbeat(HEARTBEAT))
                .listen(arguments[0])
                .onSuccess(url -> System.out.println("listening " + url))
                .onFailure(e -> System.out.println("failed " + e));
        ChildJvm.awaitEnd();
        System.exit(0);
    }
}
