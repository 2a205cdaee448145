package dev.eventtarget.redis;

import dev.eventtarget.EventType;

/**
 * The group that a reader is a member of.
 *
 * @param type what its members listen to
 * @param name as they call it
 * @param left is run when a member has left entries for the others
 */
record ReaderGroup(EventType<?> type, String name, Runnable left) {
    /** What Redis calls it: groups on a pattern or a scoped topic are others than that on the type. */
    String redisName() {
        return type.isPattern() || type.id() != null ? name + "@" + type.topic() : name;
    }
}
