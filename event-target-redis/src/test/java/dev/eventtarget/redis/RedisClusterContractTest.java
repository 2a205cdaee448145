package dev.eventtarget.redis;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;

class RedisClusterContractTest extends EventTargetContract {
    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return EventTargets.open(vertx, RedisCluster.shared().url() + "?prefix=" + bus);
    }
}
