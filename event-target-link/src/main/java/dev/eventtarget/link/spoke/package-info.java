/** Spokes: targets that speak to a hub. */
package dev.eventtarget.link.spoke;
