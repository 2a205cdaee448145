package dev.eventtarget.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.quic.NodeIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class IdentityCommandTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("node.pem");
    }

    private Cli identity(String command) {
        // neither needs Vert.x
        return Cli.run(null, "", "identity", command, "--file", file().toString());
    }

    private void assertRefused(String command, String why) throws IOException {
        Cli refused = identity(command);
        assertEquals(Main.USAGE, refused.exit(), refused.err());
        assertEquals("", refused.out());
        assertEquals(1, refused.err().lines().count(), refused.err());
        assertTrue(refused.err().contains(file().toString()) && refused.err().contains(why), refused.err());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void makesOneForItsOwnerAlone() throws IOException {
        Cli made = identity("new");
        assertEquals(Main.OK, made.exit(), made.err());
        assertEquals(NodeIdentity.load(file()).nodeId() + System.lineSeparator(), made.out());
        assertEquals("", made.err());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void showsTheNodeIdAndNothingElse() {
        NodeIdentity identity = NodeIdentity.create(file());
        Cli shown = identity("show");
        assertEquals(Main.OK, shown.exit(), shown.err());
        assertEquals(identity.nodeId() + System.lineSeparator(), shown.out());
    }

    @Test
    void makesNoneWhereThereIsOne() throws IOException {
        identity("new");
        String before = Files.readString(file());
        assertRefused("new", "never overwritten");
        assertEquals(before, Files.readString(file()));
    }

    @Test
    void showsNoneWhereThereIsNone() throws IOException {
        assertRefused("show", "pubsub identity new --file");
        assertFalse(Files.exists(file()));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAKeyThatOthersCanRead() throws IOException {
        identity("new");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused("show", "chmod 600");
    }

    @Test
    void refusesWhatIsNoKey() throws IOException {
        Files.writeString(file(), "precious");
        if (Files.getFileStore(file()).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
        }
        assertRefused("show", "holds no identity");
    }

    @Test
    void asksWhichCommand() {
        Cli asked = Cli.run(null, "", "identity");
        assertEquals(Main.USAGE, asked.exit());
        assertTrue(asked.err().contains("show and new"), asked.err());
    }
}
