/** Tracing of event targets, through OpenTelemetry. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.opentelemetry {
    requires transitive dev.eventtarget;
    requires transitive io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires static org.jspecify;

    exports dev.eventtarget.opentelemetry;
}
