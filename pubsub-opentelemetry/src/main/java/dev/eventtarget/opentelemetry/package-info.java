/** Tracing of event targets, through <a href="https://opentelemetry.io/docs/languages/java/">OpenTelemetry</a>. */
@NullMarked
package dev.eventtarget.opentelemetry;

import org.jspecify.annotations.NullMarked;
