package dev.eventtarget.link.spi;

import io.vertx.core.Context;
import io.vertx.core.Future;

/** Opens links from a spoke to a hub. */
public interface Connector {
    /**
     * Tries once.
     *
     * @param context the event loop that the link must be on
     * @return the link; fails with {@link dev.eventtarget.UnauthorizedException} or {@link
     *     dev.eventtarget.ConfigurationException} where there is no use in trying again
     */
    Future<Link> connect(Context context);

    /** {@return completes when what it holds is let go; links are closed before} */
    Future<Void> close();
}
