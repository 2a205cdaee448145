/**
 * What every transport adapter is built from: registrations and their routes, buffers, the hand-over to Vert.x contexts,
 * retries and dead letters, interceptors, and closing. For the adapters of this project; no public API.
 */
@NullMarked
package dev.eventtarget.core;

import org.jspecify.annotations.NullMarked;
