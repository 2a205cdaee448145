package dev.eventtarget.spi;

import dev.eventtarget.ConfigurationException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A target's configuration, whether it was written as a URI or as JSON: a transport and named options. Of a URI, {@code
 * host}, {@code port}, {@code path}, {@code user} and {@code password} are options too, as are the parameters behind the
 * question mark; what stands between {@code memory:} and the question mark is the option {@code name}. Immutable.
 */
public final class EventTargetConfig {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)?");

    private final String transport;
    private final Map<String, Object> options;

    private EventTargetConfig(String transport, Map<String, Object> options) {
        this.transport = transport;
        this.options = options;
    }

    /**
     * Reads a URI such as {@code memory:orders?history=1000} or {@code redis://host:6379/0?prefix=shop}.
     *
     * @param uri the URI
     * @return the configuration
     * @throws ConfigurationException if it is malformed
     */
    public static EventTargetConfig of(String uri) {
        int colon = uri.indexOf(':');
        if (colon < 1 || !SCHEME.matcher(uri.substring(0, colon)).matches()) {
            throw new ConfigurationException(
                    "'" + redact(uri) + "' names no transport: write a URI such as memory: or redis://localhost:6379");
        }
        Map<String, Object> options = new TreeMap<>();
        URI parsed;
        try {
            // java.net.URI wants something behind the colon: memory: alone is fine for us
            parsed = new URI(
                    colon == uri.length() - 1 || uri.charAt(colon + 1) == '?'
                            ? uri.substring(0, colon + 1) + "/" + uri.substring(colon + 1)
                            : uri);
        } catch (java.net.URISyntaxException e) {
            throw new ConfigurationException(
                    "'" + redact(uri) + "' is no URI: " + e.getReason() + " at index " + e.getIndex());
        }
        if (parsed.getRawFragment() != null) {
            throw new ConfigurationException(
                    "'" + redact(uri) + "' has a #fragment: write %23 for a # that is meant so");
        }
        String query;
        if (parsed.isOpaque()) {
            String rest = parsed.getRawSchemeSpecificPart();
            int mark = rest.indexOf('?');
            put(options, "name", decode(mark < 0 ? rest : rest.substring(0, mark)));
            query = mark < 0 ? null : rest.substring(mark + 1);
        } else {
            authority(options, parsed, uri);
            String path = parsed.getPath();
            if (path != null && path.length() > 1) {
                put(options, "path", path);
            }
            query = parsed.getRawQuery();
        }
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                String key = decode(equals < 0 ? pair : pair.substring(0, equals));
                if (key.indexOf('@') >= 0) {
                    throw unescaped(uri);
                }
                put(options, key, equals < 0 ? "true" : decode(pair.substring(equals + 1)));
            }
        }
        return new EventTargetConfig(uri.substring(0, colon).toLowerCase(Locale.ROOT), options);
    }

    private static void authority(Map<String, Object> options, URI parsed, String uri) {
        String authority = parsed.getRawAuthority();
        if (authority == null) {
            return;
        }
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            String user = authority.substring(0, at);
            int colon = user.indexOf(':');
            if (colon != 0 && !user.isEmpty()) {
                put(options, "user", decode(colon < 0 ? user : user.substring(0, colon)));
            }
            if (colon >= 0) {
                put(options, "password", decode(user.substring(colon + 1)));
            }
        }
        String hostPort = authority.substring(at + 1);
        int colon = hostPort.lastIndexOf(':');
        boolean port = colon > hostPort.lastIndexOf(']') && hostPort.indexOf(',') < 0;
        String host = port ? hostPort.substring(0, colon) : hostPort;
        if (host.isEmpty()) {
            throw new ConfigurationException("'" + redact(uri) + "' names no host");
        }
        put(options, "host", host);
        if (port) {
            String number = hostPort.substring(colon + 1);
            if (at < 0 && uri.indexOf('@') >= 0 && !number.matches("\\d*")) {
                throw unescaped(uri);
            }
            put(options, "port", number);
        }
    }

    /** An authority that ends too early, in the midst of a password: its halves must not be told as port and path. */
    private static ConfigurationException unescaped(String uri) {
        return new ConfigurationException(
                "'" + redact(uri)
                        + "' has a user or a password that is not escaped: write %2F for /, %3F for ?, %23 for # and %40 for @");
    }

    /**
     * Reads JSON such as {@code {"transport": "redis", "host": "localhost", "prefix": "shop"}}. In place of {@code
     * transport} may stand {@code url}, whose options the others are added to.
     *
     * @param json the object
     * @return the configuration
     * @throws ConfigurationException if it names no transport, or an option twice
     */
    public static EventTargetConfig of(JsonObject json) {
        Object url = json.getValue("url");
        Object transport = json.getValue("transport");
        if ((url == null) == (transport == null) || !((url != null ? url : transport) instanceof String named)) {
            throw new ConfigurationException(
                    "The configuration needs one string, \"transport\" or \"url\", such as {\"transport\": \"memory\"}");
        }
        EventTargetConfig base =
                url == null ? new EventTargetConfig(named.toLowerCase(Locale.ROOT), new TreeMap<>()) : of(named);
        for (Map.Entry<String, Object> entry : json) {
            if (!entry.getKey().equals("url") && !entry.getKey().equals("transport") && entry.getValue() != null) {
                put(base.options, entry.getKey(), entry.getValue());
            }
        }
        return base;
    }

    private static void put(Map<String, Object> options, String key, Object value) {
        if (options.put(key, value) != null) {
            throw new ConfigurationException(key, "The option '" + key + "' is given twice");
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("A part of the URI has a % that begins no escape");
        }
    }

    private static String redact(String uri) {
        return uri.replaceAll("//.*@", "//…@").replaceAll("((?i:password|token|secret|key)[^=&]*=)[^&]*", "$1…");
    }

    /** {@return the transport: a scheme in lower case, such as {@code memory}} */
    public String transport() {
        return transport;
    }

    /** {@return the names of the options that are set} */
    public Collection<String> names() {
        return java.util.Collections.unmodifiableSet(options.keySet());
    }

    /**
     * An option's text.
     *
     * @param name the option
     * @return its text, or null where it is not set
     */
    public @Nullable String string(String name) {
        Object value = options.get(name);
        return value == null ? null : value.toString();
    }

    /**
     * An option's text.
     *
     * @param name the option
     * @param byDefault what holds where it is not set
     * @return its text
     */
    public String string(String name, String byDefault) {
        String value = string(name);
        return value == null ? byDefault : value;
    }

    /**
     * An option's number.
     *
     * @param name the option
     * @param byDefault what holds where it is not set
     * @param least the least it may be
     * @param most the most it may be
     * @return the number
     * @throws ConfigurationException if it is none or out of bounds
     */
    public int integer(String name, int byDefault, int least, int most) {
        String value = string(name);
        if (value == null) {
            return byDefault;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new ConfigurationException(
                name, "The option " + name + "=" + value + " must be a whole number from " + least + " to " + most);
    }

    /**
     * An option that is true or false.
     *
     * @param name the option
     * @param byDefault what holds where it is not set
     * @return which
     * @throws ConfigurationException if it is neither
     */
    public boolean bool(String name, boolean byDefault) {
        String value = string(name);
        if (value == null) {
            return byDefault;
        }
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new ConfigurationException(name, "The option " + name + "=" + value + " must be true or false");
        };
    }

    /**
     * An option that is a duration: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d}, ISO-8601 such as {@code
     * PT30S}, or a number of milliseconds.
     *
     * @param name the option
     * @param byDefault what holds where it is not set
     * @return the duration, not negative
     * @throws ConfigurationException if it is none
     */
    public Duration duration(String name, Duration byDefault) {
        String value = string(name);
        if (value == null) {
            return byDefault;
        }
        Matcher matcher = DURATION.matcher(value);
        try {
            if (matcher.matches()) {
                long number = Long.parseLong(matcher.group(1));
                String unit = matcher.group(2);
                return switch (unit == null ? "ms" : unit) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofMillis(number);
                };
            }
            Duration iso = Duration.parse(value);
            if (!iso.isNegative()) {
                return iso;
            }
        } catch (DateTimeParseException | ArithmeticException e) {
            // told below
        }
        throw new ConfigurationException(
                name, "The option " + name + "=" + value + " must be a duration such as 500ms, 30s, 5m, 2h or PT30S");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventTargetConfig that
                && transport.equals(that.transport)
                && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return transport.hashCode() * 31 + text().hashCode();
    }

    // history=10 in a URI is the string "10", in JSON the number 10, and both mean the same
    private Map<String, String> text() {
        Map<String, String> text = new TreeMap<>();
        options.forEach((name, value) -> text.put(name, value.toString()));
        return text;
    }

    /** {@return transport and options; the values of what is named like a secret are left out} */
    @Override
    public String toString() {
        Map<String, String> text = text();
        text.replaceAll((name, value) -> name.matches("(?i).*(password|secret|token|key).*") ? "…" : value);
        return transport + text;
    }
}
