package dev.eventtarget.memory;

import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;

class MemoryHistoryContractTest extends EventTargetContract {
    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return EventTargets.open(vertx, "memory:" + bus + "?history=10000");
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus, Interceptor interceptor) {
        return EventTargets.open(vertx, "memory:" + bus + "?history=10000", interceptor);
    }

    @Override
    protected int historyLimit() {
        return 10_000;
    }
}
