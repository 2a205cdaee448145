package dev.eventtarget.link;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;

class LinkReplayContractTest extends EventTargetContract {
    private static final LocalHubs HUBS = new LocalHubs();

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return HUBS.spoke(vertx, bus, "history=10000", "capabilities=replay");
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus, Interceptor interceptor) {
        return HUBS.spoke(vertx, bus, "history=10000", "capabilities=replay", interceptor);
    }

    @Override
    protected int historyLimit() {
        return 10_000;
    }

    @AfterAll
    static void closeHubs() {
        HUBS.close();
    }
}
