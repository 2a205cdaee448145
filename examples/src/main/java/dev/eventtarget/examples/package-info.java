/** Small programs, each with a {@code main}, from which the documentation takes its snippets. */
@NullMarked
package dev.eventtarget.examples;

import org.jspecify.annotations.NullMarked;
