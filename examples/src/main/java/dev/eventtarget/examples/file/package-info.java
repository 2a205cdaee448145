/** An adapter, as somebody else would write it: with what {@code pubsub-api} has, and nothing else of this project. */
@NullMarked
package dev.eventtarget.examples.file;

import org.jspecify.annotations.NullMarked;
