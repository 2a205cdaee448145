/**
 * Typed publish/subscribe over any transport. {@link dev.eventtarget.EventTargets#open} makes a {@link
 * dev.eventtarget.TypedEventTarget} from configuration; {@link dev.eventtarget.PubSub} adds streams on top of it.
 */
@NullMarked
package dev.eventtarget;

import org.jspecify.annotations.NullMarked;
