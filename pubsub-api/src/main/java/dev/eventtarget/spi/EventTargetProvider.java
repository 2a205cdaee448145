package dev.eventtarget.spi;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the targets of a transport. Found by {@link java.util.ServiceLoader}; {@link dev.eventtarget.EventTargets} shares
 * what it makes and closes it.
 */
public interface EventTargetProvider {
    /** {@return the URI schemes, and so values of {@code transport}, that it serves: lower case, such as {@code redis}} */
    Set<String> transports();

    /**
     * {@return the options that it understands, each with one line of help; what is in no provider's list is refused before
     * {@link #open}. Where it takes parts of a URI, {@code host}, {@code port}, {@code path}, {@code user} and {@code
     * password} are among them}
     */
    Map<String, String> options();

    /**
     * Makes a target. Returns at once: a transport that has to connect does so in the background.
     *
     * @param vertx runs it
     * @param config its options
     * @param interceptors stand around publication and delivery, the first outermost
     * @return the target
     * @throws ConfigurationException if a value is malformed or out of bounds
     */
    TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors);
}
