/** What the transport adapters of Event Target are built from. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.core {
    requires transitive dev.eventtarget;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.datatype.jsr310;
    requires com.fasterxml.jackson.datatype.jdk8;
    requires com.fasterxml.jackson.dataformat.cbor;
    requires com.github.benmanes.caffeine;
    requires dev.failsafe.core;
    requires org.jctools.core;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.eventtarget.core to
            dev.eventtarget.memory,
            dev.eventtarget.redis,
            dev.eventtarget.link,
            dev.eventtarget.websocket,
            dev.eventtarget.quic;
    exports dev.eventtarget.core.codec to
            dev.eventtarget.memory,
            dev.eventtarget.redis,
            dev.eventtarget.link,
            dev.eventtarget.websocket,
            dev.eventtarget.cli;

    uses dev.eventtarget.spi.EventCodec;

    provides dev.eventtarget.spi.EventCodec with
            dev.eventtarget.core.codec.JsonEventCodec,
            dev.eventtarget.core.codec.CborEventCodec;
}
