/** What a transport adapter or a codec implements; applications need nothing from here. */
@NullMarked
package dev.eventtarget.spi;

import org.jspecify.annotations.NullMarked;
