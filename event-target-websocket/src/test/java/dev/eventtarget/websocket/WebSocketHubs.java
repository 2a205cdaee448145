package dev.eventtarget.websocket;

import dev.eventtarget.fixtures.link.HubsByBus;
import java.util.function.UnaryOperator;

/** The hubs of contract tests. */
final class WebSocketHubs {
    private WebSocketHubs() {}

    /** With the URI of the target for a bus. */
    static HubsByBus with(UnaryOperator<String> targetUri) {
        return new HubsByBus(targetUri, port -> "ws://127.0.0.1:" + port + "/events?instances=2&compression=true");
    }
}
