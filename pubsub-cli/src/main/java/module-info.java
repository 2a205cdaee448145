/** The {@code pubsub} command. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.cli {
    requires dev.eventtarget;
    requires dev.eventtarget.core;
    requires dev.eventtarget.link;
    requires dev.eventtarget.micrometer;
    requires com.fasterxml.jackson.core;
    requires dev.eventtarget.quic;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires info.picocli;
    requires io.vertx.redis.client;
    requires HdrHistogram;
    requires me.tongfei.progressbar;
    requires micrometer.registry.prometheus;
    requires embedded.redis;
    requires org.jline.terminal;
    requires io.netty.common;
    requires java.management;
    requires jdk.management;
    requires static org.jspecify;

    opens dev.eventtarget.cli to
            info.picocli,
            com.fasterxml.jackson.databind;
    opens dev.eventtarget.cli.soak to
            com.fasterxml.jackson.databind;
}
