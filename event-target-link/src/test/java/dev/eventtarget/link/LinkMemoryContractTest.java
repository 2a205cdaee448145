package dev.eventtarget.link;

import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;

class LinkMemoryContractTest extends EventTargetContract {
    private static final LocalHubs HUBS = new LocalHubs();

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return HUBS.spoke(vertx, bus, "", "codec=json");
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus, Interceptor interceptor) {
        return HUBS.spoke(vertx, bus, "", "codec=json", interceptor);
    }

    @AfterAll
    static void closeHubs() {
        HUBS.close();
    }
}
