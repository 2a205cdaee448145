package dev.eventtarget.link;

import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;

class LinkCborContractTest extends EventTargetContract {
    private static final LocalHubs HUBS = new LocalHubs();

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return HUBS.spoke(vertx, bus, "", "codec=cbor");
    }

    @AfterAll
    static void closeHubs() {
        HUBS.close();
    }
}
