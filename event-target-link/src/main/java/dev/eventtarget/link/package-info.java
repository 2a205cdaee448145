/** Hubs, which take links from spokes. */
package dev.eventtarget.link;
