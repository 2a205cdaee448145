package dev.eventtarget.websocket;

import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.ListenerOptions;
import dev.eventtarget.fixtures.ChildJvm;
import io.vertx.core.Vertx;

/** A spoke in a JVM of its own that says what it hears. */
final class SpokeProcess {
    private SpokeProcess() {}

    public static void main(String[] arguments) throws Exception {
        EventTargets.open(Vertx.vertx(), arguments[0])
                .addEventListener(
                        EventType.of("n", String.class),
                        event -> System.out.println("heard " + event.detail().strip()),
                        ListenerOptions.defaults().onError(e -> System.out.println("error " + e)))
                .ready()
                .onSuccess(ready -> System.out.println("ready now"));
        ChildJvm.awaitEnd();
        System.exit(0);
    }
}
