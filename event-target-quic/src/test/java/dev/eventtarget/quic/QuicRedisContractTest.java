package dev.eventtarget.quic;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.fixtures.EmbeddedRedis;
import dev.eventtarget.fixtures.link.HubsByBus;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

/** Spokes of hubs on Redis; the hubs are killed and started again, Redis stays. */
@NeedsNativeQuic
class QuicRedisContractTest extends EventTargetContract {
    private static final HubsByBus HUBS = QuicHubs.with(bus -> EmbeddedRedis.sharedUrl() + "?prefix=" + bus);

    @AfterAll
    static void closeHubs() throws Exception {
        HUBS.close();
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) throws Exception {
        return EventTargets.open(vertx, HUBS.url(bus) + "?closeTimeout=10s&capabilities=replay,persistent");
    }

    @Override
    protected Duration closeTimeout() {
        return Duration.ofSeconds(10);
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
