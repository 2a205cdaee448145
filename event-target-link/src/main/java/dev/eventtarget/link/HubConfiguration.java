package dev.eventtarget.link;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.spi.EventTargetConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads {@link HubOptions} from JSON. */
final class HubConfiguration {
    static final Set<String> OPTIONS = Set.of(
            "auth",
            "rules",
            "slowSpokes",
            "maxMessage",
            "maxBatch",
            "maxSubscriptions",
            "maxLinks",
            "maxHandshakes",
            "maxSessions",
            "maxRate",
            "maxPublishing",
            "maxQueuedEvents",
            "maxQueuedBytes",
            "handshakeTimeout",
            "heartbeat",
            "sessionTimeout",
            "closeTimeout");

    private HubConfiguration() {}

    static HubOptions read(JsonObject json) {
        checkNames("", json, OPTIONS);
        EventTargetConfig config = options(json);
        HubOptions defaults = HubOptions.defaults();
        try {
            return defaults.authenticator(authenticator(json, defaults.authenticator()))
                    .authorizer(authorizer(json, defaults.authorizer()))
                    .slowSpokes(slowSpokes(config, defaults.slowSpokes()))
                    .maxMessage(number(config, "maxMessage", defaults.maxMessage()))
                    .maxBatch(number(config, "maxBatch", defaults.maxBatch()))
                    .maxSubscriptions(number(config, "maxSubscriptions", defaults.maxSubscriptions()))
                    .maxLinks(number(config, "maxLinks", defaults.maxLinks()))
                    .maxHandshakes(number(config, "maxHandshakes", defaults.maxHandshakes()))
                    .maxSessions(number(config, "maxSessions", defaults.maxSessions()))
                    .maxRate(number(config, "maxRate", defaults.maxRate()))
                    .maxPublishing(number(config, "maxPublishing", defaults.maxPublishing()))
                    .maxQueued(
                            number(config, "maxQueuedEvents", defaults.maxQueuedEvents()),
                            number(config, "maxQueuedBytes", defaults.maxQueuedBytes()))
                    .handshakeTimeout(config.duration("handshakeTimeout", defaults.handshakeTimeout()))
                    .heartbeat(config.duration("heartbeat", defaults.heartbeat()))
                    .sessionTimeout(config.duration("sessionTimeout", defaults.sessionTimeout()))
                    .closeTimeout(config.duration("closeTimeout", defaults.closeTimeout()));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("The hub's option " + e.getMessage(), e);
        }
    }

    private static Authenticator authenticator(JsonObject json, Authenticator byDefault) {
        Object auth = json.getValue("auth");
        if (auth == null) {
            return byDefault;
        }
        if (auth instanceof JsonObject methods) {
            checkNames("auth", methods, Set.of("jwt"));
            if (methods.getValue("jwt") instanceof JsonObject jwt) {
                return JwtAuthenticator.of(jwt);
            }
        }
        throw new ConfigurationException(
                "auth",
                "auth must be an object such as {\"jwt\": {\"algorithm\": \"EdDSA\", \"publicKeyFile\": \"issuer.pem\"}}");
    }

    private static Authorizer authorizer(JsonObject json, Authorizer byDefault) {
        Object rules = json.getValue("rules");
        if (rules == null) {
            return byDefault;
        }
        if (rules instanceof JsonArray array) {
            return Rules.of(array);
        }
        throw new ConfigurationException(
                "rules", "rules must be an array such as [{\"peer\": \"*\", \"subscribe\": [\"news.>\"]}]");
    }

    private static SlowSpokePolicy slowSpokes(EventTargetConfig config, SlowSpokePolicy byDefault) {
        String value = config.string("slowSpokes");
        if (value == null) {
            return byDefault;
        }
        return Arrays.stream(SlowSpokePolicy.values())
                .filter(policy -> name(policy).equals(value))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "slowSpokes",
                        "The option slowSpokes=" + value + " must be one of "
                                + Arrays.stream(SlowSpokePolicy.values())
                                        .map(HubConfiguration::name)
                                        .collect(Collectors.joining(", "))));
    }

    private static String name(SlowSpokePolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    // HubOptions knows the narrower bounds
    private static int number(EventTargetConfig config, String name, int byDefault) {
        return config.integer(name, byDefault, 0, Integer.MAX_VALUE);
    }

    static EventTargetConfig options(JsonObject json) {
        return EventTargetConfig.of(json.copy().put("transport", "hub"));
    }

    /**
     * Refuses what there is not.
     *
     * @param where the object's path; empty for the whole
     */
    static void checkNames(String where, JsonObject json, Collection<String> allowed) {
        List<String> unknown = json.fieldNames().stream()
                .filter(name -> !allowed.contains(name))
                .toList();
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(
                    where.isEmpty() ? unknown.get(0) : where + "." + unknown.get(0),
                    (where.isEmpty() ? "The hub" : where) + " has no option " + String.join(", ", unknown)
                            + ". There are: " + String.join(", ", new TreeSet<>(allowed)));
        }
    }
}
