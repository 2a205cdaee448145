/**
 * The conformance suite of event targets: an adapter's test extends {@link dev.eventtarget.tck.EventTargetContract}. The
 * module is open, as JUnit and codecs reach its tests and details by reflection.
 */
@org.jspecify.annotations.NullMarked
open module dev.eventtarget.tck {
    requires transitive dev.eventtarget;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires awaitility;
    requires static org.jspecify;

    exports dev.eventtarget.tck;
}
