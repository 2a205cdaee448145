/**
 * The Redis Streams transport: {@code redis://…}. {@link dev.eventtarget.EventTargets} opens it; {@link
 * dev.eventtarget.redis.RedisStreamDedup} is for those who read the streams themselves.
 */
@NullMarked
package dev.eventtarget.redis;

import org.jspecify.annotations.NullMarked;
