/** The in-memory transport of Event Target. */
@org.jspecify.annotations.NullMarked
module dev.eventtarget.memory {
    requires dev.eventtarget;
    requires dev.eventtarget.core;
    requires static org.jspecify;

    provides dev.eventtarget.spi.EventTargetProvider with
            dev.eventtarget.memory.MemoryEventTargetProvider;
}
