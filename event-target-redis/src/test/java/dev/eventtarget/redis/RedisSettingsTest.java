package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.Capability;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSettingsTest extends RedisTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://localhost?colour=red",
                "redis://localhost?shards=0",
                "redis://localhost?shards=many",
                "redis://localhost?maxLen=-1",
                "redis://localhost?batch=0",
                "redis://localhost?publishTimeout=0s",
                "redis://localhost?claimAfter=soon",
                "redis://localhost?idempotent=perhaps",
                "redis://localhost?codec=pigeon",
                "redis://localhost?prefix=a%20b",
                "redis://localhost?prefix=%7Ba%7D",
                "redis://localhost:70000",
                "redis://localhost/orders",
                "redis+cluster://localhost:7001,,localhost:7002",
            })
    void whatMakesNoSenseIsRefused(String url) {
        ConfigurationException refused =
                assertThrows(ConfigurationException.class, () -> EventTargets.open(vertx, url));
        assertFalse(refused.getMessage().isBlank());
    }

    @Test
    void jsonSaysTheSame() {
        JsonObject json = new JsonObject()
                .put("url", RedisServer.sharedUrl())
                .put("prefix", prefix)
                .put("shards", 2)
                .put("idempotent", false);
        TypedEventTarget target = EventTargets.open(vertx, json);
        assertEquals(
                EnumSet.complementOf(EnumSet.of(Capability.ORDERED, Capability.DEDUPLICATED)), target.capabilities());
        result(target.close());
    }

    @Test
    void oneShardAndTheIdempotentAppendGiveEverything() {
        assertEquals(
                EnumSet.allOf(Capability.class), open(RedisServer.sharedUrl()).capabilities());
    }

    @Test
    void whatIsWrittenAboutATargetHasNoPassword() {
        TypedEventTarget target = open("redis://shop:secret@127.0.0.1:1");
        assertTrue(target.toString().contains("127.0.0.1:1"));
        assertFalse(target.toString().contains("secret"));
    }
}
