/** The codecs that come with the library: JSON and CBOR, both by way of Jackson. */
@NullMarked
package dev.eventtarget.core.codec;

import org.jspecify.annotations.NullMarked;
