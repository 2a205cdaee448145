/** The Redis Streams transport of Event Target. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.redis {
    requires transitive dev.eventtarget;
    requires dev.eventtarget.core;
    requires io.vertx.redis.client;
    requires org.jctools.core;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.eventtarget.redis;

    provides dev.eventtarget.spi.EventTargetProvider with
            dev.eventtarget.redis.RedisEventTargetProvider;
}
