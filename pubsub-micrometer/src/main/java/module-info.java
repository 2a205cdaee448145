/** Metrics of event targets and hubs, through Micrometer. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.micrometer {
    requires transitive dev.eventtarget;
    requires static transitive dev.eventtarget.link;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports dev.eventtarget.micrometer;
}
