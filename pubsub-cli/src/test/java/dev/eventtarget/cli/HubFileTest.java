package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.link.SlowSpokePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubFileTest {
    @TempDir
    Path directory;

    private HubFile read(String name, String content) throws IOException {
        return HubFile.read(Files.writeString(directory.resolve(name), content));
    }

    private List<String> mistakes(String name, String content) {
        return assertThrows(FaultyFileException.class, () -> read(name, content)).mistakes().stream()
                .map(line -> line.replace(directory + "/", ""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "hub.yaml, 'listen: [ws://127.0.0.1:0]\nbackend: ''memory:''\nheartbeat: 7s\nslowSpokes: pause\n'",
        "hub.conf, 'listen: [ws://127.0.0.1:0]\nbackend: ''memory:''\nheartbeat: 7s\nslowSpokes: pause\n'",
        "hub.json, '{\"listen\": [\"ws://127.0.0.1:0\"],\n\t\"backend\": \"memory:\", \"heartbeat\": 7000, \"slowSpokes\": \"pause\"}'",
        "hub.conf, '{\"listen\": [\"ws://127.0.0.1:0\"],\n\t\"backend\": \"memory:\", \"heartbeat\": \"7s\", \"slowSpokes\": \"pause\"}'"
    })
    void itIsYamlOrJson(String name, String content) throws IOException {
        HubFile file = read(name, content);

        assertEquals("ws", file.listen().get(0).transport());
        assertEquals("memory:", file.backend());
        assertEquals(Duration.ofSeconds(7), file.options().heartbeat());
        assertEquals(SlowSpokePolicy.PAUSE, file.options().slowSpokes());
    }

    @Test
    void anAddressMayBeAnObject() throws IOException {
        HubFile file = read("hub.yaml", """
                listen:
                  - url: wss://0.0.0.0:8443/events
                    origins: [https://a.example, https://b.example]
                    certFile: cert.pem
                    keyFile: key.pem
                  - transport: ws
                    port: 8080
                """);

        assertEquals("https://a.example,https://b.example", file.listen().get(0).string("origins"));
        assertEquals("8443", file.listen().get(0).string("port"));
        assertEquals("8080", file.listen().get(1).string("port"));
    }

    @Test
    void itKnowsTheFilesThatMayChange() throws IOException {
        Files.writeString(directory.resolve("secret"), "0123456789012345678901234567890123456789");
        HubFile file = read("hub.yaml", """
                listen:
                  - wss://0.0.0.0:8443/events?certFile=cert.pem&keyFile=key.pem
                  - {url: "wss://0.0.0.0", keyStore: store.p12, caFile: ca.pem}
                backend: {url: "rediss://localhost", caFile: stays.pem}
                auth: {jwt: {algorithm: HS256, secretFile: %s}}
                """.formatted(directory.resolve("secret")));

        Set<String> names = new TreeSet<>();
        file.files().forEach(path -> names.add(path.getFileName().toString()));
        assertEquals(Set.of("cert.pem", "key.pem", "store.p12", "ca.pem", "secret"), names);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'maxLinks: 0' | hub.yaml:1:1: The hub's option maxLinks(0): it must be from 1 to 1000000",
                "'heartbeat: 1s\ncolour: red' | hub.yaml:2:1: There is no option 'colour'. There are: auth, backend,",
                "'slowSpokes: wait' | hub.yaml:1:1: The option slowSpokes=wait must be one of",
                "'rules:\n  - peer: x\n    publish: [a]\n  - peer: y\n    pubish: [a]' | hub.yaml:5:5: rules[1] has no option pubish.",
                "'rules:\n  - peer: x\n    publish:\n      - a\n      - a..b' | hub.yaml:5:9: rules[0].publish[1]: 'a..b'",
                "'rules: [5]' | hub.yaml:1:9: rules[0] must be an object",
                "'rules:\n  - publish: [a]' | hub.yaml:2:5: rules[0].peer must be a name",
                "'auth:\n  jwt:\n    algorithm: RS256' | hub.yaml:3:5: auth.jwt needs an",
                "'auth:\n  jwt:\n    algorithm: EdDSA\n    publicKeyFile: /no/file' | hub.yaml:4:5: auth.jwt.publicKeyFile: /no/file can't be read",
                "'auth:\n  jwt:\n    algorithm: EdDSA\n    publicKeyFiles:\n      \"2026.1\": /no/file' | hub.yaml:5:7: auth.jwt.publicKeyFiles.2026.1",
                "'auth:\n  jwt:\n    algorithm: HS256\n    secretfile: x' | hub.yaml:4:5: auth.jwt has no option secretfile",
                "'auth: {jwt: {algorithm: HS256, secretFile: /dev/null}}' | hub.yaml:1:32: auth.jwt.secretFile",
                "'listen: ws://127.0.0.1' | hub.yaml:1:1: listen must be an array",
                "'listen: []' | hub.yaml:1:1: listen must be an array",
                "'listen:\n  - ws://127.0.0.1\n  - events' | hub.yaml:3:5: 'events' names no transport",
                "'listen:\n  - port: 8080' | hub.yaml:2:5: The configuration needs one string",
                "'listen:\n  - url: ws://127.0.0.1:80\n    port: 8080' | hub.yaml:3:5: The option 'port' is given twice",
                "'backend: [redis]' | hub.yaml:1:1: backend must be a URL",
                "'backend: redis' | hub.yaml:1:1: 'redis' names no transport",
                "'metrics: localhost' | hub.yaml:1:1: The address for metrics 'localhost' must be",
                "'maxLinks: 5\nmaxLinks: 6' | hub.yaml:2:1: 'maxLinks' is there twice",
                "'rules:\nmaxLinks: 5' | hub.yaml:1:1: 'rules' has no value",
                "'heartbeat: &a 1s\nsessionTimeout: *a' | hub.yaml:2:17: write the value out",
                "'- a' | hub.yaml:1:1: it must be an object",
                "'' | hub.yaml:1:1: it must be an object",
                "'a: [1' | hub.yaml:1:6: this is no YAML: while parsing a flow sequence, expected ',' or ']'",
                "'a: b: c' | hub.yaml:1:5: this is no YAML: mapping values are not allowed here; text with a colon"
            })
    void aMistakeIsToldWithItsPlace(String content, String said) {
        List<String> mistakes = mistakes("hub.yaml", content);

        assertEquals(1, mistakes.size(), mistakes::toString);
        assertTrue(mistakes.get(0).startsWith(said), mistakes.get(0));
    }

    /** Passwords that nobody has put in quotes, among them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hub.json | '{\"backend\": {\"url\": \"redis://localhost\", \"password\": s3cret}}'",
                "hub.json | '{\"backend\": {\"url\": \"redis://localhost\", \"password\": \"s3cret}}'",
                "hub.json | '{\"backend\": \"redis://:s3cret/more@localhost\"}'",
                "hub.json | '{\"backend\": {\"url\": \"redis://localhost\", \"password\": \"\\s3cret\"}}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: *s3cret}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: @s3cret}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: &s3cret}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: !s3cret}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: %s3cret}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: s3cret: more}'",
                "hub.yaml | 'backend: {url: redis://localhost, password: \"s3cret}'",
                "hub.yaml | 'backend: {url: \"redis://user:s3cret@localhost\", port: 1, port: 2}'",
                "hub.yaml | 'backend: redis://user:s3cret@local host'"
            })
    void mistakesDoNotRepeatSecrets(String name, String content) throws IOException {
        List<String> mistakes = mistakes(name, content);

        assertFalse(mistakes.toString().contains("s3cret"), mistakes::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{\n  \"maxLinks\": 0\n}' | hub.json:2:3: The hub's option maxLinks(0)",
                "'{\"rules\": [\n{\"peer\": 7, \"publish\": [\"a\"]}]}' | hub.json:2:2: rules[0].peer must be a name",
                "'{\"maxLinks\": }' | hub.json:1:14: this is no JSON",
                "'{} {}' | hub.json:1:4: there is something behind",
                "'[]' | hub.json:1:1: it must be an object"
            })
    void soItIsInJson(String content, String said) {
        List<String> mistakes = mistakes("hub.json", content);

        assertEquals(1, mistakes.size(), mistakes::toString);
        assertTrue(mistakes.get(0).startsWith(said), mistakes.get(0));
    }

    @Test
    void allMistakesAreTold() {
        List<String> mistakes = mistakes("hub.yaml", """
                listen: [events, "ws://127.0.0.1?a=%"]
                heartbeat: often
                colour: red
                maxLinks: many
                """);

        assertEquals(
                List.of("hub.yaml:1:10", "hub.yaml:1:18", "hub.yaml:2:1", "hub.yaml:3:1", "hub.yaml:4:1"),
                mistakes.stream()
                        .map(line -> line.replaceFirst("^([^:]+:\\d+:\\d+): .*", "$1"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {":9090", "127.0.0.1:0", "localhost:9090", "[::1]:9090"})
    void metricsHaveAnAddress(String address) {
        StatusServer.address(address);
    }

    @Test
    void aFileThatIsNoTextIsToldSo() throws IOException {
        Path path = Files.write(directory.resolve("hub.yaml"), new byte[] {(byte) 0xC3, 0x28});

        assertTrue(assertThrows(FaultyFileException.class, () -> HubFile.read(path))
                .mistakes()
                .get(0)
                .endsWith("hub.yaml:1:1: this is no UTF-8"));
    }
}
