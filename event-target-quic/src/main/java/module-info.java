/** Event Target over QUIC: hub and spoke, each proved by its Ed25519 key. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.quic {
    requires transitive dev.eventtarget;
    requires transitive dev.eventtarget.link;
    requires dev.eventtarget.core;
    requires transitive io.vertx.core;
    requires io.netty.buffer;
    requires io.netty.codec.classes.quic;
    requires io.netty.common;
    requires io.netty.transport;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.eventtarget.quic;

    provides dev.eventtarget.spi.EventTargetProvider with
            dev.eventtarget.quic.QuicEventTargetProvider;
    provides dev.eventtarget.link.spi.HubTransport with
            dev.eventtarget.quic.QuicHubTransport;
}
