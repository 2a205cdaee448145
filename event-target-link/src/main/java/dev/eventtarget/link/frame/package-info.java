/** What hub and spoke have in common: how frames are put together and taken apart. */
package dev.eventtarget.link.frame;
