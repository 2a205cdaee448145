package dev.eventtarget.link.spoke;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.Interceptor;
import dev.eventtarget.TypedEventTarget;
import dev.eventtarget.link.spi.Connector;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;

/** Makes spokes, whatever carries their links. */
public final class Spokes {
    private Spokes() {}

    /** {@return the options that every spoke has, each with one line of help; to be changed as one likes} */
    public static Map<String, String> options() {
        return SpokeSettings.help();
    }

    /**
     * Makes a target that speaks to a hub. It connects in the background, and again when the link is lost.
     *
     * @param vertx runs it
     * @param config the options
     * @param address what logs and errors call the hub
     * @param connector opens links
     * @param interceptors stand around publication and delivery, the first outermost
     * @return the target
     * @throws ConfigurationException if a value is malformed or out of bounds
     */
    public static TypedEventTarget open(
            Vertx vertx,
            EventTargetConfig config,
            String address,
            Connector connector,
            List<Interceptor> interceptors) {
        SpokeEventTarget spoke =
                new SpokeEventTarget(vertx, SpokeSettings.of(config), address, connector, interceptors);
        spoke.connect();
        return spoke;
    }
}
