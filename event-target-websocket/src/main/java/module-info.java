/** Event Target over WebSocket: hub and spoke. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.websocket {
    requires transitive dev.eventtarget;
    requires transitive dev.eventtarget.link;
    requires dev.eventtarget.core;
    requires transitive io.vertx.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.compression;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires java.naming;
    requires org.slf4j;
    requires static org.jspecify;

    exports dev.eventtarget.websocket;

    provides dev.eventtarget.spi.EventTargetProvider with
            dev.eventtarget.websocket.WebSocketEventTargetProvider;
    provides dev.eventtarget.link.spi.HubTransport with
            dev.eventtarget.websocket.WebSocketHubTransport;
}
