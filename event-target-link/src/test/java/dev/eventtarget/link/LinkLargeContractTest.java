package dev.eventtarget.link;

import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;

/** Half of the events come beside the messages, some milliseconds after their announcement. */
class LinkLargeContractTest extends EventTargetContract {
    private static final LocalHubs HUBS = new LocalHubs(70);

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return HUBS.spoke(vertx, bus, "history=10000", "capabilities=replay");
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
