package dev.eventtarget.quic;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.link.HubsByBus;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

/** Nearly every event goes on a stream of its own. */
@NeedsNativeQuic
class QuicLargeContractTest extends EventTargetContract {
    private static final HubsByBus HUBS = QuicHubs.with(bus -> "memory:" + bus, "&largeFrom=70");

    @AfterAll
    static void closeHubs() throws Exception {
        HUBS.close();
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) throws Exception {
        return EventTargets.open(vertx, HUBS.url(bus) + "?closeTimeout=40s&largeFrom=70");
    }

    /** A stream for each event takes its time. */
    @Override
    protected Duration patience() {
        return Duration.ofSeconds(90);
    }

    @Override
    protected Duration closeTimeout() {
        return Duration.ofSeconds(40);
    }

    @Override
    protected boolean canRestartBroker() {
        return true;
    }

    @Override
    protected void stopBroker() throws Exception {
        HUBS.kill();
    }

    @Override
    protected void startBroker() {
        HUBS.restart();
    }
}
