/** The {@code pubsub} command. */
@NullMarked
package dev.eventtarget.cli;

import org.jspecify.annotations.NullMarked;
