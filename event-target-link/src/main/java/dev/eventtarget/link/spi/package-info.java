/** For transports of links. */
package dev.eventtarget.link.spi;
