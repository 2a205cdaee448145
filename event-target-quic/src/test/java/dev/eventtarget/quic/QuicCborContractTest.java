package dev.eventtarget.quic;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.HubsByBus;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

/** As binary messages. */
@NeedsNativeQuic
class QuicCborContractTest extends EventTargetContract {
    private static final HubsByBus HUBS = QuicHubs.with(bus -> "memory:" + bus);

    @AfterAll
    static void closeHubs() throws Exception {
        HUBS.close();
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) throws Exception {
        return EventTargets.open(vertx, HUBS.url(bus) + "?closeTimeout=10s&codec=cbor");
    }

    @Override
    protected Duration closeTimeout() {
        return Duration.ofSeconds(10);
    }
}
