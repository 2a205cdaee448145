package dev.eventtarget.quic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eventtarget.ConfigurationException;
import dev.eventtarget.fixtures.LogLines;
import dev.eventtarget.fixtures.Outcomes;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may come, as files say, and what becomes of a change. */
class NodeListsTest {
    private final Vertx vertx = Vertx.vertx();
    private final NodeId one = NodeIdentity.generate().nodeId();
    private final NodeId two = NodeIdentity.generate().nodeId();
    private final AtomicInteger changes = new AtomicInteger();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private Path file(String name, Object... lines) throws Exception {
        StringBuilder content = new StringBuilder();
        for (Object line : lines) {
            content.append(line).append('\n');
        }
        return Files.writeString(directory.resolve(name), content);
    }

    /** At once: whoever looks at it meanwhile finds what was there, or what is there then. */
    private void replace(Path file, Object... lines) throws Exception {
        Files.move(file("next", lines), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private NodeLists open(Path allow, Path deny) {
        NodeLists lists = NodeLists.open(vertx, allow, deny);
        lists.onChange(changes::incrementAndGet);
        return lists;
    }

    private static void eventually(ThrowingRunnable assertion) {
        Outcomes.eventually(assertion, Duration.ofSeconds(30));
    }

    /** Waits until two changes to the denylist were seen: the allowlist was looked at by then, too. */
    private void awaitLooks(Path deny) throws Exception {
        for (int i = 0; i < 2; i++) {
            int before = changes.get();
            replace(deny, NodeIdentity.generate().nodeId());
            eventually(() -> assertTrue(changes.get() > before));
        }
    }

    @Test
    void withoutFilesAnyNodeMayCome() {
        assertTrue(open(null, null).admits(one));
    }

    @Test
    void commentsAndBlankLinesAreNothing() throws Exception {
        NodeLists lists = open(
                file("allow", "# who may come", "", "  \t", one + " # the first", "   " + two + "\r", "#" + one), null);
        assertTrue(lists.admits(one));
        assertTrue(lists.admits(two));
        assertFalse(lists.admits(NodeIdentity.generate().nodeId()));
    }

    @Test
    void anEmptyAllowlistLetsNobodyIn() throws Exception {
        assertFalse(open(file("allow"), null).admits(one));
    }

    @Test
    void whoIsDeniedMayNotComeEvenIfAllowed() throws Exception {
        NodeLists lists = open(file("allow", one, two), file("deny", two));
        assertTrue(lists.admits(one));
        assertFalse(lists.admits(two));
        NodeLists denying = open(null, file("deny", two));
        assertTrue(denying.admits(one));
        assertFalse(denying.admits(two));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nobody",
                "quic://abc@host",
                "\u00e4\u00f6",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "7777777777777777777777777777777777777777777777777777"
            })
    void aWrongLineIsRefusedAtTheStart(String wrong) throws Exception {
        Path file = file("allow", "# first", one, wrong, two);
        String message = assertThrows(ConfigurationException.class, () -> open(file, null))
                .getMessage();
        assertTrue(message.contains(file + ", line 3"), message);
    }

    @Test
    void twoOnOneLineAreWrong() throws Exception {
        Path file = file("deny", one + " " + two);
        String message = assertThrows(ConfigurationException.class, () -> open(null, file))
                .getMessage();
        assertTrue(message.contains(file + ", line 1"), message);
    }

    @Test
    void aMissingFileOrADirectoryIsRefusedAtTheStart() throws Exception {
        Path missing = directory.resolve("missing");
        String message = assertThrows(ConfigurationException.class, () -> open(missing, null))
                .getMessage();
        assertTrue(message.contains(missing.toString()), message);
        assertThrows(ConfigurationException.class, () -> open(directory, null));
    }

    @Test
    void aChangeIsTakenOver() throws Exception {
        Path allow = file("allow", one);
        NodeLists lists = open(allow, null);
        AtomicReference<Boolean> told = new AtomicReference<>();
        lists.onChange(() -> told.set(lists.admits(two)));
        replace(allow, one, two);
        eventually(() -> assertTrue(lists.admits(two)));
        eventually(() -> assertEquals(true, told.get()));
        replace(allow, two);
        eventually(() -> assertFalse(lists.admits(one)));
        eventually(() -> assertEquals(2, changes.get()));
    }

    @Test
    void aFileThatIsReplacedByRenameIsTakenOver() throws Exception {
        Path deny = file("deny");
        NodeLists lists = open(null, deny);
        for (NodeId denied : new NodeId[] {one, two}) {
            Files.move(file("new", denied), deny, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            eventually(() -> assertFalse(lists.admits(denied)));
        }
        assertTrue(lists.admits(one));
    }

    /** As it is with mounted secrets. */
    @Test
    void aLinkThatIsTurnedElsewhereIsTakenOver() throws Exception {
        Path link = directory.resolve("deny");
        Files.createSymbolicLink(link, file("first", one));
        NodeLists lists = open(null, link);
        Path turned = directory.resolve("turned");
        Files.createSymbolicLink(turned, file("second", two));
        Files.move(turned, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        eventually(() -> assertFalse(lists.admits(two)));
        assertTrue(lists.admits(one));
    }

    /** Of the same length, and the time of the file as before. */
    @Test
    void aChangeThatShowsOnlyInTheContentIsTakenOver() throws Exception {
        Path deny = file("deny", one);
        FileTime time = Files.getLastModifiedTime(deny);
        NodeLists lists = open(null, deny);
        file("deny", two);
        Files.setLastModifiedTime(deny, time);
        eventually(() -> assertFalse(lists.admits(two)));
        assertTrue(lists.admits(one));
    }

    @Test
    void theLastGoodListStaysWhileTheFileIsWrong() throws Exception {
        Path allow = file("allow", one);
        Path deny = file("deny");
        NodeLists lists = open(allow, deny);
        file("allow", two, "nonsense");
        awaitLooks(deny);
        assertTrue(lists.admits(one));
        assertFalse(lists.admits(two));
        file("allow", two);
        eventually(() -> assertTrue(lists.admits(two)));
        assertFalse(lists.admits(one));
    }

    @Test
    void theLastGoodListStaysWhileTheFileIsGone() throws Exception {
        Path allow = file("allow", one);
        Path deny = file("deny");
        NodeLists lists = open(allow, deny);
        Files.delete(allow);
        awaitLooks(deny);
        assertTrue(lists.admits(one));
        Files.createDirectory(allow);
        awaitLooks(deny);
        assertTrue(lists.admits(one));
        Files.delete(allow);
        file("allow", two);
        eventually(() -> assertTrue(lists.admits(two)));
        assertFalse(lists.admits(one));
    }

    @Test
    void nothingIsToldWhereNothingChanges() throws Exception {
        Path allow = file("allow", one);
        Path deny = file("deny");
        open(allow, deny);
        replace(allow, one);
        awaitLooks(deny);
        assertEquals(2, changes.get());
    }

    /** Who writes it may have come so far only. */
    @Test
    void whatIsBeingWrittenIsNotTakenOver() throws Exception {
        NodeList list = new NodeList(file("allow", one, two));
        file("allow");
        assertFalse(list.refresh());
        assertTrue(list.contains(one));
        file("allow", one);
        assertFalse(list.refresh());
        assertTrue(list.contains(two));
        assertTrue(list.refresh());
        assertFalse(list.contains(two));
        assertFalse(list.refresh());
    }

    @Test
    void whatIsWrongIsLoggedOnce() throws Exception {
        Path file = file("allow", one);
        NodeList list = new NodeList(file);
        try (LogLines log = new LogLines(file.toString())) {
            file("allow", one, "nonsense");
            for (int i = 0; i < 5; i++) {
                list.refresh();
            }
            Files.delete(file);
            for (int i = 0; i < 5; i++) {
                list.refresh();
            }
            file("allow", one);
            for (int i = 0; i < 5; i++) {
                list.refresh();
            }
            assertLogged(log.lines());
        }
    }

    private static void assertLogged(List<String> lines) {
        assertEquals(3, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("WARNING ") && lines.get(0).contains(", line 2: "), lines::toString);
        assertTrue(lines.get(1).startsWith("WARNING ") && lines.get(1).contains("There is no list"), lines::toString);
        assertTrue(lines.get(2).startsWith("INFO ") && lines.get(2).contains("as it was before"), lines::toString);
    }

    @Test
    void closedListsStayAsTheyAre() throws Exception {
        Path deny = file("deny");
        NodeLists lists = open(null, deny);
        NodeLists watching = open(null, deny);
        lists.close();
        Files.write(deny, one.toString().getBytes(StandardCharsets.UTF_8));
        eventually(() -> assertEquals(1, changes.get()));
        assertFalse(watching.admits(one));
        assertTrue(lists.admits(one));
    }
}
