package dev.eventtarget.link;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Lets peers do what a list of rules says, and nothing else.
 *
 * <pre>{@code
 * [{"peer": "*",         "subscribe": ["news.>"]},
 *  {"peer": "billing-*", "publish": ["invoice.*"], "subscribe": ["order.>", "invoice.sent:42"]},
 *  {"peer": "*",         "publish": ["user.{peer}.>"], "subscribe": ["user.{peer}.>"]}]
 * }</pre>
 *
 * <p>The {@code peer} of a rule is a name; the beginning of a name and a {@code *}; {@code *} for everybody; or {@code
 * anonymous} for those who have no name, and never for one who is called so. A peer may do what any rule for it allows.
 *
 * <p>{@code publish} and {@code subscribe} have types and patterns as of {@link EventType}: one without an id allows all
 * ids. In them {@code {peer}} stands for the peer's name; where that is not of {@code [A-Za-z0-9_-]} alone, the pattern
 * allows it nothing. Whoever asks to listen to a pattern may do so only if a single one of the rules' patterns covers it:
 * with {@code order.*} one may listen to {@code order.placed} and {@code order.*}, not to {@code order.>}.
 *
 * <p>Immutable and thread-safe.
 */
public final class Rules implements Authorizer {
    private static final Set<String> ATTRIBUTES = Set.of("peer", "publish", "subscribe");
    private static final String NAME = "{peer}";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+");

    private static final int MOST_CACHED = 16_384;

    private final List<Rule> rules;
    private final LoadingCache<String, Access> accesses = cache(this::access);
    private final LoadingCache<Publication, PublishableIds> publications = cache(this::publishableIds);

    private Rules(List<Rule> rules) {
        this.rules = rules;
    }

    private record Rule(String peer, List<String> publish, List<String> subscribe) {
        boolean isFor(String name) {
            return peer.endsWith("*")
                    ? name.startsWith(peer.substring(0, peer.length() - 1))
                    : peer.equals("anonymous") ? name.isEmpty() : peer.equals(name);
        }
    }

    /** What one peer may do. */
    private record Access(List<EventType<?>> publish, List<EventType<?>> subscribe) {}

    /** What is asked for each event; ids are left out, as there may be any number. */
    private record Publication(String peer, String name) {}

    private record PublishableIds(boolean all, Set<String> some) {}

    /**
     * Reads rules. An empty list allows nobody anything.
     *
     * @param json objects with {@code peer} and one or both of {@code publish} and {@code subscribe}
     * @return the rules
     * @throws ConfigurationException if a rule is malformed; the message says which, and what is wrong with it
     */
    public static Rules of(JsonArray json) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < json.size(); i++) {
            String where = "rules[" + i + "]";
            if (!(json.getValue(i) instanceof JsonObject rule)) {
                throw wrong(where, " must be an object such as {\"peer\": \"*\", \"subscribe\": [\"news.>\"]}");
            }
            HubConfiguration.checkNames(where, rule, ATTRIBUTES);
            List<String> publish = patterns(where, "publish", rule);
            List<String> subscribe = patterns(where, "subscribe", rule);
            if (publish.isEmpty() && subscribe.isEmpty()) {
                throw wrong(where, " allows nothing: give it \"publish\" or \"subscribe\"");
            }
            rules.add(new Rule(peer(where, rule), publish, subscribe));
        }
        return new Rules(List.copyOf(rules));
    }

    private static String peer(String where, JsonObject rule) {
        if (!(rule.getValue("peer") instanceof String peer)
                || peer.isEmpty()
                || peer.substring(0, peer.length() - 1).contains("*")) {
            throw wrong(
                    where + ".peer",
                    " must be a name, the beginning of one and a * such as \"billing-*\", \"*\" for everybody, or \"anonymous\"");
        }
        return peer;
    }

    private static ConfigurationException wrong(String option, String what) {
        return new ConfigurationException(option, option + what);
    }

    private static List<String> patterns(String where, String attribute, JsonObject rule) {
        Object value = rule.getValue(attribute);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            throw wrong(where + "." + attribute, " must be an array of types and patterns such as [\"order.*\"]");
        }
        List<String> patterns = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String element = where + "." + attribute + "[" + i + "]";
            if (!(array.getValue(i) instanceof String pattern)) {
                throw wrong(element, " must be a type or pattern such as \"order.*\"");
            }
            try {
                var unused = type(pattern, "x");
            } catch (IllegalArgumentException e) {
                throw new ConfigurationException(element, element + ": " + e.getMessage(), e);
            }
            patterns.add(pattern);
        }
        return List.copyOf(patterns);
    }

    @Override
    public boolean mayPublish(Peer peer, EventType<?> type) {
        if (type.isPattern()) {
            return false;
        }
        PublishableIds ids = publications.get(new Publication(peer.name(), type.name()));
        return ids.all || type.id() != null && ids.some.contains(type.id());
    }

    @Override
    public boolean maySubscribe(Peer peer, EventType<?> type) {
        return accesses.get(peer.name()).subscribe.stream().anyMatch(allowed -> covers(allowed, type));
    }

    /**
     * Whether a type or pattern matches all that another one matches. Taken as if it were a published name, {@code asked}
     * has the tokens {@code *} and {@code >}, which only wildcards match; and of these a {@code *} is too narrow for a
     * {@code >}.
     */
    static boolean covers(EventType<?> allowed, EventType<?> asked) {
        return allowed.matches(asked)
                && (!asked.name().endsWith(">") || allowed.name().endsWith(">"));
    }

    private static <K, V> LoadingCache<K, V> cache(CacheLoader<K, V> loader) {
        return Caffeine.newBuilder()
                .maximumSize(MOST_CACHED)
                .executor(Runnable::run)
                .build(loader);
    }

    private PublishableIds publishableIds(Publication publication) {
        EventType<?> published = EventType.of(publication.name, Object.class);
        boolean all = false;
        Set<String> some = new HashSet<>();
        for (EventType<?> allowed : accesses.get(publication.peer).publish) {
            if (allowed.id() == null) {
                all |= allowed.matches(published);
            } else if (allowed.matches(published.withId(allowed.id()))) {
                some.add(allowed.id());
            }
        }
        return new PublishableIds(all, Set.copyOf(some));
    }

    private Access access(String name) {
        List<Rule> own = rules.stream().filter(rule -> rule.isFor(name)).toList();
        return new Access(types(own, Rule::publish, name), types(own, Rule::subscribe, name));
    }

    private static List<EventType<?>> types(List<Rule> rules, Function<Rule, List<String>> patterns, String name) {
        boolean token = TOKEN.matcher(name).matches();
        List<EventType<?>> types = new ArrayList<>();
        for (Rule rule : rules) {
            for (String pattern : patterns.apply(rule)) {
                if (token || !pattern.contains(NAME)) {
                    try {
                        types.add(type(pattern, name));
                    } catch (IllegalArgumentException e) {
                        // with so long a name it is no type, so there is none to allow
                    }
                }
            }
        }
        return List.copyOf(types);
    }

    private static EventType<?> type(String pattern, String name) {
        return EventType.of(pattern.replace(NAME, name), Object.class);
    }
}
