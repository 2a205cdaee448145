/** Event Target over QUIC: a hub for one's own server, and a spoke, each proved by its Ed25519 key. */
@NullMarked
package dev.eventtarget.quic;

import org.jspecify.annotations.NullMarked;
