package dev.eventtarget.link;

import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/**
 * An event for one subscription.
 *
 * @param frame the event
 * @param outcome completes when the spoke has acknowledged it, where the hub's target waits for that
 */
record Delivery(Outgoing frame, @Nullable Promise<Void> outcome) {}
