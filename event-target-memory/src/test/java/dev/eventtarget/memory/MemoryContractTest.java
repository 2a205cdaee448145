package dev.eventtarget.memory;

import dev.eventtarget.EventTargets;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;
import java.time.Duration;

class MemoryContractTest extends EventTargetContract {
    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return EventTargets.open(vertx, "memory:" + bus + "?closeTimeout=3s");
    }

    @Override
    protected TypedEventTarget open(Vertx vertx, String bus, Interceptor interceptor) {
        return EventTargets.open(vertx, "memory:" + bus + "?closeTimeout=3s", interceptor);
    }

    @Override
    protected Duration closeTimeout() {
        return Duration.ofSeconds(3);
    }
}
