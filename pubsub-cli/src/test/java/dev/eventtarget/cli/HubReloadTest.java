package dev.eventtarget.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When it looks; what becomes of a change is in {@link HubCommandTest}. */
class HubReloadTest {
    @TempDir
    Path directory;

    private final List<HubFile> changes = new CopyOnWriteArrayList<>();

    private Path write(String name, String content) throws IOException {
        return Files.write(directory.resolve(name), content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aChangeWhileTheHubStartsIsAChange() throws Exception {
        Path path = write("hub.yaml", "backend: 'memory:'\n");
        try (HubReload reload = new HubReload(path, new PrintWriter(new StringWriter()))) {
            assertEquals("memory:", reload.read().backend());
            write("hub.yaml", "backend: 'memory:other'\n");
            reload.start(changes::add);

            await().atMost(Cli.LONG).until(() -> !changes.isEmpty());
            assertEquals("memory:other", changes.get(0).backend());
        }
    }

    @Test
    void soIsOneOfAFileThatItNames() throws Exception {
        Path secret = write("secret", "a secret of more than 32 bytes, for tests");
        Path path = write("hub.yaml", "auth: {jwt: {algorithm: HS256, secretFile: " + secret + "}}\n");
        try (HubReload reload = new HubReload(path, new PrintWriter(new StringWriter()))) {
            reload.read();
            write("secret", "the secret that comes after the first one");
            reload.start(changes::add);

            await().atMost(Cli.LONG).until(() -> !changes.isEmpty());
        }
    }
}
