/** Event Target over WebSocket: a hub for one's own server, and a spoke. */
@NullMarked
package dev.eventtarget.websocket;

import org.jspecify.annotations.NullMarked;
