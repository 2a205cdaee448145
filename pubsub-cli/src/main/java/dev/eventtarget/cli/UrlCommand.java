package dev.eventtarget.cli;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargetException.Reason;
import dev.eventtarget.EventTargets;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command whose target is named by {@code --url} or the environment. */
abstract class UrlCommand extends TargetCommand {
    /** How long a target may take to let a command listen, unless that is said. */
    static final Duration LISTENING = Duration.ofSeconds(30);

    @Option(
            names = {"-u", "--url"},
            paramLabel = "URL",
            description =
                    "The target's URL, such as redis://localhost:6379 or ws://127.0.0.1:8080/events; without it, the"
                            + " one in the environment variable " + EventTargets.URL_VARIABLE
                            + ". redis+embedded: starts a redis-server that lives as long as the command.")
    private @Nullable String url;

    UrlCommand(Main main) {
        super(main);
    }

    @Override
    final String url() {
        if (url != null) {
            return url;
        }
        String configured = System.getProperty("event.target.url", System.getenv(EventTargets.URL_VARIABLE));
        return configured == null || configured.isBlank() ? urlByDefault() : configured.strip();
    }

    /** Where the target is that nobody has named. */
    String urlByDefault() {
        throw new ConfigurationException(
                "Which target? Give its --url, or set the environment variable " + EventTargets.URL_VARIABLE);
    }

    /**
     * Waits until the command's listeners are there.
     *
     * @param listening completes when they are
     * @param limit how long at most
     * @throws EventTargetException if they are not by then, or if they can't be
     */
    static void awaitListening(Future<?> listening, Duration limit) throws InterruptedException {
        try {
            listening.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw notListening(limit);
        }
    }

    /** The error of a command whose listeners are not there after a time, as nobody answers. */
    static EventTargetException notListening(Duration limit) {
        return new EventTargetException(
                Reason.TIMEOUT, true, "Not listening after " + limit.toMillis() + " ms: pubsub doctor looks why", null);
    }

    final void warnIfAlone() {
        if (EventTargetConfig.of(url()).transport().equals("memory")) {
            err().println("memory: lives in this process only: other processes neither hear nor send its events."
                    + " 'pubsub run' does both in one, and 'pubsub hub' shares one among processes");
        }
    }
}
