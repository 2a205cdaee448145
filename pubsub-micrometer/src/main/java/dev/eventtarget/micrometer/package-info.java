/** Metrics of event targets and hubs, through <a href="https://docs.micrometer.io/micrometer/reference/">Micrometer</a>. */
@NullMarked
package dev.eventtarget.micrometer;

import org.jspecify.annotations.NullMarked;
