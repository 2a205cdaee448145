package dev.eventtarget.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubOptionsTest {
    @Test
    void whatIsNotNamedIsByDefault() throws ReflectiveOperationException {
        HubOptions read = HubOptions.of(new JsonObject());

        for (Method accessor : accessors()) {
            Object expected = accessor.invoke(HubOptions.defaults());
            if (expected instanceof Authenticator || expected instanceof Authorizer) {
                assertSame(expected, accessor.invoke(read));
            } else {
                assertEquals(expected, accessor.invoke(read), accessor.getName());
            }
        }
    }

    @Test
    void everyOptionIsReadByItsName(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "x".repeat(32));
        JsonObject json = new JsonObject("""
                {"slowSpokes": "drop-oldest", "maxMessage": 2048, "maxBatch": 3, "maxSubscriptions": 4, "maxLinks": 5,
                 "maxHandshakes": 6, "maxSessions": 7, "maxRate": 8, "maxPublishing": 9, "maxQueuedEvents": 10,
                 "maxQueuedBytes": 4096, "handshakeTimeout": "3s", "heartbeat": "500ms", "sessionTimeout": "2m",
                 "closeTimeout": 1000, "rules": [{"peer": "*", "publish": ["a"]}]}""")
                .put(
                        "auth",
                        new JsonObject()
                                .put(
                                        "jwt",
                                        new JsonObject()
                                                .put("algorithm", "HS256")
                                                .put("secretFile", secret.toString())));

        HubOptions options = HubOptions.of(json);

        assertEquals(SlowSpokePolicy.DROP_OLDEST, options.slowSpokes());
        assertEquals(
                List.of(2048, 3, 4, 5, 6, 7, 8, 9, 10, 4096),
                List.of(
                        options.maxMessage(),
                        options.maxBatch(),
                        options.maxSubscriptions(),
                        options.maxLinks(),
                        options.maxHandshakes(),
                        options.maxSessions(),
                        options.maxRate(),
                        options.maxPublishing(),
                        options.maxQueuedEvents(),
                        options.maxQueuedBytes()));
        assertEquals(
                List.of(Duration.ofSeconds(3), Duration.ofMillis(500), Duration.ofMinutes(2), Duration.ofSeconds(1)),
                List.of(
                        options.handshakeTimeout(),
                        options.heartbeat(),
                        options.sessionTimeout(),
                        options.closeTimeout()));
        assertInstanceOf(JwtAuthenticator.class, options.authenticator());
        assertInstanceOf(Rules.class, options.authorizer());
    }

    @Test
    void anUnknownNameIsAnErrorThatListsAllNames() throws ReflectiveOperationException {
        String message = assertThrows(
                        ConfigurationException.class, () -> HubOptions.of(new JsonObject().put("maxFrame", 1)))
                .getMessage();

        Set<String> expected = accessors().stream().map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
        expected.remove("authenticator");
        expected.remove("authorizer");
        expected.addAll(Set.of("auth", "rules"));
        assertEquals("The hub has no option maxFrame. There are: " + String.join(", ", expected), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"maxBatch\": 0} | maxBatch(0): it must be from 1 to",
                "{\"maxBatch\": -1} | maxBatch",
                "{\"maxBatch\": \"many\"} | maxBatch",
                "{\"maxMessage\": 99999999999} | maxMessage",
                "{\"maxQueuedBytes\": 1} | maxQueued",
                "{\"heartbeat\": \"0s\"} | heartbeat",
                "{\"heartbeat\": \"often\"} | heartbeat",
                "{\"closeTimeout\": \"-PT1S\"} | closeTimeout",
                "{\"slowSpokes\": \"DROP\"} | must be one of disconnect, drop-oldest, pause",
                "{\"transport\": \"ws\"} | has no option transport",
                "{\"url\": \"ws:\"} | has no option url",
                "{\"auth\": \"jwt\"} | auth must be an object",
                "{\"auth\": {}} | auth must be an object",
                "{\"auth\": {\"basic\": {}}} | auth has no option basic. There are: jwt",
                "{\"auth\": {\"jwt\": {}}} | auth.jwt needs an \"algorithm\"",
                "{\"rules\": {}} | rules must be an array",
                "{\"rules\": [{}]} | rules[0] allows nothing"
            })
    void whatIsWrongIsNamed(String json, String said) {
        String message = assertThrows(ConfigurationException.class, () -> HubOptions.of(new JsonObject(json)))
                .getMessage();
        assertTrue(message.contains(said), message);
    }

    private static List<Method> accessors() {
        return Arrays.stream(HubOptions.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && !Modifier.isStatic(method.getModifiers())
                        && method.getParameterCount() == 0)
                .toList();
    }
}
