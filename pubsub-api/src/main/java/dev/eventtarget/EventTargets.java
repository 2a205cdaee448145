package dev.eventtarget;

import dev.eventtarget.spi.EventTargetConfig;
import dev.eventtarget.spi.EventTargetProvider;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Opens targets from configuration: which transport carries the events is a matter of configuration alone.
 *
 * <pre>{@code
 * TypedEventTarget target = EventTargets.open(vertx, "memory:orders?history=1000");
 * TypedEventTarget target = EventTargets.open(vertx, config().getJsonObject("events"));
 * TypedEventTarget target = EventTargets.open(vertx);    // from the variable EVENT_TARGET_URL
 * }</pre>
 *
 * <p>Opening returns at once; a transport that has to connect does so in the background. On one {@link Vertx}, opening the
 * same configuration again gives a handle on the same target, so that verticles share it: the target is closed with its
 * last handle, and a handle opened in a verticle closes when the verticle is undeployed. Every option of a transport can
 * stand in the URI behind a question mark, or in the JSON. To every transport {@code name} gives the target a name: the
 * same name with other settings is refused. Adapters are found through {@link ServiceLoader}.
 */
public final class EventTargets {
    /** The environment variable, and in small letters with dots the system property, that {@link #open(Vertx, Interceptor...)} reads. */
    public static final String URL_VARIABLE = "EVENT_TARGET_URL";

    private EventTargets() {}

    /**
     * Opens what the system property {@code event.target.url}, or else the environment variable {@value #URL_VARIABLE}, says.
     *
     * @param vertx runs it
     * @param interceptors stand around publication and delivery, the first outermost
     * @return a handle, which the caller closes
     * @throws ConfigurationException if neither is set, or as {@link #open(Vertx, String, Interceptor...)}
     */
    public static TypedEventTarget open(Vertx vertx, Interceptor... interceptors) {
        String url = System.getProperty("event.target.url", System.getenv(URL_VARIABLE));
        if (url == null || url.isBlank()) {
            throw new ConfigurationException("No transport is configured: set the environment variable " + URL_VARIABLE
                    + ", to memory: for a start, or pass a URI to EventTargets.open");
        }
        return open(vertx, url.strip(), interceptors);
    }

    /**
     * Opens what a URI says.
     *
     * @param vertx runs it
     * @param uri such as {@code memory:} or {@code redis://localhost:6379}
     * @param interceptors stand around publication and delivery, the first outermost
     * @return a handle, which the caller closes
     * @throws ConfigurationException if no adapter on the class path serves the scheme, an option is unknown, a value is out
     *     of bounds, or the name is taken by a target with other settings
     */
    public static TypedEventTarget open(Vertx vertx, String uri, Interceptor... interceptors) {
        return open(vertx, EventTargetConfig.of(uri), List.of(interceptors));
    }

    /**
     * Opens what JSON says: {@code {"transport": "redis", "host": …}}, or {@code {"url": "redis://…", …}}.
     *
     * @param vertx runs it
     * @param config the configuration
     * @param interceptors stand around publication and delivery, the first outermost
     * @return a handle, which the caller closes
     * @throws ConfigurationException as {@link #open(Vertx, String, Interceptor...)}
     */
    public static TypedEventTarget open(Vertx vertx, JsonObject config, Interceptor... interceptors) {
        return open(vertx, EventTargetConfig.of(config), List.of(interceptors));
    }

    private static TypedEventTarget open(Vertx vertx, EventTargetConfig config, List<Interceptor> interceptors) {
        EventTargetProvider provider = provider(config);
        for (String option : config.names()) {
            if (!option.equals("name") && !provider.options().containsKey(option)) {
                TreeSet<String> allowed = new TreeSet<>(provider.options().keySet());
                allowed.add("name");
                throw new ConfigurationException(
                        option,
                        "The transport " + config.transport() + " has no option '" + option + "'; it has "
                                + String.join(", ", allowed));
            }
        }
        return SharedTarget.open(vertx, config, interceptors, provider);
    }

    private static EventTargetProvider provider(EventTargetConfig config) {
        Map<String, EventTargetProvider> known = new TreeMap<>();
        // the library's own loader as well: in containers the thread's may be another application's
        for (ClassLoader loader :
                new ClassLoader[] {Thread.currentThread().getContextClassLoader(), EventTargets.class.getClassLoader()
                }) {
            for (EventTargetProvider provider : ServiceLoader.load(EventTargetProvider.class, loader)) {
                provider.transports().forEach(transport -> known.putIfAbsent(transport, provider));
            }
        }
        EventTargetProvider provider = known.get(config.transport());
        if (provider == null) {
            throw new ConfigurationException("No adapter for '" + config.transport() + ":' is on the class path; "
                    + (known.isEmpty()
                            ? "there is none at all: add event-target-memory or another to the dependencies"
                            : "there are " + String.join(", ", known.keySet()) + ". Add event-target-"
                                    + config.transport() + " to the dependencies, or use one of those"));
        }
        return provider;
    }
}
