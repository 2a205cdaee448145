package dev.eventtarget.redis;

import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.tck.EventTargetContract;
import io.vertx.core.Vertx;

class RedisShardsContractTest extends EventTargetContract {
    @Override
    protected TypedEventTarget open(Vertx vertx, String bus) {
        return EventTargets.open(vertx, RedisServer.sharedUrl() + "?shards=4&prefix=" + bus);
    }
}
