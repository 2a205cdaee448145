/** The in-memory transport: {@code memory:}. Nothing here is to be called; {@link dev.eventtarget.EventTargets} opens it. */
@NullMarked
package dev.eventtarget.memory;

import org.jspecify.annotations.NullMarked;
