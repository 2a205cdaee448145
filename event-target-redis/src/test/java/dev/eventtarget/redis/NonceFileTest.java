package dev.eventtarget.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.EventTargetException;
import dev.eventtarget.EventTargets;
import dev.eventtarget.EventType;
import dev.eventtarget.TypedEvent;
import dev.eventtarget.fixtures.ChildJvm;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The file that keeps a producer's identity over restarts. */
class NonceFileTest extends RedisTest {
    @TempDir
    private Path directory;

    /** Opens a target and says how that went. */
    static final class Process {
        public static void main(String[] arguments) throws Exception {
            Vertx vertx = Vertx.vertx();
            try {
                var target = EventTargets.open(vertx, arguments[0]);
                target.dispatchEvent(TypedEvent.of(EventType.of("order", Integer.class), 1))
                        .onComplete(outcome -> System.out.println("published " + outcome.succeeded()));
            } catch (ConfigurationException e) {
                System.out.println("refused " + e.getMessage());
            }
            ChildJvm.awaitEnd();
            System.exit(0);
        }
    }

    private Path file() {
        return directory.resolve("nonce");
    }

    private String option() {
        return "producerNoncePath=" + file();
    }

    @Test
    void aSecondProcessOnTheFileIsRefused() throws Exception {
        String url = RedisServer.sharedUrl() + "?prefix=" + prefix + "&" + option();
        try (ChildJvm first = ChildJvm.start(Process.class, url)) {
            eventually(() -> assertEquals(1, first.said("published").size(), () -> "it said " + first.lines()));
            try (ChildJvm second = ChildJvm.start(Process.class, url)) {
                eventually(() -> assertEquals(1, second.said("refused").size(), () -> "it said " + second.lines()));
                String message = second.said("refused").get(0);
                assertTrue(message.contains(file().toString()) && message.contains("producerNoncePath"), message);
            }
            first.kill();
            try (ChildJvm third = ChildJvm.start(Process.class, url)) {
                eventually(() -> assertEquals(1, third.said("published").size(), () -> "it said " + third.lines()));
            }
        }
    }

    @Test
    void aSecondTargetOnTheFileIsRefusedUntilTheFirstIsClosed() {
        var first = open(RedisServer.sharedUrl(), option(), "closeTimeout=1m");
        ConfigurationException refusal =
                assertThrows(ConfigurationException.class, () -> open(RedisServer.sharedUrl(), option()));
        assertTrue(refusal.getMessage().contains(file().toString()), refusal.getMessage());
        result(first.close());
        open(RedisServer.sharedUrl(), option());
    }

    @Test
    void theNonceStaysAndNoNumberComesAgain() {
        Random random = new Random();
        String nonce = null;
        long after = -1;
        for (int run = 0; run < 20; run++) {
            try (ProducerNonce opened = ProducerNonce.open(file())) {
                assertTrue(nonce == null || nonce.equals(opened.nonce()));
                nonce = opened.nonce();
                for (int batch = 0; batch < 50; batch++) {
                    int count = 1 + random.nextInt(50_000);
                    long first = opened.next(count);
                    assertTrue(first > after, first + " comes after " + after);
                    after = first + count - 1;
                }
            }
        }
    }

    @Test
    void withoutRoomForTheFileNumbersEndWithTheBlockAndGoOnWhenThereIsSome() throws Exception {
        try (ProducerNonce opened = ProducerNonce.open(file())) {
            String reserved = Files.readString(file());
            // a directory with something in it stands where the file is to be written
            Path obstacle =
                    Files.createDirectories(directory.resolve("nonce.new").resolve("full"));
            long last = -1;
            for (int batch = 0; batch < 1024; batch++) {
                assertEquals(last + 1, opened.next(1024));
                last += 1024;
            }
            EventTargetException refusal = assertThrows(EventTargetException.class, () -> opened.next(1));
            assertEquals(EventTargetException.Reason.TRANSPORT, refusal.reason());
            assertTrue(refusal.isRetryable());
            assertTrue(refusal.getMessage().contains(file().toString()), refusal.getMessage());
            assertEquals(reserved, Files.readString(file()));

            Files.delete(obstacle);
            assertEquals(last + 1, opened.next(1));
            assertNotEquals(reserved, Files.readString(file()));
        }
    }

    @Test
    void withoutAFileEachRunHasItsOwnNonce() {
        try (ProducerNonce one = ProducerNonce.open(null);
                ProducerNonce other = ProducerNonce.open(null)) {
            assertNotEquals(one.nonce(), other.nonce());
            assertTrue(one.nonce().matches("[0-9a-f]+"));
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no POSIX permissions")
    void onlyTheOwnerMayReadAndWriteTheFile() throws Exception {
        ProducerNonce.open(file()).close();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void aFileThatIsNoNonceIsRefusedAndLeftAlone() throws Exception {
        for (String content : new String[] {"", "hello", "nonce=xyz\nreserved=1\n", "nonce=0123456789abcdef"}) {
            Files.writeString(file(), content);
            assertThrows(ConfigurationException.class, () -> ProducerNonce.open(file()));
            assertEquals(content, Files.readString(file()));
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path missing = directory.resolve("missing").resolve("nonce");
        String message = assertThrows(ConfigurationException.class, () -> ProducerNonce.open(missing))
                .getMessage();
        assertTrue(message.contains(missing.toString()), message);
    }
}
