/**
 * The conformance suite. {@link dev.eventtarget.tck.EventTargetContract} has every rule of {@code
 * docs/architecture/contract.md} as a test of the same name.
 */
@NullMarked
package dev.eventtarget.tck;

import org.jspecify.annotations.NullMarked;
