/** The {@code pubsub} command. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.cli {
    requires dev.eventtarget;
    requires dev.eventtarget.core;
    requires dev.eventtarget.link;
    requires dev.eventtarget.quic;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires HdrHistogram;
    requires me.tongfei.progressbar;
    requires embedded.redis;
    requires static org.jspecify;

    opens dev.eventtarget.cli to
            info.picocli,
            com.fasterxml.jackson.databind;
}
