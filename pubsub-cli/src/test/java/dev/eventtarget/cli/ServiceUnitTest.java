package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eventtarget.link.HubOptions;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that come with the command: a unit for systemd, and a configuration. */
class ServiceUnitTest {
    private static final Path DIST = Path.of("src/main/dist");
    private static final Path UNIT = DIST.resolve("pubsub-hub.service");

    @TempDir
    Path directory;

    private static Map<String, List<String>> service() throws IOException {
        Map<String, List<String>> service = new HashMap<>();
        String section = "";
        for (String line : Files.readAllLines(UNIT)) {
            if (line.startsWith("[")) {
                section = line;
            } else if (section.equals("[Service]") && !line.isBlank() && !line.startsWith("#")) {
                String[] pair = line.split("=", 2);
                assertEquals(2, pair.length, line);
                service.computeIfAbsent(pair[0], name -> new ArrayList<>()).add(pair[1]);
            }
        }
        return service;
    }

    @Test
    void systemdTakesIt() throws Exception {
        String unit = Files.readString(UNIT)
                .replace(
                        "/usr/bin/java",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path copy = Files.writeString(directory.resolve("pubsub-hub.service"), unit);
        Process verify;
        try {
            verify = new ProcessBuilder("systemd-analyze", "verify", copy.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "There is no systemd-analyze here");
            throw e;
        }
        String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(verify.waitFor(60, TimeUnit.SECONDS));
        // of other units of the machine it may say what it likes
        List<String> mistakes =
                said.lines().filter(line -> line.contains("pubsub-hub")).toList();
        assertEquals(List.of(), mistakes, said);
    }

    @Test
    void itStartsAndReloadsAHub() throws Exception {
        Map<String, List<String>> service = service();
        assertEquals(List.of("exec"), service.get("Type"));
        for (String start : List.of(
                service.get("ExecStart").get(0), service.get("ExecReload").get(0))) {
            String[] words = start.split(" ");
            int jar = Arrays.asList(words).indexOf("-jar");
            List<String> command = List.of(words).subList(jar + 2, words.length);
            assertEquals(List.of(), DocumentedCommandsTest.problems(command, true), start);
            assertEquals("hub", command.get(0));
        }
        assertEquals("/bin/kill -HUP $MAINPID", service.get("ExecReload").get(1));
        assertEquals(List.of(Integer.toString(Main.USAGE)), service.get("RestartPreventExitStatus"));
        long stop = Long.parseLong(service.get("TimeoutStopSec").get(0).replace("s", ""));
        assertTrue(stop > 2 * HubOptions.defaults().closeTimeout().toSeconds(), "it is killed too early");
    }

    @Test
    void theConfigurationCanBeUsed() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
        Files.writeString(directory.resolve("cert.pem"), certificate.getCertificatePathPEM());
        Files.writeString(directory.resolve("key.pem"), certificate.getPrivateKeyPEM());
        byte[] issuer = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        Files.writeString(
                directory.resolve("issuer.pem"),
                "-----BEGIN PUBLIC KEY-----\n" + Base64.getEncoder().encodeToString(issuer)
                        + "\n-----END PUBLIC KEY-----\n");
        Path config = Files.writeString(
                directory.resolve("hub.yaml"),
                Files.readString(DIST.resolve("hub.yaml")).replace("/etc/pubsub", directory.toString()));

        Cli check = Cli.run(Vertx.vertx(), "", "hub", "--config", config.toString(), "--check");
        assertEquals(Main.OK, check.exit(), check.err());
    }
}
