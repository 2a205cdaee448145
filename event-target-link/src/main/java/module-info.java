/** Hub and spoke: events over links between processes, whatever carries them. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.link {
    requires transitive dev.eventtarget;
    requires dev.eventtarget.core;
    requires transitive io.vertx.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.github.benmanes.caffeine;
    requires org.jctools.core;
    requires org.jose4j;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.eventtarget.link;
    exports dev.eventtarget.link.spi to
            dev.eventtarget.websocket,
            dev.eventtarget.quic;
    exports dev.eventtarget.link.spoke to
            dev.eventtarget.websocket,
            dev.eventtarget.quic;

    uses dev.eventtarget.link.spi.HubTransport;
}
