/** JMH benchmarks of Event Target and of libraries that do a comparable job. */
@NullMarked
package dev.eventtarget.benchmarks;

import org.jspecify.annotations.NullMarked;
