/** A test of endurance: all transports under faults, with accounts of every event. */
@NullMarked
package dev.eventtarget.cli.soak;

import org.jspecify.annotations.NullMarked;
