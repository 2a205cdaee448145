package dev.eventtarget.link.spi;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.link.Hub;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;

/** Lets a hub listen over a kind of link. Found by {@link java.util.ServiceLoader}. */
public interface HubTransport {
    /** Something that listens, or connects to spokes that do. */
    interface Listening {
        /** {@return the address that spokes connect to, as a URI, with the port that was chosen where 0 was asked for; or the spoke's} */
        String url();

        /**
         * Reads again what it has from files, such as certificates, for links that are opened from then on.
         *
         * @return completes when it has; fails with {@link ConfigurationException}, and goes on as it was
         */
        default Future<Void> reload() {
            return Future.succeededFuture();
        }

        /** {@return completes when it takes no more links; those that are open stay} */
        Future<Void> close();

        /** {@return completes when it has let go of all that it had; called behind {@link #close}, when its links are closed} */
        Future<Void> end();
    }

    /** {@return the URI schemes that it serves, such as {@code ws}} */
    Set<String> schemes();

    /** {@return the options of an address to listen at, each with one line of help} */
    Map<String, String> options();

    /**
     * Looks whether an address is right, with the files that it names. Opens nothing.
     *
     * @param vertx runs it
     * @param hub would get the links
     * @param config the address with its options, of which all are known
     * @return completes if it is; fails with {@link ConfigurationException}
     */
    default Future<Void> check(Vertx vertx, Hub hub, EventTargetConfig config) {
        return Future.succeededFuture();
    }

    /**
     * Begins to take links, and gives each to {@link Hub#accept}.
     *
     * @param vertx runs it
     * @param hub gets the links
     * @param config the address with its options
     * @return completes when it listens; fails with {@link ConfigurationException}
     */
    Future<Listening> listen(Vertx vertx, Hub hub, EventTargetConfig config);

    /** {@return the options of the address of a spoke to dial, each with one line of help} */
    default Map<String, String> dialOptions() {
        return Map.of();
    }

    /**
     * Looks whether the address of a spoke is right, with the files that it names. Connects to nobody.
     *
     * @param vertx runs it
     * @param hub would get the links
     * @param config the spoke's address with its options
     * @return completes if it is; fails with {@link ConfigurationException}
     */
    default Future<Void> checkDial(Vertx vertx, Hub hub, EventTargetConfig config) {
        return Future.failedFuture(noDialling(config));
    }

    /**
     * Connects to a spoke that listens, and again whenever the connection is lost, and gives each link to {@link Hub#accept}.
     *
     * @param vertx runs it
     * @param hub gets the links
     * @param config the spoke's address with its options
     * @return completes when it has begun; fails with {@link ConfigurationException}
     */
    default Future<Listening> dial(Vertx vertx, Hub hub, EventTargetConfig config) {
        return Future.failedFuture(noDialling(config));
    }

    private static ConfigurationException noDialling(EventTargetConfig config) {
        return new ConfigurationException(
                "A hub can't connect to spokes over " + config.transport() + ":, only listen for them");
    }
}
