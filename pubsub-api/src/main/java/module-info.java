/** The public face of Event Target: typed events, targets, subscriptions, streams, and the adapters' SPI. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget {
    requires transitive io.vertx.core;
    requires static transitive org.jspecify;

    exports dev.eventtarget;
    exports dev.eventtarget.spi;

    uses dev.eventtarget.spi.EventTargetProvider;
    uses dev.eventtarget.spi.EventCodec;
}
