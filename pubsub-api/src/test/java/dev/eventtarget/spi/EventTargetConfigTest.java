package dev.eventtarget.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTargetConfigTest {
    private static Map<String, String> options(EventTargetConfig config) {
        Map<String, String> options = new TreeMap<>();
        config.names().forEach(name -> options.put(name, config.string(name)));
        return options;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    memory:                               | memory | {}
                    MEMORY:                               | memory | {}
                    memory:?                              | memory | {}
                    memory:orders                         | memory | {name=orders}
                    memory:my%20orders+more               | memory | {name=my orders+more}
                    memory:?history=10                    | memory | {history=10}
                    memory:orders?history=10&codec=json   | memory | {codec=json, history=10, name=orders}
                    memory:?a                             | memory | {a=true}
                    memory:?a=                            | memory | {a=}
                    memory:?a=b=c                         | memory | {a=b=c}
                    memory:?a=%26%3D%C3%A4                | memory | {a=&=ä}
                    redis://localhost                     | redis  | {host=localhost}
                    redis://localhost:6379                | redis  | {host=localhost, port=6379}
                    redis://localhost:6379/0?prefix=shop  | redis  | {host=localhost, path=/0, port=6379, prefix=shop}
                    redis://localhost/                    | redis  | {host=localhost}
                    redis://10.0.0.1:1                    | redis  | {host=10.0.0.1, port=1}
                    redis://[::1]                         | redis  | {host=[::1]}
                    redis://[2001:db8::1]:6379/1          | redis  | {host=[2001:db8::1], path=/1, port=6379}
                    redis://me@host                       | redis  | {host=host, user=me}
                    redis://me:pw@host:1                  | redis  | {host=host, password=pw, port=1, user=me}
                    redis://:pw@host                      | redis  | {host=host, password=pw}
                    redis://m%40e:p%3Aw%2F%40+x@host      | redis  | {host=host, password=p:w/@+x, user=m@e}
                    redis://me:pw@[::1]:1                 | redis  | {host=[::1], password=pw, port=1, user=me}
                    redis://a:1,b:2,c:3                   | redis  | {host=a:1,b:2,c:3}
                    ws://host/a%20b/c?x=1                 | ws     | {host=host, path=/a b/c, x=1}
                    """)
    void urisOfAllForms(String uri, String transport, String options) {
        EventTargetConfig config = EventTargetConfig.of(uri);
        assertEquals(transport, config.transport());
        assertEquals(options, options(config).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "memory",
                ":",
                ":memory",
                "memory:a b",
                "memory:?a=%zz",
                "memory:?a=%2",
                "redis://:1",
                "redis://me:pw@:1",
                "redis://[::1",
                "1nvalid:x",
                "memory:?a=1&a=2",
                "memory:orders?name=others",
                "redis://host?host=other",
                "redis://me@host?user=you"
            })
    void malformedUrisAreRefused(String uri) {
        assertThrows(ConfigurationException.class, () -> EventTargetConfig.of(uri));
    }

    @Property
    void anyTextCanStandEscapedInAParameter(@ForAll String text) {
        // what is no Unicode can't be escaped
        String sound = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        String escaped = URLEncoder.encode(sound, StandardCharsets.UTF_8).replace("+", "%20");
        assertEquals(sound, EventTargetConfig.of("memory:?a=" + escaped).string("a"));
    }

    @Test
    void anOptionGivenTwiceIsNamed() {
        String message = assertThrows(ConfigurationException.class, () -> EventTargetConfig.of("memory:?a=1&b=2&a=3"))
                .getMessage();
        assertTrue(message.contains("'a'"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://user:s3cret@host name",
                "redis://:s3cret@host name",
                "redis://user:s3cret@:1",
                "redis://host name?password=s3cret&x=1",
                "redis://host name?redisToken=s3cret",
                "redis://host name?clientSecret=s3cret",
                "redis://user:s3cret/more@host",
                "redis://user:s3cret?more@host",
                "redis://user:s3cret#more@host",
                "redis://user:more?s3cret@host",
                "redis://user:1?s3cret@host",
                "redis://:more/s3cret@host",
                "redis://user:s3cret%@host",
                "redis://user:%s3cret@host"
            })
    void errorsDoNotQuoteSecrets(String uri) {
        String message = assertThrows(ConfigurationException.class, () -> EventTargetConfig.of(uri))
                .getMessage();
        assertFalse(message.contains("s3cret"), message);
    }

    @Test
    void theTextDoesNotQuoteSecrets() {
        String text = EventTargetConfig.of(
                        "redis://me:s3cret@host:1/0?apiKey=s3cret&clientSecret=s3cret&authToken=s3cret&x=1")
                .toString();
        assertFalse(text.contains("s3cret"), text);
        assertTrue(text.startsWith("redis{") && text.contains("host=host") && text.contains("x=1"), text);
    }

    @Test
    void jsonMeansTheSameAsAUri() {
        EventTargetConfig uri = EventTargetConfig.of("redis://host:6379?prefix=shop&tls=true");
        JsonObject rest = new JsonObject().put("prefix", "shop").put("tls", true);
        EventTargetConfig plain = EventTargetConfig.of(
                rest.copy().put("transport", "Redis").put("host", "host").put("port", 6379));
        EventTargetConfig mixed = EventTargetConfig.of(rest.copy().put("url", "redis://host:6379"));
        for (EventTargetConfig json : new EventTargetConfig[] {plain, mixed}) {
            assertEquals(uri, json);
            assertEquals(uri.hashCode(), json.hashCode());
            assertEquals(uri.toString(), json.toString());
            assertEquals(6379, json.integer("port", 0, 1, 65535));
            assertTrue(json.bool("tls", false));
        }
        assertNotEquals(uri, EventTargetConfig.of("redis://host:6379?prefix=shop"));
        assertNotEquals(uri, EventTargetConfig.of("rediss://host:6379?prefix=shop&tls=true"));
        assertNull(EventTargetConfig.of(new JsonObject("{\"transport\":\"a\",\"x\":null}"))
                .string("x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"host\":\"x\"}",
                "{\"transport\":null}",
                "{\"transport\":7}",
                "{\"transport\":\"a\",\"url\":\"a:\"}",
                "{\"url\":\"nothing\"}",
                "{\"url\":\"memory:x\",\"name\":\"y\"}"
            })
    void malformedJsonIsRefused(String json) {
        assertThrows(ConfigurationException.class, () -> EventTargetConfig.of(new JsonObject(json)));
    }

    @Test
    void theNamesCanNotBeChanged() {
        EventTargetConfig config = EventTargetConfig.of("memory:x");
        assertThrows(UnsupportedOperationException.class, () -> config.names().clear());
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "250, PT0.25S",
        "500ms, PT0.5S",
        "30s, PT30S",
        "5m, PT5M",
        "2h, PT2H",
        "1d, PT24H",
        "PT30S, PT30S",
        "P1D, PT24H"
    })
    void durations(String text, Duration duration) {
        assertEquals(duration, EventTargetConfig.of("memory:?t=" + text).duration("t", Duration.ofDays(9)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "-1s",
                "-5",
                "1.5s",
                "1y",
                "30 s",
                "PT-1S",
                "-PT1S",
                "1e3",
                "999999999999999d",
                "9999999999999999"
            })
    void otherDurationsAreRefused(String text) {
        EventTargetConfig config =
                EventTargetConfig.of(new JsonObject().put("transport", "memory").put("closeTimeout", text));
        String message = assertThrows(
                        ConfigurationException.class, () -> config.duration("closeTimeout", Duration.ZERO))
                .getMessage();
        assertTrue(message.contains("closeTimeout"), message);
    }

    @Test
    void numbersHaveBounds() {
        EventTargetConfig config = EventTargetConfig.of("memory:?low=1&high=9&word=x&fraction=1.5&huge=99999999999");
        assertEquals(1, config.integer("low", 5, 1, 9));
        assertEquals(9, config.integer("high", 5, 1, 9));
        assertEquals(5, config.integer("absent", 5, 1, 9));
        for (String name : new String[] {"word", "fraction", "huge"}) {
            assertThrows(ConfigurationException.class, () -> config.integer(name, 5, 1, 9));
        }
        String message = assertThrows(ConfigurationException.class, () -> config.integer("high", 5, 1, 8))
                .getMessage();
        assertTrue(message.contains("high=9") && message.contains("from 1 to 8"), message);
    }

    @Test
    void booleansAreTrueOrFalse() {
        EventTargetConfig config = EventTargetConfig.of("memory:?a&b=false&c=yes&d=TRUE");
        assertTrue(config.bool("a", false));
        assertFalse(config.bool("b", true));
        assertTrue(config.bool("absent", true));
        assertThrows(ConfigurationException.class, () -> config.bool("c", true));
        assertThrows(ConfigurationException.class, () -> config.bool("d", true));
    }
}
